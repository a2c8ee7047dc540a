"""Circulars: drafts, what was issued and never changes, and the files that belong to both."""

import hashlib
import json
from datetime import date
from typing import NoReturn

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from reports.document.content import NumberForm
from targets.choices import Role
from targets.models import District, Period, Place, User

NAME_LIMIT, LINE_LIMIT, REASON_LIMIT, BODY_LIMIT = 50, 200, 500, 20_000
NAMES_LIMIT = 2_000  # characters of recipients: more than a page holds
LABEL_LIMIT, CODE_LIMIT = 10, 20
NUMBER_LIMIT = 40  # a code, 〔2024〕, a number


class CircularState(models.TextChoices):
    """draft → issued; a mistake is put right by a later circular."""

    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已印发"


class FileKind(models.TextChoices):
    """The forms of one circular; the value is how addresses and commands name them."""

    PDF = "pdf", "PDF"
    ARCHIVE = "archive", "PDF（归档，PDF/A）"
    WEB = "web", "PDF（无障碍，PDF/UA）"
    WORD = "docx", "Word"
    ANNEX_EXCEL = "annex-xlsx", "附表 Excel"
    ANNEX_PDF = "annex-pdf", "附表 PDF"
    ANNEX_CSV = "annex-csv", "附表 CSV"


class UnitCount(models.TextChoices):
    """Which number of units the opening sentence states."""

    ALL = "all", "全部责任单位（牵头和配合）"
    LEADS = "leads", "牵头单位"
    STATED = "stated", "年度方案所称"


# What the office sets for a kind of circular.
KIND_FIELDS = (
    "name",
    "number_form",
    "number_code",
    "report_label",
    "copy_label",
    "send_label",
    "opening",
    "demands",
    "closing",
)


