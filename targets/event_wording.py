"""An event of the trail in words: what was changed, from what to what."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from targets.choices import (
    AdjustmentState,
    AnswerState,
    ContributionState,
    Duty,
    EntryOrigin,
    EvidenceKind,
    ExtensionState,
    ItemOutcome,
    OwnView,
    PeriodState,
    Role,
    Verb,
)
from targets.models import Contribution, Facts, User

BATCH = 500  # events for which it is asked at once what may be read

# A unit's own words: who may not read its text does not read them here either.
WORDS = frozenset({"text", "consolidated_text", "problems", "next_steps", "own_view"})

LABELS = {
    "state": "状态",
    "status": "完成状态",
    "approved_text": "核定表述",
    "later": "后面的季度",
    "found": "误识为",
    "meant": "应为",
    "why": "说明",
    "proposed_status": "建议的完成状态",
    "text": "报送内容",
    "consolidated_text": "汇总稿",
    "problems": "存在的问题",
    "next_steps": "下一步措施",
    "problems_characters": "存在的问题字数",
    "next_steps_characters": "下一步措施字数",
    "characters": "字数",
    "consolidated_characters": "汇总稿字数",
    "origin": "来源",
    "due_on": "填报截止",
    "until": "延至",
    "remind_days": "提前提醒天数",
    "head_signs": "须经主要领导审阅",
    "evidence_required": "须附佐证材料",
    "asks_problems": "填写存在的问题和下一步措施",
    "own_view": "本单位意见",
    "head_name": "审阅领导",
    "head_agreed_on": "审阅日期",
    "entered_by_office": "督查室代填",
    "entries": "事项数",
    "contributions": "应报份数",
    "step": "第几次",
    "owed": "未报送项数",
    "period": "季度",
    "periods": "季度",
    "number": "序号",
    "standard": "工作标准",
    "leads": "牵头单位",
    "supporting": "配合单位",
    "outcome": "年度结果",
    "stays_counted": "仍计入总数",
    "adjustment": "采纳的申请",
    "other": "其他调整内容",
    "carried_into": "结转为",
    "title": "名称",
    "name": "名称",
    "year": "年度",
    "stated_unit_total": "方案所称责任单位数",
    "username": "用户名",
    "role": "角色",
    "unit": "单位",
    "phone": "联系电话",
    "email": "电子邮箱",
    "is_active": "启用",
    "must_change_password": "下次登录须改密码",
    "former_names": "曾用名称",
    "password_changed_at": "密码修改时间",
    "contact_name": "联络员",
    "contact_phone": "联络电话",
    "successor": "承接单位",
    "superseded_on": "撤并更名日期",
    "kind": "类别",
    "rows": "行数",
    "file": "文件",
    "filter": "筛选条件",
    "size": "文件大小（字节）",
    "sha256": "文件校验值",
    "refused": "拒绝次数",
    "second_factor": "动态口令",
    "recovery_codes": "剩余恢复码",
    "sessions": "结束的登录",
    "active": "含有",
    "scanned": "病毒扫描",
    "hint": "提示",
    "aliases": "别名",
    "items": "转移事项数",
    "moves_accounts": "账号一并转移",
    "is_withdrawn": "已停用",
    "dated": "印发日期",
    "body": "正文",
    "report_to": "报",
    "addressed_to": "主送机关",
    "copy_to": "送",
    "send_to": "发",
    "remark": "附注",
    "annexes": "附表内容",
    "subset": "通报范围",
    "extra_columns": "附表另列",
    "has_tenths": "占比保留一位小数",
    "unit_count": "责任单位家数",
    "number_form": "编号形式",
    "number_code": "机关代字",
    "report_label": "“报”的标签",
    "copy_label": "“送”的标签",
    "send_label": "“发”的标签",
    "opening": "开头",
    "demands": "工作要求",
    "closing": "结尾",
    "issuer": "发文机关",
    "printed_by": "印发机关",
    "is_landscape": "附表横排",
    "is_sealed": "加盖印章",
    "tells_pace": "正文写序时进度",
    "reader": "核稿人",
    "signer": "签发人",
    "digest": "内容摘要",
    "requires_sign_off": "印发前须核稿、签发",
    "reminder_days": "自动催办日",
    "reminder_words": "自动催办意见",
    "sheet_days": "督办单分级（逾期天数）",
    "units": "单位",
    "first_number": "起始期号",
    "first_number_reason": "起始期号说明",
    "follow_up": "督办要求",
    "giver": "批示领导",
    "given_on": "批示日期",
    "sealed": "封存条数",
    "code": "校验码",
    "faults": "不符条数",
    "is_as_noted": "与抄记的相符",
    "subject": "导入对象",
    "new": "新增行数",
    "changed": "修改行数",
    "conflict": "冲突行数",
    "unchanged": "无变化行数",
    "corrections": "采用的更正建议",
    "values": "指标数值",
    "value": "数值",
    "as_of": "数据截止日",
    "is_estimate": "预计数",
    "indicator": "指标",
    "measure": "计量单位",
    "comparison": "比较方式",
    "target": "目标值",
    "due_quarter": "到期季度",
    "note": "口径说明",
    "pace": "序时进度",
    "curve": "自定进度",
    "light": "进度",
    "light_words": "进度依据",
    "distance": "与应达之差",
    "reached": "已达",
    "due": "应达",
    "overruled_light": "督查室认定",
    "overruled_reason": "认定理由",
    "pace_margin": "“左右”的幅度",
    "uses_keys": "单键快捷键",
    "saved_filters": "常用筛选",
    # Columns that are only changed in the admin's catalogue.
    "district": "区",
    "office_name": "督查机构全称",
    "order": "排序",
    "portfolio_leader": "分管领导",
    "plan": "年度任务",
    "goal": "目标",
    "item": "责任事项",
    "duty": "职责",
    "is_numbered": "印出序号",
    "cancelled_reason": "取消原因",
    "carried_from": "结转自",
    "clause": "通报用语",
    "is_completed": "计为完成",
    "color": "颜色",
    "approved_at": "核定时间",
    "approved_by": "核定人",
    "reopened_at": "重新审核自",
    "version": "版本",
    "date_joined": "创建时间",
    "made_at": "创建时间",
    "made_by": "创建人",
    "last_used_on": "最近使用",
    "withdrawn_at": "停用时间",
    "withdrawn_by": "停用人",
}

# The forms of a circular by their short names, which addresses and the trail use.
FILES = {
    "pdf": "PDF",
    "archive": "PDF（归档，PDF/A）",
    "web": "PDF（无障碍，PDF/UA）",
    "docx": "Word",
    "annex-xlsx": "附表 Excel",
    "annex-pdf": "附表 PDF",
    "annex-csv": "附表 CSV",
}

# What has a short name of its own for its kind, by kind of row.
KINDS = {
    "contribution": dict(EvidenceKind.choices),
    "circular": FILES,
    "import": {
        "plan": "年度任务",
        "progress": "季度完成情况",
        "reports": "本单位填报表",
        "units": "单位与别名",
        "accounts": "账号",
    },
    "user": {"trail.csv": "操作记录（CSV）"},
}

# What has another name in one kind of row.
OWN_LABELS = {
    ("instruction", "text"): "批示内容",
    ("instruction", "due_on"): "落实期限",
    ("instruction", "outcome"): "落实情况",
    ("adjustment", "standard"): "拟调整的工作标准",
    ("answer", "text"): "回复内容",
    ("answer", "state"): "回复状态",
    ("sheet", "step"): "级别",
    ("sheet", "due_on"): "落实期限",
    ("circular", "number"): "期号",
    ("circular", "kind"): "种类",
    ("circular", "title"): "标题",
    **{("circular", kind): f"{name}校验值" for kind, name in FILES.items()},
    ("district", "code"): "行政区划代码",
    ("item", "number"): "编号",
    ("user", "name"): "姓名",
}

# A row's key in the database says nothing to a reader.
UNTOLD = frozenset({"id"})

# The state of one thing is not the state of another: draft is 草稿 or 未开放.
STATES = {
    "adjustment": AdjustmentState,
    "answer": AnswerState,
    "contribution": ContributionState,
    "period": PeriodState,
    "extension": ExtensionState,
}
CLOSED_SETS = {
    "outcome": ItemOutcome,
    "origin": EntryOrigin,
    "role": Role,
    "duty": Duty,
    "own_view": OwnView,
}


@dataclass(frozen=True, slots=True)
class ToldFact:
    """One fact that an event changed, as people read it."""

    label: str
    old: str  # "" where there was nothing
    new: str


def tell(events: Iterable[Any], user: User) -> Iterator[tuple[Any, list[ToldFact]]]:
    """Yield each event with its changes in words, as far as the user may read them today.

    An event, or a row of plain values with the same names. A text that was withdrawn or
    returned since is its unit's again, also where the trail tells of its submission.
    """
    waiting = iter(events)
    while batch := list(islice(waiting, BATCH)):
        readable = _readable(batch, user)
        for event in batch:
            shows = _reads(event, user, readable)
            yield event, retell(event.subject, event.old, event.new, shows_words=shows)


def _readable(events: Iterable[Any], user: User) -> set[int]:
    """Return which of the contributions in the events the user may read as they are now."""
    if not (user.is_office or user.is_leader):
        return set()
    worded = {each.subject_id for each in events if _has_words(each)}
    if not worded:
        return set()
    found = Contribution.objects.readable_by(user).filter(pk__in=worded)
    return set(found.values_list("pk", flat=True))


def _has_words(event: Any) -> bool:
    return event.subject == "contribution" and any(
        _is_unit_words(event.subject, key) for key in (*event.old, *event.new)
    )


def _reads(event: Any, user: User, readable: set[int]) -> bool:
    """Tell whether the user may read a unit's own words in this event.

    Words stand in the trail from the submission on. What is attached or removed belongs
    to a draft: its name is the unit's own.
    """
    if user.is_unit:
        return event.unit_id == user.unit_id
    if event.verb in (Verb.ATTACH, Verb.DETACH):
        return False
    is_reader = user.is_office or user.is_leader
    return is_reader and (event.subject != "contribution" or event.subject_id in readable)


def retell(subject: str, old: Facts, new: Facts, *, shows_words: bool) -> list[ToldFact]:
    """Return the facts that differ, in the order they were written.

    `subject` is the event's kind of row. Without `shows_words` a unit's text is told by
    its length alone.
    """
    changes = []
    for key in {**new, **old}:
        was, now = old.get(key), new.get(key)
        if was == now or key in UNTOLD or (not shows_words and _is_unit_words(subject, key)):
            continue
        told = ToldFact(
            label=OWN_LABELS.get((subject, key)) or LABELS.get(key, key),
            old=_told(subject, key, was),
            new=_told(subject, key, now) if key in new else "",
        )
        if told.old != told.new:
            changes.append(told)
    return changes


def _is_unit_words(subject: str, key: str) -> bool:
    """Tell whether a fact is in a unit's own words: its texts and numbers, its files' names."""
    return key in WORDS or (subject, key) in (
        ("contribution", "name"),
        ("answer", "name"),
        ("contribution", "values"),
    )


def _told(subject: str, key: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool) or value in ("True", "False"):
        return "是" if str(value) == "True" else "否"
    if isinstance(value, list):
        return "、".join(str(each) for each in value)
    if isinstance(value, dict):
        return "；".join(f"{name}：{said}" for name, said in value.items())
    if key == "kind":
        return KINDS.get(subject, {}).get(value, str(value))
    known = STATES.get(subject) if key == "state" else CLOSED_SETS.get(key)
    if known and value in known.values:
        return str(known(value).label)
    return str(value)
