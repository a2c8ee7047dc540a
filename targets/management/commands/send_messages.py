"""Send the mail and the hooks that wait in the outbox; for a timer."""

from typing import Any

from django.core.management.base import BaseCommand

from targets.actions import send_messages


class Command(BaseCommand):
    """`manage.py send_messages`: exit status 0 also where a server is away; it is tried again."""

    help = "发送待发的邮件和消息；未送达的稍后重试"
    requires_system_checks = ()  # they name the fonts in use every time

    def handle(self, *args: object, **options: Any) -> None:
        came_to = send_messages()
        self.stdout.write(f"已发送{came_to.sent}条，未送达{came_to.failed}条")
