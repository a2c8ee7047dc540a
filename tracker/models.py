"""What the site remembers of itself: what ran by the clock, and how long its pages took."""

from django.db import models


class TimedRun(models.Model):
    """One run of a command of `tracker.timed`; killed, it has no end."""

    command = models.CharField("命令", max_length=50)
    started_at = models.DateTimeField("开始", auto_now_add=True)
    ended_at = models.DateTimeField("结束", null=True)
    is_ok = models.BooleanField("成功", null=True)
    said = models.CharField("结果", max_length=300, blank=True)  # its last line

    class Meta:
        verbose_name = verbose_name_plural = "定时任务的执行"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["command", "-id"], name="run_newest_of_command")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, is_ok__isnull=True)
                | models.Q(ended_at__isnull=False, is_ok__isnull=False),
                name="timed_run_ends_with_verdict",
            )
        ]

    def __str__(self) -> str:
        return f"{self.command} {self.started_at:%Y-%m-%d %H:%M}"


class Traffic(models.Model):
    """One day's answers of one view, added up; no account and no word of anybody's is in it."""

    day = models.DateField("日期")
    view = models.CharField("地址", max_length=100)  # its name in the site map
    answers = models.PositiveIntegerField("次数", default=0)
    faults = models.PositiveIntegerField("出错", default=0)  # 500 and above
    slow = models.PositiveIntegerField("超过1秒", default=0)
    total_ms = models.PositiveBigIntegerField("合计毫秒", default=0)
    slowest_ms = models.PositiveIntegerField("最慢毫秒", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "访问统计"
        ordering = ["-day", "view"]
        constraints = [
            models.UniqueConstraint(fields=["day", "view"], name="traffic_once_a_day_and_view")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.view}"
