"""What a password must be, by GB/T 22239-2019 8.1.4.1 and the settings, said in Chinese.

Django's own rules on length speak English in a Chinese site since 5.2, and none of them
knows what offices here take for a password.
"""

import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError

from targets.models import User


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB and two passes, the least that OWASP's cheat sheet names.

    Fifty-four people log in within seconds at nine: docs/decisions/0019.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1


class LengthValidator(MinimumLengthValidator):
    """Django's rule; its message, reworded in 5.2, is still English in a Chinese site."""

    def __init__(self) -> None:
        super().__init__(settings.PASSWORD_MIN_LENGTH)

    def get_error_message(self) -> str:
        return f"密码太短，至少{self.min_length}位。"

    def get_help_text(self) -> str:
        return f"密码至少{self.min_length}位。"


class KindsValidator:
    """At least so many of: small letters, capital letters, digits, other signs."""

    kinds: tuple[Callable[[str], bool], ...] = (
        str.islower,
        str.isupper,
        str.isdigit,
        lambda sign: not sign.isalnum() or not sign.isascii(),
    )

    def validate(self, password: str, user: User | None = None) -> None:
        found = sum(any(is_kind(sign) for sign in password) for is_kind in self.kinds)
        if found < settings.PASSWORD_KINDS:
            raise ValidationError(self.get_help_text(), code="password_too_few_kinds")

    def get_help_text(self) -> str:
        return f"大写字母、小写字母、数字、符号中至少用{settings.PASSWORD_KINDS}种。"


class ObviousValidator:
    """No word that everybody here would try first, with a year or a run of digits beside it."""

    words = frozenset((Path(__file__).parent / "obvious_words.txt").read_text().split())

    def validate(self, password: str, user: User | None = None) -> None:
        plain = unicodedata.normalize("NFKC", password).casefold()
        parts = re.findall(r"[a-z]+|[0-9]+", plain)
        words = [each for each in parts if each.isalpha()]
        digits = "".join(each for each in parts if each.isdigit())
        if all(each in self.words for each in words) and _is_plain_number(digits):
            raise ValidationError(
                "这个密码太容易猜到（常用词加年份或连续数字）。", code="password_obvious"
            )

    def get_help_text(self) -> str:
        return "不要用常用词加年份或连续数字，如duchashi2020、Aa123456789。"


RUNS = ("01234567890123456789", "98765432109876543210", "147258369", "1314520", "5201314")


def _is_plain_number(digits: str) -> bool:
    """Return whether digits are a year, a date, a run, a repetition, or nothing much."""
    if len(digits) <= 2 or re.fullmatch(r"((19|20)\d\d)+([01]?\d[0-3]?\d)?", digits):
        return True
    if any(digits in run for run in RUNS):
        return True
    return re.fullmatch(r"(\d{1,4}?)\1+\d{0,2}", digits) is not None


class HistoryValidator:
    """Neither the password that an account has, nor one of those that it had last."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None or not user.has_usable_password():
            return
        # Not User.check_password: that would save the password anew where its hash is old.
        if check_password(password, user.password):
            raise ValidationError("新密码不能与现在的密码相同。", code="password_same")
        former = user.former_passwords.all()[: settings.PASSWORD_HISTORY]
        if any(check_password(password, each.password) for each in former):
            raise ValidationError(
                f"不能使用最近{settings.PASSWORD_HISTORY}次用过的密码。", code="password_used"
            )

    def get_help_text(self) -> str:
        if not settings.PASSWORD_HISTORY:
            return "不能与现在的密码相同。"
        return f"不能与现在的密码和最近{settings.PASSWORD_HISTORY}次用过的密码相同。"
