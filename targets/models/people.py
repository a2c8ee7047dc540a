"""Accounts: each has one role and, for a unit's people, its unit."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from targets.choices import Role, Verb
from targets.models.base import DistrictQuerySet, Place
from targets.models.trail import COMMAND_LINE, record_event
from targets.models.units import District

# What each role may do in the admin, by model; everything else is refused to everyone.
# The office edits the plan, the administrator accounts and units (docs/decisions/0002).
ADMIN_RIGHTS: dict[str, dict[str, frozenset[str]]] = {
    Role.OFFICE: {
        # What of the plan is changed has an act on its pages; what was never used can go.
        **dict.fromkeys(("plan", "item"), frozenset({"view", "change", "delete"})),
        "goal": frozenset({"view", "delete"}),
        "status": frozenset({"view", "add", "change", "delete"}),
        **dict.fromkeys(
            ("responsibility", "unit", "unitalias", "period", "entry"), frozenset({"view"})
        ),
    },
    Role.ADMINISTRATOR: {
        "user": frozenset({"view"}),  # what is changed about an account is an act of the pages
        "apitoken": frozenset({"view", "add", "change"}),
        **dict.fromkeys(("unit", "unitalias"), frozenset({"view", "add", "change", "delete"})),
        "district": frozenset({"view", "change"}),
        **dict.fromkeys(("plan", "goal", "item", "responsibility"), frozenset({"view"})),
    },
}


def normalized_username(username: str) -> str:
    """Return a user name in its one form: half width, small letters, no blanks around it."""
    narrow = unicodedata.normalize("NFKC", username).casefold()
    return unicodedata.normalize("NFKC", narrow).strip()


def name_at(name: str, former_names: Iterable[dict[str, str]], moment: datetime | None) -> str:
    """Return the name that held at a moment, of today's and the former ones with their ends."""
    if moment is None:
        return name
    for each in former_names:
        if moment < datetime.fromisoformat(each["until"]):
            return each["name"]
    return name


_UserManager = BaseUserManager.from_queryset(DistrictQuerySet)


class UserManager(_UserManager["User"]):
    """Makes accounts; the password is always hashed here."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "User":
        """Create an account; without a password it cannot log in."""
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account of a name, however it was typed."""
        return self.get(username=self.model.normalize_username(username or ""))

    def create_superuser(
        self, username: str, password: str | None = None, **fields: object
    ) -> "User":
        """Create an administrator: nobody needs more (for `manage.py createsuperuser`)."""
        fields = {"role": Role.ADMINISTRATOR, **fields}
        with transaction.atomic():
            user = self.create_user(username, password, **fields)
            record_event(
                by=None,
                actor=COMMAND_LINE,
                verb=Verb.CREATE,
                subject=user,
                new={"username": user.username, "role": user.role},
            )
        return user


