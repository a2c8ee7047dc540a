"""Write a quarter's circular, or the archived bytes of an issued one, to a file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.circulars.exporting import hand_out, period_of, quarter_content
from reports.circulars.models import Circular, FileKind
from reports.circulars.rendering import render_file

KINDS = {
    ("", ".pdf"): FileKind.PDF,
    ("archive", ".pdf"): FileKind.ARCHIVE,
    ("web", ".pdf"): FileKind.WEB,
    ("", ".docx"): FileKind.WORD,
}


class Command(BaseCommand):
    """`manage.py export_circular 2020Q1 FILE.pdf|.docx [--variant archive|web] [--issued N]`."""

    help = "导出督查通报：按文件后缀为 .pdf 或 .docx"
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("quarter", help="季度，例如 2020Q1")
        parser.add_argument("file", type=Path)
        parser.add_argument("--variant", choices=("archive", "web"), default="")
        parser.add_argument("--issued", type=int, metavar="N", help="该年第N期的存档原件")
        parser.add_argument("--district", help="行政区划代码；只有一个区时可省略")

    def handle(self, *args: object, **options: Any) -> None:
        path: Path = options["file"]
        kind = KINDS.get((options["variant"], path.suffix.lower()))
        if kind is None:
            raise CommandError("文件后缀须为 .pdf 或 .docx；--variant 只用于 .pdf。")
        period = period_of(options["quarter"], options["district"])
        plan = period.plan
        if options["issued"] is None:
            data = render_file(quarter_content(period), kind)
            hand_out(path, data, period)
        else:
            issued = self._issued(plan.district_id, plan.year, options["issued"])
            data = bytes(issued.files.get(kind=kind).data)
            hand_out(path, data, issued)
        self.stdout.write(f"{path}：{len(data)}字节")

    def _issued(self, district_id: int, year: int, number: int) -> Circular:
        circular = Circular.objects.filter(
            district_id=district_id, year=year, number=number
        ).first()
        if circular is None:
            raise CommandError(f"没有已印发的{year}年第{number}期。")
        return circular
