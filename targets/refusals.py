"""Why an action did nothing, in words for the person who asked."""

from typing import Protocol

from targets.rules import clean_text


class Refused(Exception):
    """The move is not allowed; `str()` is the Chinese message that says what to do."""


class Versioned(Protocol):
    """A row that says which version of it is shown."""

    version: int


class Stale(Refused):
    """Someone else changed the row since it was shown; `current` is the row as it is now."""

    def __init__(self, message: str, current: Versioned) -> None:
        super().__init__(message)
        self.current = current


def required_reason(reason: str, limit: int) -> str:
    """Return the reason as it is kept; refuse an empty or overlong one."""
    reason = clean_text(reason)
    if not reason:
        raise Refused("请填写原因后再提交。")
    if len(reason) > limit:
        raise Refused(f"原因最多{limit}字，现有{len(reason)}字，请删减后再提交。")
    return reason
