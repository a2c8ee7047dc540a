"""`manage.py check` says which typefaces documents are set in, and which are missing."""

from django.core.checks import CheckMessage, Info
from django.core.checks import Warning as Caution

from reports.document import fonts


def check_typefaces(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Name the face in use for each role; warn where no Chinese face is found at all."""
    used, missing = [], []
    messages: list[CheckMessage] = []
    for role in fonts.ROLES.values():
        face = fonts.face_in_use(role.key)
        if face is None:
            messages.append(
                Caution(
                    f"{role.label}：没有可用字体，公文中的汉字将无法正确显示。",
                    hint="请安装单位自有的公文字体或开源的 Fandol 字体（见 deploy/）。",
                    id="reports.W001",
                )
            )
            continue
        used.append(f"{role.label} {face.family}")
        if not face.is_official:
            missing.append(role.office_name)
    hint = (
        f"未安装 {'、'.join(missing)}，以开源字体代替；装入后重新启动即自动采用。"
        if missing
        else None
    )
    if used:
        messages.append(Info(f"公文字体：{'，'.join(used)}。", hint=hint, id="reports.I001"))
    return messages
