"""Write a quarter's annex table to a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.circulars.exporting import hand_out, period_of, quarter_content
from reports.circulars.models import FileKind
from reports.circulars.rendering import render_file

KINDS = {
    ".xlsx": FileKind.ANNEX_EXCEL,
    ".pdf": FileKind.ANNEX_PDF,
    ".csv": FileKind.ANNEX_CSV,
}


class Command(BaseCommand):
    """`manage.py export_annex 2020Q1 FILE.xlsx|.pdf|.csv`."""

    help = "导出附表：按文件后缀为 .xlsx、.pdf 或 .csv"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="季度，例如 2020Q1")
        parser.add_argument("file", type=Path)
        parser.add_argument("--district", help="行政区划代码；只有一个区时可省略")

    def handle(self, *args: object, **options: Any) -> None:
        path: Path = options["file"]
        kind = KINDS.get(path.suffix.lower())
        if kind is None:
            raise CommandError("文件后缀须为 .xlsx、.pdf 或 .csv。")
        period = period_of(options["quarter"], options["district"])
        data = render_file(quarter_content(period), kind)
        hand_out(path, data, period)
        self.stdout.write(f"{path}：{len(data)}字节")
