"""What a site in production must not start with, each with its sentence.

`manage.py check` names all of them; the server does not start while there is one.
"""

import stat
from pathlib import Path

from django.conf import settings
from django.core.checks import CheckMessage, Error

from reports.document.fonts import ROLES, face_in_use

OTHERS = stat.S_IRWXO


def production_faults() -> list[str]:
    """Return why this site must not start; [] outside production."""
    if not settings.PRODUCTION:
        return []
    faults = []
    if settings.SECRET_KEY_IS_RANDOM:
        faults.append(
            "没有设置SECRET_KEY，正在使用随机密钥：每台机器、每次重装都不同。请在web.env中写明。"
        )
    if any(host in ("*", ".") or host.startswith("*") for host in settings.ALLOWED_HOSTS):
        faults.append("ALLOWED_HOSTS含有通配的“*”：任何域名都能冒充本站。请写明本站的域名或地址。")
    if settings.DEMO:
        faults.append("DEMO已打开：正式使用的站点不能带演示数据。请从web.env中删去DEMO。")
    if settings.DEBUG:
        faults.append("DEBUG已打开：出错页面会显示源代码和设置。请从web.env中删去DEBUG。")
    if settings.OFFICIAL_FONTS_REQUIRED and (missing := _unofficial()):
        faults.append(
            f"没有安装公文字体{'、'.join(missing)}，而OFFICIAL_FONTS要求使用。"
            "请安装单位购买的字体后重新启动，或从web.env中删去OFFICIAL_FONTS。"
        )
    faults += [_readable(path) for path in settings.ENV_FILES if _is_readable(path)]
    return faults


def check_production(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Name the faults among Django's checks."""
    return [Error(fault, id="tracker.E001") for fault in production_faults()]


def _unofficial() -> list[str]:
    faces = {role: face_in_use(role.key) for role in ROLES.values()}
    return [role.office_name for role, face in faces.items() if not (face and face.is_official)]


def _is_readable(path: str) -> bool:
    try:
        return bool(Path(path).stat().st_mode & OTHERS)
    except OSError:  # out of sight for us, and so for others
        return False


def _readable(path: str) -> str:
    return f"{path}含有密码，其他用户也能读取。请执行：chmod 600 {path}"
