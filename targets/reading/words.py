"""The tables that the reader goes by. A new word is added here, with a test in test_reading.

All words are written as `amounts.fold` leaves them: half-width digits, brackets and signs.
"""

# Factors before a unit of measure: 3.8万亩, 45.3亿.
FACTORS = {"百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000, "万亿": 1_000_000_000_000}

# Units of measure, each with the others that mean the same.
_SIZES = """
元 美元 欧元 港元
% 个百分点=个点 倍 番
亩 公顷 平方米=平米=㎡=m2 平方公里=平方千米 公里=千米=km 米 海里
立方米=㎥=m3=m³=立方=方 吨标准煤=吨标煤 吨 公斤=千克 斤 升
千瓦时=度 千瓦 兆瓦
微克/立方米 毫克/升 分贝
天 个工作日=工作日 小时 个小时 分钟
"""
# What is counted one by one: half of it is never there.
_PIECES = """
个 家 座 处 所 块 条 项 件 名 人次=人(次) 人 户次 户 株 棵 张床位=床位=张床 张
标箱=TEU=标准箱 个泊位=泊位 个车位=车位 个学位=学位
份 台套=台(套) 台 辆次 辆 次 场次 场 批次=批(次) 批 起 例 只 头 羽 尾 套 间 栋 幢
对 组 支 队 首 部 篇 册 本 幅 面 盏 口 眼 根 枚 宗 笔 单 票 艘 架次 架 列 班 盒 箱 片 段 道 层
村 镇 街 校 馆 站 园 点位 类
"""


def _named(groups: str) -> dict[str, str]:
    return {
        name: written[0]
        for written in (group.split("=") for group in groups.split())
        for name in written
    }


PIECES = _named(_PIECES)
MEASURES = _named(_SIZES) | PIECES

# These count time. They are amounts only where the words make them a promise: 压缩至3个工作日.
TIMES = {"天", "个工作日", "小时", "个小时", "分钟"}
PARTS = {"%", "个百分点", "倍", "番"}

# What follows a number and makes it a date, an order or a name of a thing.
NO_MEASURE = (
    "年 月 日 号 季度 时 点 届 期 级 岁 周 层次 级别 版 级 线 千伏 号线 个月 分之 五规划 步 维 方案 方面 方式 方向"
    " 方位 方法 人大 人民 人才 人员 家庭 名单 处理 处置 件事 条例 点半 项目 位一体 面一 网 证 规 税 区 城 市 省 县 国"
).split()

# The words of a comparison: before the number, and after its unit.
AT_LEAST_BEFORE = "不低于 不少于 不小于 至少 超过 突破 达到 达 超 高于 大于 力争 确保 上升到 提高到 提高至 提升到 提升至 增加到".split()
AT_MOST_BEFORE = (
    "不超过 不高于 不大于 不多于 控制在 低于 小于 少于 压缩到 压缩至 压减到 压减至 缩短到 缩短至 降到 降至 下降到 下降至 降低到"
    " 降低至 减少到 减少至"
).split()
ABOUT_BEFORE = "约 大约 约为 接近 近".split()
AT_LEAST_AFTER = ("以上", "及以上", "之上")
AT_MOST_AFTER = ("以下", "以内", "之内")
ABOUT_AFTER = ("左右", "上下")

# Words that turn a number into a rate of change, and those that turn it into a fall.
FALLS = (
    "下降 减少 降低 降幅 下滑 回落 负增长 压减 缩减 削减 压缩 精简 跌 下跌 减幅 同比降 环比降 同比减 环比减"
).split()
GROWS = "增长 增幅 增速 同比 环比 递增 增加 提高 提升 上升 增收 涨幅".split()
RATIOS = "占比 比重 占 率 比例 比达".split()
LEVELS = "保有量 总量达 储备达 储备 拥有 现有 累计达 规模达 总数达 达到 浓度 存量 在库 保持在 稳定在 控制在".split()

# Before a number: it says where something is to be held, and not how much comes together.
HELD_AT = ("控制在", "稳定在", "保持在", "维持在", "压缩至", "压缩到", "缩短至", "缩短到")

# At the head of a name: what is done. The second of two things
# inherits it (新建球场15块、停车场3处).
VERBS = (
    "新改扩建 新增加 新开工 新引进 新培育 新建设 新认定 新建成 新增 新建 新培 新签 改造提升 改造 改建 扩建 续建 建成 建设 开工"
    " 完成 实现 引进 培育壮大 培育 创建 打造 启动 发展 吸纳 化解 签约 投产 组织 申报 实施 提档升级 争取 力争 确保 推进 配建"
    " 规划建设 促进 支持 达到 累计 开展 发放 举办"
).split()

# Not part of what is counted: dropped before two names are compared.
FILLERS = (
    "全区 全年 全市 我区 本区 一季度 上半年 前三季度 1季度 截止 截至 目前 已经 已 共计 总计 合计 累计 预计 预报 完成 实现"
    " 达到 达 新增 新建 建成 实际 较好 有序 约 共 年内 确保 力争 进一步 等"
).split()

# Two names that share only these speak of different things.
COMMON_NOUNS = "项目 工程 企业 资金 任务 工作 建设 中心 基地".split()

# In the clause of a number: it is foreseen, not yet counted.
ESTIMATES = "预计 预报 预估 预测 估计 估算 初步统计".split()

# In the clause of a number: what is reported is a step on the way, or somebody else's figure.
NOT_DONE = (
    "计划 拟 下达 任务数 目标任务 任务的 选址 工可 可研 招标 设计 立项 前期 申报 摸底 编制 实施方案 勘察 勘测 项目建议书 概算"
    " 筹备 谋划 储备项目 待建 待批 有待 等待 将于 将在 即将 尚未 未完成 洽谈 跟进 商谈 论证 测算 下一步 年底前 全年目标 监测"
    " 入库 筛选 布置 现场核查"
).split()

# Figurative: 两张名片, 一张网, 一盘棋 are no counts.
FIGURES_OF_SPEECH = "名片 蓝图 网 图 清单 盘棋 王牌 大棋 答卷 金字招牌".split()

# What stands for the year before, and what compares with it.
LAST_YEAR = "去年 上年 上一年".split()

# One and the same thing under two names.
SAME_THING = {"GDP": "地区生产总值", "四上": "规上"}

# Whose first appearance is promised: 实现百亿企业零突破.
FIRST_OF = "零突破"
COUNTED_BY = {"企业": "家", "项目": "个", "机构": "家", "院校": "所", "学校": "所", "医院": "家"}
