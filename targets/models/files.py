"""Files that people attach: what is kept of each beside the bytes on disk."""

from typing import Any

from django.conf import settings
from django.db import models


class AttachedFile(models.Model):
    """What every attached file has; `file`, with its folder, is each kind's own."""

    # The name that it came with; on disk the file has a name of our own.
    name = models.CharField("文件名", max_length=255)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField(max_length=64)
    # What in it runs or fetches when it is opened (targets.inspection); kept only where the
    # settings say so, and said before every download.
    active = models.CharField("含有", max_length=200, blank=True)
    attached_at = models.DateTimeField("上传时间", auto_now_add=True)
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def facts(self) -> dict[str, Any]:
        """Return what the trail keeps of the file."""
        told = {"name": self.name, "size": self.size, "sha256": self.sha256}
        return told | ({"active": self.active} if self.active else {})
