"""Take away what is only kept for a while; a timer runs it every night (deploy/README.md)."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.renderings import remove_unused
from targets import actions
from targets.importing import Holding
from targets.models import LoginSession
from tracker.lockout import COOL_OFF

KEPT_UNUSED = timedelta(days=30)  # files that are made anew where somebody asks again


class Command(BaseCommand):
    help = "Remove old uploads, sessions and the lockout's rows; nothing of the domain."

    def handle(self, *args: object, **options: object) -> None:
        now = timezone.now()
        uploads = Holding().sweep()
        sessions, _each = Session.objects.filter(expire_date__lt=now).delete()
        LoginSession.objects.exclude(key__in=Session.objects.values("session_key")).delete()
        tries = AccessAttempt.objects.filter(attempt_time__lt=now - COOL_OFF)
        failed, _each = tries.delete()
        files = remove_unused(before=now - KEPT_UNUSED)
        brakes = actions.end_login_brakes()
        self.stdout.write(
            f"已清理：过期的待确认导入{uploads}份，过期的登录{sessions}个，"
            f"登录失败记录{failed}条，来源地址计数{brakes}个，久未使用的生成文件{files}份。"
        )
