"""The closed sets of the domain: roles, states, outcomes. Labels are the interface's words."""

from django.db import models


class Role(models.TextChoices):
    """What an account may do; one role an account."""

    UNIT = "unit", "责任单位"
    OFFICE = "office", "督查室"
    LEADER = "leader", "区领导"
    ADMINISTRATOR = "administrator", "系统管理员"
    AUDITOR = "auditor", "审计员"


class Duty(models.TextChoices):
    """A unit's part in an item."""

    LEAD = "lead", "牵头单位"
    SUPPORTING = "supporting", "配合单位"


class OwnView(models.TextChoices):
    """Whether a lead unit itself thinks its item done; the office judges by its own lights."""

    COMPLETED = "completed", "已完成"
    ONGOING = "ongoing", "仍在推进"


class ItemOutcome(models.TextChoices):
    """Where an item stands over the year."""

    LIVE = "live", "实施中"
    COMPLETED = "completed", "已办结"
    CANCELLED = "cancelled", "已取消"
    CARRIED_OVER = "carried_over", "已结转"


class PeriodState(models.TextChoices):
    """draft → open → closed → open again, with a reason."""

    DRAFT = "draft", "未开放"
    OPEN = "open", "填报中"
    CLOSED = "closed", "已关闭"


class ContributionState(models.TextChoices):
    """One unit's report on one item in one quarter."""

    NOT_STARTED = "not_started", "未填报"
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已报送"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"


# Still with the unit: it may be written, and is owed where the item waits for it.
NOT_SUBMITTED = (
    ContributionState.NOT_STARTED,
    ContributionState.DRAFT,
    ContributionState.RETURNED,
)
# With the office, or through: it counts as reported.
HANDED_IN = (ContributionState.SUBMITTED, ContributionState.APPROVED)
# Beside the states: never reported, and nobody waits for it any more.
EXCUSED = "excused"


OVERDUE = "overdue"  # a cell's kind beside the states: owed, and the day in force is over
# One cell is one report; a unit's cells stand in this order, each in its tint.
CELLS = {
    ContributionState.APPROVED: "已通过",
    ContributionState.SUBMITTED: "待审",
    ContributionState.RETURNED: "退回",
    ContributionState.DRAFT: "草稿",
    ContributionState.NOT_STARTED: "未填报",
    OVERDUE: "逾期",
}


class EntryState(models.TextChoices):
    """An entry as its lead contributions and the office's judgement make it; never stored."""

    NOT_STARTED = "not_started", "未填报"
    DRAFT = "draft", "填报中"
    PARTIAL = "partial", "部分报送"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已核定"
    REREVIEW = "rereview", "重新审核中"


# What waits for the office.
AWAITING = (EntryState.SUBMITTED, EntryState.PARTIAL, EntryState.REREVIEW)


# Classes of the figures beside the statuses: reported by at least one lead but not judged;
# and neither, which is printed as 未填报.
PENDING = "pending"
UNREPORTED = "unreported"
CLASS_LABELS = {PENDING: "待核定", UNREPORTED: "未填报"}


class ItemChange(models.TextChoices):
    """What happened to an item since the quarter before; never stored."""

    COMPLETED = "completed", "新完成"
    REOPENED = "reopened", "重新打开"
    CANCELLED = "cancelled", "新取消"


class Timing(models.TextChoices):
    """When a lead unit's report came, against the date in force for it; never stored."""

    ON_TIME = "on_time", "按时报送"
    LATE = "late", "逾期报送"
    OVERDUE = "overdue", "逾期未报"
    WAITING = "waiting", "未到期未报"


class EntryOrigin(models.TextChoices):
    """Where an entry's approved text comes from."""

    REPORTED = "reported", "单位填报"
    PUBLISHED = "published", "取自本系统外印发的通报"
    CARRIED = "carried", "上季度结转"


class ExtensionState(models.TextChoices):
    """A unit's request for more time: until the office decides, or nothing is left to decide."""

    REQUESTED = "requested", "待批"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "已终止"


class AdjustmentState(models.TextChoices):
    """A unit's request that an item be adjusted: until the office answers, or need not any more."""

    REQUESTED = "requested", "待答复"
    ADOPTED = "adopted", "已采纳"
    DECLINED = "declined", "未采纳"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "已终止"


class IndicatorKind(models.TextChoices):
    """What an indicator's number is; it decides how the pace is drawn."""

    CUMULATIVE = "cumulative", "累计"
    LEVEL = "level", "现值"
    RATIO = "ratio", "比率"
    GROWTH = "growth", "增速"
    MILESTONE = "milestone", "节点"


class Comparison(models.TextChoices):
    """How a value is held against its target."""

    AT_LEAST = "at_least", "不低于"
    AT_MOST = "at_most", "不超过"
    EXACTLY = "exactly", "等于"
    ABOUT = "about", "左右"
    RANGE = "range", "区间"


class IndicatorState(models.TextChoices):
    """proposed → accepted or refused; accepted → ended."""

    PROPOSED = "proposed", "待定"
    ACCEPTED = "accepted", "已采用"
    REFUSED = "refused", "不采用"
    ENDED = "ended", "已终止"


