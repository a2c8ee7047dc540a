"""The trail: one append-only event for every change, written in the change's own transaction."""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, ClassVar, NoReturn, Protocol

from django.conf import settings
from django.db import models
from django.db.models import Q

from targets.choices import Verb
from targets.models.base import DistrictQuerySet, Place
from targets.models.catalogue import Item
from targets.models.units import District, Unit
from targets.rules import REASON_LIMIT

# Where the running request came from; set by tracker.middleware, empty for commands.
remembered_address: ContextVar[str] = ContextVar("remembered_address", default="")

# Who acts where no account does: whoever may run manage.py.
COMMAND_LINE = "命令行"

# What an event tells of its row, before and after: plain JSON values by name.
Facts = Mapping[str, object]


class EventQuerySet(DistrictQuerySet["Event"]):
    """The trail: read, and added to by `record_event`; nothing else."""

    def update(self, **kwargs: object) -> int:
        raise TypeError("the trail is append-only: an event is never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the trail is append-only: an event is never deleted")


class Event(models.Model):
    """Who did what to which row, when, from where, from what to what, and why."""

    district = models.ForeignKey(
        District, models.PROTECT, verbose_name="区", related_name="+", null=True
    )
    at = models.DateTimeField("时间", auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="操作人",
        related_name="+",
        null=True,
    )
    # As it was then: an account may be renamed, and a failed login may name none that exists.
    actor = models.CharField("账号", max_length=150, blank=True)
    # Empty in what version 0.1 wrote: there the account's name of that day stands for it.
    actor_name = models.CharField("姓名", max_length=50, blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)
    verb = models.CharField("操作", max_length=12, choices=Verb)
    subject = models.CharField("对象类型", max_length=30)
    subject_id = models.BigIntegerField("对象编号", null=True)
    subject_name = models.CharField("对象", max_length=200)
    # No constraint: an item deleted from an unopened plan leaves its events as they were.
    item = models.ForeignKey(
        Item,
        models.DO_NOTHING,
        verbose_name="责任事项",
        related_name="events",
        null=True,
        db_constraint=False,
    )
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="单位", related_name="+", null=True)
    old = models.JSONField("原值", default=dict)
    new = models.JSONField("新值", default=dict)
    reason = models.CharField("原因", max_length=REASON_LIMIT, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "操作记录"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["district", "-id"], name="event_newest_of_district"),
            models.Index(fields=["item", "-id"], name="event_newest_of_item"),
            # Few among very many, and shown to the auditor on every visit.
            models.Index(
                fields=["district", "-id"], condition=Q(verb=Verb.ROLE), name="event_roles"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.get_verb_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk is not None:
            raise TypeError("the trail is append-only: an event is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("the trail is append-only: an event is never deleted")

    @property
    def name(self) -> str:
        """What whoever acted was called that day."""
        return self.actor_name or (self.by.name_at(self.at) if self.by else "")


class Seal(models.Model):
    """A link of a chain over the trail, made some time after its event (targets.sealing).

    Its digest covers the event's content and the digest of the link before it. There is one
    chain for each district, numbered as the district is; one for the events of none; and the
    one over everything that was made up to version 0.1, to which no link is added any more.
    """

    CLOSED, NO_DISTRICT = -1, 0

    chain = models.BigIntegerField("链")
    number = models.BigIntegerField("封存序号")
    # No constraint: an event that the database's owner removed leaves its link behind.
    event = models.OneToOneField(
        Event, models.DO_NOTHING, verbose_name="操作记录", related_name="seal", db_constraint=False
    )
    digest = models.CharField("校验码", max_length=64)
    # Whatever was written before this moment had its link when this one was made.
    at = models.DateTimeField("封存至")

    class Meta:
        verbose_name = verbose_name_plural = "封存"
        ordering = ["chain", "number"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "number"], name="seal_once_in_chain")
        ]
        indexes = [models.Index(fields=["chain", "-event"], name="seal_newest_of_chain")]

    def __str__(self) -> str:
        return f"第{self.number}号封存"


class Account(Protocol):
    """Whoever acts, as far as the trail tells of it."""

    pk: int
    name: str
    district_id: int | None

    def get_username(self) -> str: ...


class Recorded(Protocol):
    """A row that events are about."""

    pk: int
    _meta: ClassVar[Any]

    def place(self) -> Place: ...


def record_event(
    *,
    by: Account | None,
    verb: Verb,
    subject: Recorded,
    place: Place | None = None,
    old: Facts | None = None,
    new: Facts | None = None,
    reason: str = "",
    actor: str = "",
) -> Event:
    """Add one event about a row; call it inside the transaction that changes the row.

    `place` spares reading the row's own where many are written, or names another unit.
    `actor` names who acts where no account does.
    `old` and `new` hold plain JSON values. A draft's words stay out of them: the
    office may read the trail, but not a unit's draft.
    """
    place = place or subject.place()
    return Event.objects.create(
        district_id=place.district_id,
        by_id=by.pk if by else None,
        actor=by.get_username() if by else actor,
        actor_name=by.name if by else "",
        address=remembered_address.get(),
        verb=verb,
        subject=subject._meta.model_name,
        subject_id=subject.pk,
        subject_name=str(subject)[:200],
        item_id=place.item_id,
        unit_id=place.unit_id,
        old=old or {},
        new=new or {},
        reason=reason,
    )


def record_attempt(*, username: str, account: Account | None) -> Event:
    """Add one event about a login that failed; the name may be no account's."""
    return Event.objects.create(
        district_id=account.district_id if account else None,
        actor=username,
        address=remembered_address.get(),
        verb=Verb.FAIL,
        subject="user",
        subject_id=account.pk if account else None,
        subject_name=username,
    )


def record_refused(*, address: str, refused: int) -> Event:
    """Add one event about an address whose logins are refused unread; 0 when that begins."""
    return Event.objects.create(
        address=address,
        verb=Verb.FAIL,
        subject="user",
        subject_name="多个用户名",
        new={"refused": refused} if refused else {},
        reason="" if refused else "同一地址登录失败过多，此后30分钟内不再受理",
    )
