"""Set a district up: its names, statuses, first administrator and first office account.

Everything may be given as an option; what is not is asked for, where somebody is there to
answer. Run again it makes what is missing; with another code, a second district.
"""

import argparse
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from targets import actions
from targets.actions import NewAccount, NewDistrict, NewStatus
from targets.actions.districts import STATUS_SETS, Beginning
from targets.choices import Color, Role

# Option -> (what is asked, what is meant where nothing is answered)
ASKED = {
    "code": ("行政区划代码（如330106）", ""),
    "name": ("区名称（如西湖区）", ""),
    "office_name": ("督查机构全称，通报落款用（如西湖区人民政府督查室）", ""),
    "admin": ("系统管理员的用户名", "admin"),
    "admin_name": ("系统管理员的显示名称", "系统管理员"),
    "office": ("督查室第一个账号的用户名", "office"),
    "office_account_name": ("督查室第一个账号的显示名称", "督查室"),
}


class Command(BaseCommand):
    """`manage.py setup [--code 区划代码 --name 名称 …]`; exit status 1 where it was refused."""

    help = (
        "建立一个区：名称、完成状态、第一个系统管理员和督查室账号。没写的选项逐项询问；可重复执行"
    )
    requires_system_checks = ()  # they name the fonts in use every time

    def create_parser(self, *args: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            *args, **kwargs, formatter_class=argparse.RawDescriptionHelpFormatter
        )

    def add_arguments(self, parser: CommandParser) -> None:
        for option, (question, default) in ASKED.items():
            meaning = f"{question}；默认{default}" if default else question
            parser.add_argument(f"--{option.replace('_', '-')}", metavar="…", help=meaning)
        parser.add_argument(
            "--statuses", choices=STATUS_SETS, help="采用哪一套完成状态；默认“完成情况”"
        )
        parser.add_argument(
            "--status",
            action="append",
            metavar="名称|通报用语|颜色|是否计为完成",
            help="自定完成状态，按顺序每个写一次，如“已完成|已完成年度目标任务的|绿|是”；"
            f"颜色：{'、'.join(Color.labels)}",
        )
        parser.add_argument("--noinput", action="store_true", help="不询问；没写的用默认值")

    def handle(self, *args: object, **options: Any) -> None:
        may_ask = not options["noinput"] and sys.stdin.isatty()
        given = {name: self._answer(name, options[name], may_ask) for name in ASKED}
        statuses = self._statuses(options, may_ask)
        try:
            begun = actions.set_up_district(
                new=NewDistrict(given["code"], given["name"], given["office_name"]),
                statuses=statuses,
                accounts=[
                    NewAccount(given["admin"], given["admin_name"], Role.ADMINISTRATOR),
                    NewAccount(given["office"], given["office_account_name"], Role.OFFICE),
                ],
            )
        except actions.Refused as refusal:
            raise CommandError(f"没有建立：{refusal}") from refusal
        self._tell(begun)

    def _answer(self, name: str, given: str | None, may_ask: bool) -> str:
        question, default = ASKED[name]
        value = (given or "").strip()
        while not value and may_ask:
            hint = f"，直接回车为{default}" if default else ""
            value = input(f"{question}{hint}：").strip() or default
        value = value or default
        if not value:
            raise CommandError(f"请用--{name.replace('_', '-')}写明{question}。")
        return value

    def _statuses(self, options: dict[str, Any], may_ask: bool) -> tuple[NewStatus, ...]:
        if options["status"]:
            return tuple(self._own_status(each) for each in options["status"])
        chosen = options["statuses"]
        if not chosen and may_ask:
            names = list(STATUS_SETS)
            for number, name in enumerate(names, start=1):
                listed = "、".join(each.name for each in STATUS_SETS[name])
                self.stdout.write(f"  {number} {name}：{listed}")
            answer = input("采用哪一套完成状态（序号，直接回车为1；以后可由督查室修改）：").strip()
            if answer.isdecimal() and 1 <= int(answer) <= len(names):
                chosen = names[int(answer) - 1]
        return STATUS_SETS[chosen or next(iter(STATUS_SETS))]

    def _own_status(self, text: str) -> NewStatus:
        parts = [part.strip() for part in text.split("|")]
        colours = {label: Color(value) for value, label in Color.choices}
        if len(parts) != 4 or parts[2] not in colours or parts[3] not in ("是", "否"):
            raise CommandError(
                f"--status“{text}”应为“名称|通报用语|颜色|是否计为完成”，"
                f"颜色写{'、'.join(colours)}之一，最后写是或否。"
            )
        name, clause, colour, is_completed = parts
        return NewStatus(name, clause, is_completed == "是", colours[colour])

    def _tell(self, begun: Beginning) -> None:
        self.stdout.write(f"{'已建立' if begun.is_new else '已有'}{begun.district}。")
        if begun.statuses:
            self.stdout.write(f"完成状态：{'、'.join(map(str, begun.statuses))}。")
        if not begun.slips:
            self.stdout.write("账号都已有，密码未变。")
            return
        self.stdout.write("初始密码只在这里显示一次，首次登录须改：")
        for slip in begun.slips:
            label = slip.account.get_role_display()
            self.stdout.write(f"  {label}  用户名 {slip.account.username}  密码 {slip.password}")
        self.stdout.write("请用督查室账号登录：首页列出开放第一个季度之前要做的几件事。")
