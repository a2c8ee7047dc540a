"""The staff manual (docs/manual.zh.md) as HTML for the help page."""

import re
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

MANUAL = settings.BASE_DIR / "docs" / "manual.zh.md"
_PICTURE = re.compile(r'src="\.\./static/([^"]+)"')
_TITLE = re.compile(r"<h1>[^<]*</h1>\s*")
_HEADING = re.compile(r"<h2>([^<]+)</h2>")
_SECTION = re.compile(r"<p><strong>([^<]+?)。?</strong>")

# Where the manual speaks of the task at hand: its chapter or section, by the names of pages.
_PLACES = {
    "登录与密码": "login password_change targets:second-factor targets:set-up-second-factor "
    "targets:own-sessions",
    "责任单位：填报与报送": "targets:my-items targets:submit-drafts",
    "填写一项": "targets:edit-contribution",
    "撤回": "targets:withdraw-contribution",
    "申请延期": "targets:request-extension",
    "申请调整": "targets:request-adjustment",
    "提出节点": "targets:propose-milestone",
    "单位主要领导审阅": "targets:print-my-items targets:print-contribution",
    "看进度": "targets:board targets:contributions",
    "填报通知": "targets:period-notice",
    "催办": "targets:remind-units targets:reminders targets:reminder-notices",
    "延期申请": "targets:extensions targets:grant-extension targets:refuse-extension",
    "调整申请": "targets:adjustments targets:decline-adjustment",
    "审核": "targets:review-queue targets:review-entry targets:approve-entries",
    "改判": "targets:judge-entries targets:reopen-entry",
    "代填": "targets:enter-contribution",
    "建立并开放季度": "targets:periods targets:create-period targets:open-period "
    "targets:change-period",
    "关闭季度、开放下季度": "targets:close-and-open targets:close-period targets:reopen-period "
    "targets:remove-period",
    "补录数值": "targets:supplement-values",
    "年度任务和事项调整": "targets:plans targets:plan targets:create-plan targets:change-plan "
    "targets:add-goal targets:change-goal targets:add-item targets:adjust-item "
    "targets:cancel-item targets:complete-item targets:carry-over-item targets:end-items "
    "targets:restore-item",
    "指标与进度": "targets:proposals targets:item-indicators targets:accept-indicator "
    "targets:change-indicator targets:end-indicator targets:enter-value targets:overrule-light",
    "督办领导批示": "targets:instructions targets:instruction targets:follow-up-instruction "
    "targets:finish-instruction targets:return-answer",
    "领导批示": "targets:answer-instruction",
    "督办单": "targets:issue-sheet targets:sheets targets:sheet targets:sheet-rule",
    "登记纸质批示": "targets:register-instruction",
    "督查室：督查通报": "reports:circulars reports:circular reports:edit-circular "
    "reports:remove-circular "
    "reports:issue-circular reports:circular-kinds reports:add-circular-kind "
    "reports:edit-circular-kind",
    "督查室：导入与导出": "targets:imports targets:preview-import targets:import "
    "targets:undo-import targets:misreadings",
    "区领导：看完成情况": "reports:dashboard reports:units reports:unit reports:goal "
    "targets:give-instruction",
    "系统管理员：账号与单位": "targets:accounts targets:create-accounts targets:change-account "
    "targets:sessions targets:units",
    "联络员": "targets:change-contact",
    "单位更名、撤并": "targets:succeed-unit targets:withdraw-succession",
    "系统状态": "status",
    "审计员：看操作记录": "targets:trail",
    "核验": "targets:check-trail",
}
PLACES = {page: place for place, pages in _PLACES.items() for page in pages.split()}


class Manual(NamedTuple):
    """The manual's body and its chapters' titles, which are their anchors too."""

    html: SafeString
    chapters: list[str]


@cache
def read_manual() -> Manual:
    """Return the manual; read once a process, since it changes with the release only."""
    # "commonmark" escapes nothing of ours but lets raw HTML pass: switched off.
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    html = markdown.render(MANUAL.read_text(encoding="utf-8"))
    html = _TITLE.sub("", html)  # the page has its own heading
    html = _PICTURE.sub(lambda match: f'src="{static(match[1])}"', html)
    titles = _HEADING.findall(html)
    for title in titles:
        html = html.replace(f"<h2>{title}</h2>", f'<h2 id="{title}">{title}</h2>', 1)
    html = _SECTION.sub(lambda match: match[0].replace("<p>", f'<p id="{match[1]}">'), html)
    # The manual is a file of the release, with raw HTML off: nothing a user typed is in it.
    return Manual(mark_safe(html), titles)  # noqa: S308


def place_of(request: HttpRequest) -> str:
    """Return the manual's anchor for the page that is asked for, with its #; "" for its head."""
    match = request.resolver_match
    place = PLACES.get(match.view_name) if match else None
    return f"#{place}" if place else ""
