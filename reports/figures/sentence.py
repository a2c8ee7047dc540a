"""The figures of a quarter in a sentence, for page, circular, brief and data interface."""

from reports.figures.quarter import QuarterFigures


def opening_sentence(figures: QuarterFigures) -> str:
    """Return the paragraph of totals: one clause for each class that is not empty.

    The figures are those of the dashboard; the parts' percentages add up to 100.
    """
    total = figures.item_total
    clauses = "；".join(
        f"{each.clause}{each.count}项，占{each.percent}%" for each in figures.classes if each.count
    )
    progress = f"积极推进{total}项责任事项，{clauses}。" if clauses else "暂无纳入统计的责任事项。"
    return (
        f"{figures.plan_title}分解为{total}项责任事项，涉及责任单位{figures.unit_total}家。"
        f"从督查情况看，{figures.quarter.months}，各牵头单位按照任务要求，{progress}"
    )