class CircularKind(models.Model):
    """A kind of circular (通报种类): its own masthead, series of numbers, and usual words."""

    district = models.ForeignKey(
        District, models.PROTECT, verbose_name="区", related_name="circular_kinds"
    )
    name = models.CharField("名称", max_length=NAME_LIMIT, help_text="印作红头，例如“督查通报”。")
    number_form = models.CharField(
        "编号形式",
        max_length=10,
        choices=[
            (NumberForm.ISSUE.value, "第2期"),
            (NumberForm.YEAR.value, "〔2024〕第9期"),
            (NumberForm.DOCUMENT.value, "文号，如新政督〔2024〕9号"),
        ],
        default=NumberForm.ISSUE.value,
    )
    number_code = models.CharField("机关代字", max_length=CODE_LIMIT, blank=True)
    report_label = models.CharField("“报”的标签", max_length=LABEL_LIMIT, default="报")
    copy_label = models.CharField("“送”的标签", max_length=LABEL_LIMIT, default="送")
    send_label = models.CharField("“发”的标签", max_length=LABEL_LIMIT, default="发")
    # The usual wording; {placeholders} as reports.circulars.parts lists them.
    opening = models.TextField("开头", blank=True, default="{总体情况}")
    demands = models.TextField("工作要求", blank=True)
    closing = models.TextField("结尾", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "通报种类"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["district", "name"], name="circular_kind_once_a_name"),
            models.CheckConstraint(
                condition=Q(number_form__in=[form.value for form in NumberForm]),
                name="circular_kind_number_form_known",
            ),
            models.CheckConstraint(
                condition=~Q(number_form=NumberForm.DOCUMENT.value) | ~Q(number_code=""),
                name="circular_kind_document_number_has_code",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def place(self) -> Place:
        """Return where events about it belong."""
        return Place(self.district_id)

    @property
    def digest(self) -> str:
        """What names the facts that the office sets: other ones, another digest."""
        facts = json.dumps([getattr(self, name) for name in KIND_FIELDS])
        return hashlib.sha256(facts.encode()).hexdigest()

    @property
    def wording(self) -> str:
        """The body that a draft begins with."""
        return "\n".join(part for part in (self.opening, self.demands, self.closing) if part)


class CircularQuerySet(models.QuerySet["Circular"]):
    """Which circulars exist for whom."""

    def visible_to(self, user: User) -> "CircularQuerySet":
        """Keep the user's district's circulars; drafts exist for the office alone.

        Where the office requires a signature, one that has been read is laid before leaders.
        """
        if user.district_id is None:
            return self.none()
        own = self.filter(district_id=user.district_id)
        if user.role == Role.OFFICE:
            return own
        shown = Q(state=CircularState.ISSUED)
        if user.role == Role.LEADER:
            shown |= Q(district__requires_sign_off=True, read_at__isnull=False)
        return own.filter(shown)

    def issued(self) -> "CircularQuerySet":
        return self.filter(state=CircularState.ISSUED)

    def drafts(self) -> "CircularQuerySet":
        return self.filter(state=CircularState.DRAFT)

    def newest_first(self) -> "CircularQuerySet":
        """Order as an archive: the newest number of the newest year on top."""
        return self.order_by("-year", "-number", "-pk")

    def next_number(self, kind_id: int, day: date) -> int | None:
        """Return the number after the kind's last issued one of the day's year, or None."""
        issued = self.issued().filter(kind_id=kind_id, year=day.year)
        last = issued.aggregate(models.Max("number"))["number__max"]
        return None if last is None else last + 1


class Circular(models.Model):
    """A circular (督查通报): words the office edits while it is a draft, frozen once issued."""

    district = models.ForeignKey(
        District, models.PROTECT, verbose_name="区", related_name="circulars"
    )
    period = models.ForeignKey(
        Period, models.PROTECT, verbose_name="季度", related_name="circulars"
    )
    kind = models.ForeignKey(
        CircularKind, models.PROTECT, verbose_name="种类", related_name="circulars"
    )
    state = models.CharField(
        "状态", max_length=10, choices=CircularState, default=CircularState.DRAFT
    )
    # Counted within the year of the issue date; both empty while it is a draft.
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True)
    number = models.PositiveSmallIntegerField("期号", null=True, blank=True)
    # Where earlier issues of the year were made elsewhere the first here starts higher.
    first_number = models.PositiveSmallIntegerField("起始期号", null=True, blank=True)
    first_number_reason = models.CharField("起始期号说明", max_length=REASON_LIMIT, blank=True)
    dated = models.DateField("印发日期")
    # Empty while they are as the figures give them, so that a draft follows the ledger.
    title = models.TextField("标题", blank=True, help_text="每行一段，按词意断行。")
    body = models.TextField("正文", blank=True, help_text="每段一行。")
    addressed_to = models.CharField("主送机关", max_length=NAMES_LIMIT, blank=True)
    report_to = models.CharField("报", max_length=NAMES_LIMIT, blank=True)
    copy_to = models.CharField("送", max_length=NAMES_LIMIT, blank=True)
    send_to = models.CharField("发", max_length=NAMES_LIMIT, blank=True)
    remark = models.CharField("附注", max_length=LINE_LIMIT, blank=True)
    issuer = models.CharField("发文机关", max_length=LINE_LIMIT)
    printed_by = models.CharField("印发机关", max_length=LINE_LIMIT, blank=True)
    is_landscape = models.BooleanField("附表横排", default=True)
    is_sealed = models.BooleanField("加盖印章", default=True)
    # Keys of reports.document.annex.COLUMNS beside those that every annex prints.
    extra_columns = models.JSONField("附表另列", default=list, blank=True)
    tells_pace = models.BooleanField(
        "正文写序时进度",
        default=False,
        help_text="在完成情况之后，另写各项按序时进度的情况和欠进度的事项。",
    )
    # As reports.circulars.annexes reads them: a line an annex; empty: the whole plan as one.
    annexes = models.TextField("附表内容", blank=True)
    # What the whole issue is about, in the same words; empty: the whole plan.
    subset = models.CharField("通报范围", max_length=LINE_LIMIT, blank=True)
    has_tenths = models.BooleanField("占比保留一位小数", default=False)
    unit_count = models.CharField(
        "责任单位家数", max_length=10, choices=UnitCount, default=UnitCount.ALL
    )
    corrects = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name="更正",
        related_name="corrections",
        null=True,
        blank=True,
    )
    # As they were called then; without accounts where the names were taken from paper.
    reader = models.CharField("核稿人", max_length=NAME_LIMIT, blank=True)
    signer = models.CharField("签发人", max_length=NAME_LIMIT, blank=True)
    read_at = models.DateTimeField("核稿时间", null=True, blank=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="核稿账号",
        related_name="+",
        null=True,
        blank=True,
    )
    # rendering.words_digest of what was read: with any other words or figures it is void.
    read_digest = models.CharField("核稿内容摘要", max_length=64, blank=True)
    signed_at = models.DateTimeField("签发时间", null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="签发账号",
        related_name="+",
        null=True,
        blank=True,
    )
    # What was issued: reports.document.content.content_to_json; empty while it is a draft.
    content = models.JSONField("印发内容", null=True, blank=True)
    # As `content` prints them, whatever the kind is called later: 督查通报, 2020年第2期.
    masthead = models.CharField("红头", max_length=NAME_LIMIT, blank=True)
    number_in_year = models.CharField("编号", max_length=NUMBER_LIMIT, blank=True)
    issued_at = models.DateTimeField("印发时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name="印发操作人",
        related_name="+",
        null=True,
        blank=True,
    )
    # Raised by every change, so that nobody issues what they were not shown.
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("起草时间", auto_now_add=True)

    objects = CircularQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督查通报"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "year", "number"], name="circular_number_once_a_year"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CircularState.values), name="circular_state_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state=CircularState.DRAFT,
                    year__isnull=True,
                    number__isnull=True,
                    content__isnull=True,
                    issued_at__isnull=True,
                    issued_by__isnull=True,
                )
                | Q(
                    state=CircularState.ISSUED,
                    year__isnull=False,
                    number__gte=1,
                    content__isnull=False,
                    issued_at__isnull=False,
                    issued_by__isnull=False,
                ),
                name="circular_issued_whole_or_not_at_all",
            ),
            models.CheckConstraint(
                condition=Q(first_number__isnull=True) | ~Q(first_number_reason=""),
                name="circular_higher_start_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True, read_by__isnull=True, read_digest="")
                | (Q(read_at__isnull=False, read_by__isnull=False) & ~Q(read_digest="")),
                name="circular_read_whole_or_not_at_all",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False, read_at__isnull=False),
                name="circular_signed_after_it_was_read",
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("read_by")),
                name="circular_signed_by_another_than_read_it",
            ),
        ]

    def __str__(self) -> str:
        if self.is_issued:
            return self.number_in_year
        if self.corrects is not None:
            return f"{self.corrects}的更正草稿"
        return f"{self.period}通报草稿"

    def get_absolute_url(self) -> str:
        return reverse("reports:circular", args=[self.pk])

    def place(self) -> Place:
        """Return what an event about the row belongs to."""
        return Place(self.district_id)

    @property
    def full_name(self) -> str:
        """What people call it, with its kind: 督查通报2020年第2期. Fetch a draft's kind before."""
        return f"{self.masthead}{self}" if self.is_issued else f"{self}（{self.kind.name}）"

    @property
    def is_issued(self) -> bool:
        return self.state == CircularState.ISSUED

    def is_read(self, digest: str) -> bool:
        """Tell whether somebody read exactly the content with the digest."""
        return self.read_at is not None and self.read_digest == digest

    def is_signed(self, digest: str) -> bool:
        """Tell whether somebody signed off exactly the content with the digest."""
        return self.signed_at is not None and self.is_read(digest)

    @property
    def has_own_words(self) -> bool:
        """Tell whether the office wrote a title or body of its own."""
        return bool(self.title or self.body)

    @property
    def title_text(self) -> str:
        return "".join(self.title.split("\n"))


class IssuedFile(models.Model):
    """One form of an issued circular, byte for byte as it was issued."""

    circular = models.ForeignKey(
        Circular, models.PROTECT, verbose_name="督查通报", related_name="files"
    )
    kind = models.CharField("形式", max_length=12, choices=FileKind)
    data = models.BinaryField("内容")
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "印发文件"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["circular", "kind"], name="issued_file_once_a_kind"),
            models.CheckConstraint(
                condition=Q(kind__in=FileKind.values), name="issued_file_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.circular} {self.get_kind_display()}"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk is not None:
            raise TypeError("an issued file is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("an issued file is never deleted")
