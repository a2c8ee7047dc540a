"""`manage.py check` says which typefaces documents are set in, and which are missing."""

from django.core.checks import CheckMessage, Info
from django.core.checks import Warning as Caution

from reports import fonts


def check_typefaces(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Tell for each role the face in use; warn where no Chinese face is found at all."""
    messages: list[CheckMessage] = []
    for role in fonts.ROLES.values():
        face = fonts.face_in_use(role.key)
        wanted = "、".join(each.family for each in role.faces if each.is_official)
        if face is None:
            messages.append(
                Caution(
                    f"{role.label}：没有可用字体，公文中的汉字将无法正确显示。",
                    hint=f"请安装 {wanted}，或运行 make demo 安装开源的 Fandol 字体。",
                    id="reports.W001",
                )
            )
        elif face.is_official:
            messages.append(Info(f"{role.label}：使用 {face.family}。", id="reports.I001"))
        else:
            messages.append(
                Info(
                    f"{role.label}：未安装 {wanted}，以 {face.family} 代替。",
                    hint="本单位如有正版字体，装入系统后重新启动即自动采用。",
                    id="reports.I002",
                )
            )
    return messages
