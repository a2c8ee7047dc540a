"""What both import commands share: the file, the account, the report, the exit status."""

import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from targets import actions
from targets.importing import Kind, Preview, State, Unreadable, preview_source, read_source
from targets.importing.preview import FilePlace, grouped
from targets.models import User

NOT_UNDERSTOOD = 1


class ImportCommand(BaseCommand, ABC):
    """Reads, reports, and unless --dry-run applies: the same code as the pages."""

    kind: Kind

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help=".xlsx or .docx")
        self.add_target(parser)
        parser.add_argument("--by", required=True, metavar="USER", help="the account that imports")
        parser.add_argument("--dry-run", action="store_true", help="report and write nothing")

    @abstractmethod
    def add_target(self, parser: CommandParser) -> None:
        """Add what says where the rows belong."""

    @abstractmethod
    def find_target(self, by: User, options: dict[str, Any]) -> int:
        """Return the year or the period's key; CommandError where there is none."""

    def handle(self, *args: object, **options: Any) -> None:
        by = self._account(options["by"])
        target = self.find_target(by, options)
        try:
            data = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"不能读取{options['file']}：{error.strerror}") from error
        try:
            source = read_source(
                data=data,
                file_name=options["file"].name,
                kind=self.kind,
                user_id=by.pk,
                target=target,
            )
            preview = preview_source(source, by)
            if preview.asks_target:
                raise CommandError("没有这个年度或季度。年度写作四位数字，如2021。")
        except Unreadable as error:
            raise CommandError(str(error)) from error
        self._report(preview)
        if not preview.is_understood:
            self.stderr.write("有内容未能识别，没有写入。")
            sys.exit(NOT_UNDERSTOOD)
        if options["dry_run"] or not preview.has_work:
            self.stdout.write("没有写入。" if options["dry_run"] else "内容一致，没有需要写入的。")
            return
        try:
            made = actions.apply_import(source=source, digest=preview.digest, by=by)
        except actions.Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已导入，编号{made.pk}，共{len(made.changes)}处；可在“导入”页整体撤销。")

    def _account(self, username: str) -> User:
        user = User.objects.select_related("district", "unit").filter(username=username).first()
        if user is None or not user.is_active:
            raise CommandError(f"没有启用的账号“{username}”。")
        return user

    def _report(self, preview: Preview) -> None:
        counts = preview.counts
        line = "，".join(f"{state.label}{counts[state]}行" for state in State)
        self.stdout.write(f"{preview.subject}：{line}，未能识别{preview.unread_count}处")
        for table in preview.tables:
            self.stdout.write(f"  读取　{table.name}：{table.rows}")
            for column in table.columns:
                read_as = preview.meanings.get(column.meaning, "不读取")
                self.stdout.write(f"  　　　{column.place.column}列“{column.head}”：{read_as}")
        for places, text in grouped(preview.notes):
            self.stdout.write(f"  说明　{places}：{text}")
        for change in preview.changes:
            if change.state != State.UNCHANGED:
                names = "、".join(each.name for each in change.differences)
                label = State(change.state).label
                self.stdout.write(
                    f"  {label}　{change.place}：{change.label}（{names}）{change.message}"
                )
        for each in preview.suggestions:
            self.stdout.write(
                f"  建议　{each.text}，{each.count}处。命令行不采用，请在网页上导入时选择。"
            )
        for problem in preview.problems:
            self._tell(problem.place, problem.found, problem.expected, problem.todo)
        for question in preview.questions:
            similar = f"相近的有：{'、'.join(question.similar)}。" if question.similar else ""
            self._tell(
                question.places[0],
                question.name,
                "单位的名称或已登记的别名",
                f"{similar}请改为单位全称、登记别名，或在网页上导入时选择。",
            )

    def _tell(self, place: FilePlace, found: str, expected: str, todo: str) -> None:
        self.stderr.write(f"  未识别　{place}：{found}；应为{expected}。{todo}")
