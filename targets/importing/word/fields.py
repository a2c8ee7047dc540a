"""Fields: what a code shows on the page, where the file keeps no result of it."""

import re
from dataclasses import dataclass, field

from lxml import etree

from targets.importing.word.package import child_of, name_of, value_of, whole

# Fields that show nothing on the page, so that no result is missed.
_UNSEEN_FIELDS = {"XE", "TC", "TA", "RD", "SET", "ASK", "PRIVATE", "BARCODE", "ADVANCE"}
# 带圈字符: a figure set into a ring.
_CIRCLED = re.compile(r"EQ ?\\o ?(?:\\ac ?)?\( ?[○〇] ?[,，] ?([0-9]{1,2}) ?\)", re.IGNORECASE)


@dataclass(slots=True)
class Field:
    """A field that has begun; what comes after its code and before its end is shown."""

    is_shown: bool = False
    code: list[str] = field(default_factory=list)
    swallowed: list[str] = field(default_factory=list)  # words met before the result

    def ended(self) -> tuple[str, list[str]]:
        """Return what a field without a result shows, and what of it cannot be read."""
        if self.is_shown:
            return "", []
        code = " ".join("".join(self.code).split())
        text = "".join(self.swallowed)
        if code.partition(" ")[0].upper() in _UNSEEN_FIELDS and not text:
            return "", []
        circled = _CIRCLED.fullmatch(code)
        if circled and 1 <= int(circled[1]) <= 20:
            return chr(0x2460 + int(circled[1]) - 1), []
        if code and text.strip():
            return "", [f"域“{code}”中的“{text}”"]
        return "", [f"域“{code or text}”"] if code or text.strip() else []


def form_value(data: etree._Element | None) -> str | None:
    """Return what a form's own field holds, which is kept beside the text; None for another."""
    box, choice = child_of(data, "w:checkBox"), child_of(data, "w:ddList")
    if box is not None:
        checked = child_of(box, "w:checked")
        checked = child_of(box, "w:default") if checked is None else checked
        is_checked = checked is not None and value_of(checked) not in ("0", "false", "off")
        return "☑" if is_checked else "☐"
    if choice is not None:
        entries = [value_of(each) or "" for each in choice if name_of(each) == "w:listEntry"]
        index = whole(value_of(child_of(choice, "w:result")))
        return entries[index] if 0 <= index < len(entries) else ""
    return None
