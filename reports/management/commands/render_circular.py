"""Render a long circular outside the request that asked for it."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reports.circulars.rendering import finish_rendering
from reports.renderings import Rendering


class Command(BaseCommand):
    """Started by reports.circulars.rendering, with the content on standard input."""

    help = "生成一份较长通报的文件（由系统自动调用，内容从标准输入读取）"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rendering", type=int)

    def handle(self, *args: object, **options: Any) -> None:
        rendering = Rendering.objects.get(pk=options["rendering"])
        finish_rendering(rendering, sys.stdin.buffer.read())