class PaceKind(models.TextChoices):
    """By which rule a promise falls due over the year (序时进度)."""

    EVEN = "even", "按月均衡"
    FULL = "full", "全程对照全年目标"
    CURVE = "curve", "自定进度"
    YEAR_END = "year_end", "年终认定"


class Light(models.TextChoices):
    """How a promise stands against its pace, as an entry and a kept value say it."""

    BEHIND = "behind", "欠进度"
    ON_PACE = "on_pace", "达进度"
    AHEAD = "ahead", "超进度"
    MET = "met", "已达标"
    YEAR_END = "year_end", "待年终认定"
    NO_DATA = "no_data", "无数据"


class ValueOrigin(models.TextChoices):
    """How a value came to an indicator."""

    REPORTED = "reported", "单位填报"
    OFFICE = "office", "督查室录入"
    PAST = "past", "补录"


class EvidenceKind(models.TextChoices):
    """What a file attached to a contribution is."""

    EVIDENCE = "evidence", "佐证材料"
    SIGNED_FORM = "signed_form", "签字盖章的报送单"


class Color(models.TextChoices):
    """Badge and chart colours of a status; each has a pattern for grey printing."""

    GREEN = "green", "绿"
    BLUE = "blue", "蓝"
    AMBER = "amber", "黄"
    RED = "red", "红"
    GREY = "grey", "灰"


class Verb(models.TextChoices):
    """What an event of the trail says was done."""

    CREATE = "create", "新增"
    CHANGE = "change", "修改"
    DELETE = "delete", "删除"
    OPEN = "open", "开放填报"
    CLOSE = "close", "关闭填报"
    REOPEN = "reopen", "重新开放"
    START = "start", "开始填报"
    SAVE = "save", "保存草稿"
    SUBMIT = "submit", "报送"
    WITHDRAW = "withdraw", "撤回"
    RETURN = "return", "退回"
    APPROVE = "approve", "通过"
    CANCEL = "cancel", "取消"
    COMPLETE = "complete", "办结"
    CARRY_OVER = "carry_over", "结转"
    ADJUST = "adjust", "调整"
    RESTORE = "restore", "恢复"
    REMIND = "remind", "催办"
    REQUEST = "request", "申请延期"
    GRANT = "grant", "同意延期"
    REFUSE = "refuse", "不同意延期"
    APPLY = "apply", "申请调整"
    ADOPT = "adopt", "采纳调整申请"
    DECLINE = "decline", "不采纳调整申请"
    LAPSE = "lapse", "终止申请"
    ATTACH = "attach", "上传材料"
    DETACH = "detach", "删除材料"
    BLOCK = "block", "拦截材料"
    DISMISS = "dismiss", "忽略提示"
    INSTRUCT = "instruct", "批示"
    FOLLOW_UP = "follow_up", "落实批示"
    SCHEDULE = "schedule", "预定单位承接"
    SUCCEED = "succeed", "单位承接"
    READ = "read", "核稿"
    SIGN = "sign", "签发"
    ISSUE = "issue", "印发"
    CORRECT = "correct", "更正"
    UNDO = "undo", "撤销导入"
    DRAFT = "draft", "起草"
    EXPORT = "export", "导出"
    IMPORT = "import", "导入"
    LOGIN = "login", "登录"
    LOGOUT = "logout", "退出"
    FAIL = "fail", "登录失败"
    PASSWORD = "password", "修改密码"
    ROLE = "role", "调整角色"
    CHECK = "check", "核验记录"
    ACCEPT = "accept", "采用指标"
    REJECT = "reject", "不采用指标"
    PROPOSE = "propose", "提出节点"
    END = "end", "终止指标"
    MEASURE = "measure", "录入数值"
    RECEIVE = "receive", "签收"
    SUPPLEMENT = "supplement", "补录数值"
    OVERRULE = "overrule", "认定进度"


class TrailFault(models.TextChoices):
    """How an event can differ from what was sealed; never stored."""

    CHANGED = "changed", "与封存时的内容不符"
    REMOVED = "removed", "封存之后被删除"
    INSERTED = "inserted", "不是当时写入的，系事后插入"
    UNLINKED = "unlinked", "此前的封存缺失，无法核对"


class Channel(models.TextChoices):
    """How a message leaves the site."""

    MAIL = "mail", "邮件"
    HOOK = "hook", "消息接口"


class AnswerState(models.TextChoices):
    """Where a unit's answer to an instruction stands."""

    DRAFT = "draft", "填写中"
    SUBMITTED = "submitted", "已回复"
    RETURNED = "returned", "退回"
    ACCEPTED = "accepted", "已通过"


# Whoever may read an instruction reads these answers to it.
ANSWERED = (AnswerState.SUBMITTED, AnswerState.ACCEPTED)


class SheetStep(models.TextChoices):
    """How urgent a supervision sheet (督办单) is, in rising steps."""

    BLUE = "blue", "蓝色"
    YELLOW = "yellow", "黄色"
    RED = "red", "红色"


class InstructionKind(models.TextChoices):
    """Which instructions are listed: the office's order of work."""

    OPEN = "open", "未办结"
    NEW = "new", "待转办"
    OVERDUE = "overdue", "已超期"
    ANSWERED = "answered", "回复待审"
    DONE = "done", "已办结"
    ALL = "all", "全部"
