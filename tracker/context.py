"""What every page shows around its content: name, navigation, demonstration notice."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from targets.choices import Role

# (label, URL name, prefix of the URLs that belong to it)
ITEMS = ("事项清单", "targets:items", "/items/")
DASHBOARD = ("完成情况", "reports:dashboard", "/dashboard/")
CIRCULARS = ("督查通报", "reports:circulars", "/circulars/")
BOARD = ("办理进度", "targets:board", "/board/")
REVIEW = ("审核", "targets:review-queue", "/review/")
SEARCH = ("搜索", "targets:search", "/search/")
INSTRUCTIONS = ("领导批示", "targets:instructions", "/instructions/")
PLANS = ("年度任务", "targets:plans", "/plans/")
TRAIL = ("操作记录", "targets:trail", "/trail/")
UNITS = ("单位", "targets:units", "/units/")
ACCOUNTS = ("账号", "targets:accounts", "/people/")
PERIODS = ("季度管理", "targets:periods", "/periods/")
IMPORTS = ("导入", "targets:imports", "/imports/")
MY_ITEMS = ("本单位填报", "targets:my-items", "/my-items/")
CATALOGUE = ("后台管理", "admin:index", "/admin/")

NAVIGATION = {
    Role.UNIT: (MY_ITEMS, ITEMS, DASHBOARD, INSTRUCTIONS, CIRCULARS),
    Role.OFFICE: (
        BOARD,
        REVIEW,
        ITEMS,
        DASHBOARD,
        INSTRUCTIONS,
        CIRCULARS,
        PERIODS,
        PLANS,
        IMPORTS,
        CATALOGUE,
    ),
    Role.LEADER: (DASHBOARD, ITEMS, INSTRUCTIONS, CIRCULARS),
    Role.AUDITOR: (TRAIL, ITEMS, DASHBOARD, CIRCULARS),
    Role.ADMINISTRATOR: (ACCOUNTS, UNITS, CATALOGUE, IMPORTS, ITEMS, DASHBOARD, CIRCULARS),
}


def site(request: HttpRequest) -> dict:
    """Give templates `site_name`, `is_demo` and `nav` as (label, url, is_current)."""
    user = getattr(request, "user", None)
    is_known = bool(user and user.is_authenticated)
    entries = (*NAVIGATION.get(user.role, ()), SEARCH) if is_known else ()
    return {
        "site_name": settings.SITE_NAME,
        "is_demo": settings.DEMO,
        "user_label": str(user) if is_known else "",
        "nav": [
            (label, _address(name, get_script_prefix()), request.path.startswith(prefix))
            for label, name, prefix in entries
        ],
    }


@lru_cache
def _address(name: str, script_prefix: str) -> str:
    """Return a page's address, found once: every page of the site names eleven."""
    return reverse(name)
