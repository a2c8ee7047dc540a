"""Seal the trail and compare it with its chains; for a timer, an update and a restore."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from targets.forms.trail import CheckForm
from targets.models import District, Seal
from targets.sealing import ChainVerdict, goes_through, open_chains, read_chain, seal_trail

DIFFERS = 1


class Command(BaseCommand):
    """`manage.py check_trail [--noted 条数 校验码]`; exits with 1 where a chain differs."""

    help = "核验操作记录：与封存时不一致的，列出并以1退出"
    requires_system_checks = ()  # they name the fonts in use every time

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--noted", nargs=2, metavar=("条数", "校验码"), help="以前抄记的封存条数和校验码"
        )

    def handle(self, *args: object, noted: list[str] | None, **options: Any) -> None:
        sealed, code = noted or ("", "")
        form = CheckForm({"sealed": sealed, "code": code})
        if not form.is_valid():
            faults = [str(each) for found in form.errors.values() for each in found]
            self.stderr.write("\n".join(faults))
            sys.exit(DIFFERS)
        seal_trail()
        names = {
            Seal.CLOSED: "分区之前",
            Seal.NO_DISTRICT: "不属于任何区",
            **dict(District.objects.values_list("pk", "name")),
        }
        verdicts = [self._check(chain, names[chain]) for chain in (Seal.CLOSED, *open_chains())]
        is_as_noted = not form.noted or goes_through(form.noted)
        if not is_as_noted:
            self.stderr.write("与抄记的不符")
        if not (is_as_noted and all(each.is_sound for each in verdicts)):
            sys.exit(DIFFERS)

    def _check(self, chain: int, name: str) -> ChainVerdict:
        verdict = read_chain(chain)
        for fault in verdict.faults:
            self.stderr.write(f"记录{fault.event_id}：{fault.kind.label}")
        if verdict.count > len(verdict.faults):
            self.stderr.write(f"另有{verdict.count - len(verdict.faults)}条不一致")
        if verdict.sealed:
            self.stdout.write(f"{name}：封存{verdict.sealed}条，校验码{verdict.spaced_code}")
        return verdict