class User(AbstractBaseUser):
    """An account. The trail names it, so it is deactivated and never deleted."""

    username = models.CharField(
        "用户名",
        max_length=50,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": "该用户名已被使用。"},
    )
    name = models.CharField("显示名称", max_length=50)
    role = models.CharField("角色", max_length=15, choices=Role, default=Role.UNIT)
    district = models.ForeignKey(
        "targets.District",
        models.PROTECT,
        verbose_name="区",
        related_name="users",
        null=True,
        blank=True,
        help_text="账号只能看到本区的数据；责任单位账号须与单位同属一区。",
    )
    unit = models.ForeignKey(
        "targets.Unit",
        models.PROTECT,
        verbose_name="单位",
        related_name="users",
        null=True,
        blank=True,
    )
    phone = models.CharField("联系电话", max_length=50, blank=True)
    email = models.EmailField("电子邮箱", blank=True)
    # [{"name", "until"}], the oldest first: what was done before is told under the old name.
    former_names = models.JSONField("曾用名称", default=list, blank=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    uses_keys = models.BooleanField("单键快捷键", default=True)
    # By the name of a list's page: [{"name", "query"}], in the order of their names. Here, not
    # in a table: every page fetches its account anyway.
    saved_filters = models.JSONField("常用筛选", default=dict, blank=True)
    password_changed_at = models.DateTimeField("密码修改时间", default=timezone.now)
    is_active = models.BooleanField("启用", default=True)
    date_joined = models.DateTimeField("创建时间", default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=Q(role=Role.UNIT, unit__isnull=False, district__isnull=False)
                | (~Q(role=Role.UNIT) & Q(unit__isnull=True)),
                name="user_unit_matches_role",
                violation_error_message="责任单位账号须选择单位和区，其他角色不选单位。",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id, unit_id=self.unit_id)

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Return the one form in which a name is kept and compared: width, case, outer blanks."""
        return normalized_username(username)

    def name_at(self, moment: datetime | None) -> str:
        """Return what the account was called at a moment; without one, what it is called now."""
        return name_at(str(self), self.former_names, moment)

    @property
    def password_is_old(self) -> bool:
        """Whether the password has been in use for longer than the settings allow."""
        days = settings.PASSWORD_MAX_DAYS
        return bool(days) and timezone.now() - self.password_changed_at > timedelta(days=days)

    @property
    def is_office(self) -> bool:
        return self.role == Role.OFFICE

    @property
    def is_unit(self) -> bool:
        return self.role == Role.UNIT

    @property
    def is_leader(self) -> bool:
        return self.role == Role.LEADER

    # The admin asks these three; a table by role answers instead of stored permissions.

    @property
    def own_district(self) -> District:
        """The district of an account that acts in one; an account of none may do nothing."""
        if self.district is None:
            raise PermissionDenied
        return self.district

    @property
    def is_staff(self) -> bool:
        """Whether the account may open the admin at all."""
        return self.role in ADMIN_RIGHTS

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """Answer for "app.action_model" from ADMIN_RIGHTS; other apps' are always refused."""
        app, _, codename = permission.partition(".")
        action, _, model = codename.partition("_")
        rights = ADMIN_RIGHTS.get(self.role, {}) if self.is_active else {}
        return app == "targets" and action in rights.get(model, ())

    def has_module_perms(self, app: str) -> bool:
        """Tell whether the admin shows an app to this account."""
        return self.is_active and self.is_staff and app == "targets"


def called_at(account: User | None, moment: datetime | None) -> str:
    """Return what an account was called at a moment; of nobody, nothing."""
    return account.name_at(moment) if account else ""


class FormerPassword(models.Model):
    """The hash of a password that an account had, so that it is not taken again."""

    account = models.ForeignKey(
        User, models.CASCADE, verbose_name="账号", related_name="former_passwords"
    )
    password = models.CharField("密码摘要", max_length=128)
    until = models.DateTimeField("用至", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "用过的密码"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.account_id}"


class LoginBrake(models.Model):
    """How many logins from an address were refused unread since a moment (tracker.lockout)."""

    address = models.CharField("来源地址", max_length=45, unique=True)
    since = models.DateTimeField("开始时间", default=timezone.now)
    refused = models.PositiveIntegerField("拒绝次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "拒绝的登录"

    def __str__(self) -> str:
        return self.address


class LoginSessionQuerySet(DistrictQuerySet["LoginSession"]):
    district_path = "account__district_id"

    def live(self) -> Self:
        """Keep those that have not ended, with when they end if nobody uses them: `ends_at`."""
        session = Session.objects.filter(session_key=OuterRef("key"), expire_date__gt=Now())
        return self.annotate(ends_at=Subquery(session.values("expire_date")[:1])).exclude(
            ends_at=None
        )


class LoginSession(models.Model):
    """Whose session it is, from where and in which browser; Django's own says none of it."""

    BROWSER_LIMIT = 200

    account = models.ForeignKey(
        User, models.CASCADE, verbose_name="账号", related_name="login_sessions"
    )
    key = models.CharField("会话", max_length=40, unique=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    browser = models.CharField("浏览器", max_length=BROWSER_LIMIT, blank=True)
    started_at = models.DateTimeField("登录时间", default=timezone.now)

    objects = LoginSessionQuerySet.as_manager()

    ends_at: datetime  # of those that are `live`

    class Meta:
        verbose_name = verbose_name_plural = "登录的设备"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.account} {self.started_at:%Y-%m-%d %H:%M}"
