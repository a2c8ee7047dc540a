"""What the columns of each kind of table are called, and what they are for.

Patterns match a head as `words.plain` leaves it, with or without what follows in brackets.
A new column of an import is declared here, and read where its meaning is used.
"""

import re
from dataclasses import dataclass
from functools import cached_property

_PERIOD = (
    r"(?:.{0,6}年)?(?:第?[一二三四1-4]季度|上半年|前三季度|全年|年度|本季度"
    r"|[0-9]{1,2}[-—~至][0-9]{1,2}月|截[至止].{1,12})?"
)


@dataclass(frozen=True)
class Head:
    """One column: what messages and pages call it, its usual names, and what stands in it."""

    label: str
    pattern: str
    about: str = ""
    is_required: bool = False


@dataclass(frozen=True)
class Heads:
    """The columns of one kind of table, by meaning, in the order of a template."""

    by_meaning: dict[str, Head]

    @cached_property
    def patterns(self) -> dict[str, re.Pattern[str]]:
        return {
            meaning: re.compile(head.pattern, re.IGNORECASE)
            for meaning, head in self.by_meaning.items()
        }

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Return what a person is told of each column: its name, whether it must be, what it is."""
        return [
            (head.label, "必需" if head.is_required else "可以没有", head.about)
            for head in self.by_meaning.values()
            if head.about
        ]

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(meaning for meaning, head in self.by_meaning.items() if head.is_required)

    @cached_property
    def labels(self) -> dict[str, str]:
        return {meaning: head.label for meaning, head in self.by_meaning.items()}


_GOAL_NUMBER = Head("序号", r"序号|目标序号|编号|目标编号|No\.?", "目标的序号，如1", True)
_GOAL_NAME = r"目标名称|目标|工作目标|目标任务|主要目标|目标项目"
_ITEM_NUMBER = Head(
    "事项序号",
    r"事项序号|事项编号|任务序号",
    "可以没有这一列：序号写在工作标准前面，如“（1）”",
)
_STANDARD = r"工作标准|目标标准|责任事项|工作任务|重点任务|工作内容|目标内容|具体事项|任务内容"
_LEADS = r"(?:牵头|主办|承办)(?:责任)?(?:单位|部门)|责任(?:单位|部门)"
_SUPPORTING = r"(?:配合|协办|协同|协助|参与|会办|参加)(?:责任)?(?:单位|部门)|责任配合单位"
_STATUS = r"(?:完成|办理|进展)?状态|是否完成|完成与否"
_PROGRESS = _PERIOD + r"(?:工作|任务|目标)?(?:完成|进展|推进|落实)(?:情况|进度)(?:说明)?|核定表述"
_PROBLEMS = r"存在的?(?:主要)?问题(?:及?困难)?|主要问题|问题和困难"
_NEXT_STEPS = r"下一?步(?:工作)?(?:措施|打算|计划|安排|工作)|下步工作"

PLAN_HEADS = Heads(
    {
        "goal_number": _GOAL_NUMBER,
        "goal_name": Head("目标名称", _GOAL_NAME, "每个目标一个名称，最多100字", True),
        "item_number": _ITEM_NUMBER,
        "standard": Head("工作标准", _STANDARD, "每个责任事项一行，以“（1）”“（2）”开头", True),
        "leads": Head("牵头单位", _LEADS, "单位名称，多个的用顿号分开，第一个为汇总单位", True),
        "supporting": Head("配合单位", _SUPPORTING, "单位名称，多个的用顿号分开"),
        # Of an annex that is read for its plan: they tell rows apart, and are not imported.
        "progress": Head("完成情况（不在这里导入）", _PROGRESS),
        "status": Head("完成状态（不在这里导入）", _STATUS),
    }
)
PROGRESS_HEADS = Heads(
    {
        "goal_number": _GOAL_NUMBER,
        "goal_name": Head("目标名称", _GOAL_NAME, "与年度任务一致，只用于核对"),
        "item_number": _ITEM_NUMBER,
        "standard": Head("工作标准", _STANDARD, "与年度任务一致，只用于核对", True),
        "progress": Head("完成情况", _PROGRESS, "本季度的完成情况", True),
        "leads": Head("牵头单位", _LEADS, "与年度任务一致，只用于核对"),
        "supporting": Head("配合单位", _SUPPORTING, "与年度任务一致，只用于核对"),
        "status": Head("完成状态", _STATUS, "状态的名称，如“已完成”；在预览中选择是否导入"),
        "problems": Head("存在的问题", _PROBLEMS, "本季度要求填写时导入"),
        "next_steps": Head("下一步措施", _NEXT_STEPS, "本季度要求填写时导入"),
    }
)
# What the plan's items promise in numbers: a sheet of the plan's workbook, or one by itself.
INDICATOR_HEADS = Heads(
    {
        "goal_number": Head("目标序号", r"目标序号|目标编号|序号", "目标的序号，如1", True),
        "item_number": Head("事项序号", r"事项序号|事项编号", "事项的序号，如2", True),
        "name": Head("指标名称", r"指标名称|指标", "同一事项中不重名；按名称对应已有的指标", True),
        "kind": Head("类型", r"(?:指标)?(?:类型|类别)", "累计、现值、比率、增速、节点之一", True),
        "comparison": Head(
            "比较方式", r"比较方式", "不低于、不超过、等于、左右、区间之一，不填为不低于"
        ),
        "target": Head(
            "目标值", r"目标值|目标数|目标", "只填数字；下降3%以上填不低于、3；节点不填"
        ),
        "target_high": Head("区间上限", r"区间上限|上限", "只有区间才填"),
        "measure": Head("计量单位", r"计量单位|单位", "如亿元、万亩、家、%；节点不填"),
        "due_quarter": Head(
            "到期季度", r"到期季度", "节点填写：第一季度、第二季度、第三季度、第四季度"
        ),
        "pace": Head(
            "序时进度",
            r"序时进度|进度规则",
            "按月均衡、全程对照全年目标、自定进度、年终认定之一，不填按类型",
        ),
        "curve": Head("自定进度", r"自定进度", "四个季度末的百分比，如10、60、80、100"),
        "unit": Head("填报单位", r"填报单位|责任单位|牵头单位", "牵头单位之一，不填为第一牵头单位"),
        "note": Head("口径说明", r"口径说明|口径|指标口径|备注", "最多200字"),
        "source": Head("标准原文", r"标准原文|原文", "工作标准中的原话，用来标出出处"),
    }
)
UNIT_HEADS = Heads(
    {
        "name": Head("单位名称", r"单位名称|单位|责任单位", "单位全称，每个单位一行", True),
        "aliases": Head("别名", r"别名|简称|其他名称|曾用名", "多个的用顿号分开"),
        "order": Head("排序", r"排序|序号", "数字，新单位在名册中的位置"),
        "contact_name": Head("联络员", r"联络员|联系人", "姓名"),
        "contact_phone": Head("联络电话", r"联络电话|联系电话|电话", "电话号码，单元格设为文本"),
    }
)
ACCOUNT_HEADS = Heads(
    {
        "username": Head("用户名", r"用户名|账号|登录名", "字母、数字和 @ . + - _", True),
        "display": Head("显示名称", r"显示名称|姓名", "1至50字", True),
        "role": Head("角色", r"角色", "责任单位、督查室、区领导、系统管理员、审计员之一", True),
        "unit": Head("单位", r"单位|所属单位|责任单位|单位名称", "责任单位账号填写所属单位"),
        "phone": Head("联系电话", r"联系电话|电话|手机", "电话号码，单元格设为文本"),
        "email": Head("电子邮箱", r"电子邮箱|邮箱", "可以不填"),
        "password": Head("密码", r"密码|初始密码|口令"),
    }
)
# Heads as reports.document.unit_workbooks prints them; read back under the same names.
KEY, VERSION, MARK = "系统编号", "版本", "校验"
TEXT, CONSOLIDATED, THEN = "本单位完成情况", "汇总稿", "报送方式"
PROBLEMS, NEXT_STEPS = "存在的问题", "下一步措施"
REPORT_HEADS = Heads(
    {
        "key": Head(KEY, KEY, is_required=True),
        "version": Head(VERSION, VERSION, is_required=True),
        "mark": Head(MARK, MARK),
        "text": Head(TEXT, TEXT, is_required=True),
        "consolidated": Head(CONSOLIDATED, CONSOLIDATED),
        "problems": Head(PROBLEMS, PROBLEMS),
        "next_steps": Head(NEXT_STEPS, NEXT_STEPS),
        "then": Head(THEN, THEN),
        "number": Head("编号", "编号"),
    }
)
# The same workbook's second sheet: what the unit's items promise in numbers.
VALUES = "指标"
INDICATOR, MEASURE, TARGET, VALUE = "指标名称", "计量单位", "目标值", "本季度数值"
AS_OF, ESTIMATE = "数据截止日", "实际或预计"
VALUE_HEADS = Heads(
    {
        "key": Head(KEY, KEY, is_required=True),
        "version": Head(VERSION, VERSION, is_required=True),
        "mark": Head(MARK, MARK, is_required=True),
        "name": Head(INDICATOR, INDICATOR, is_required=True),
        "measure": Head(MEASURE, MEASURE, is_required=True),
        "target": Head(TARGET, TARGET),
        "before": Head("上次数值", "上次数值"),
        "value": Head(VALUE, VALUE, is_required=True),
        "as_of": Head(AS_OF, AS_OF, is_required=True),
        "estimate": Head(ESTIMATE, ESTIMATE, is_required=True),
        "number": Head("编号", "编号"),
    }
)
