#!/usr/bin/env python3
"""Check an exported trail, without the site: nothing but Python (3.7 or newer) is needed.

    python3 check_trail_export.py trail-DATE.jsonl.gz [--noted NUMBER CODE]

Each link is the SHA-256 of the link before it and its event's content, so the last link of a
chain, noted on paper, tells whether anything before it was changed. Exits with 0 where every
link holds, else with 1.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from datetime import datetime, timedelta
from typing import Any

CLOSED = -1  # the chain of version 0.1: the others begin with its last link
LATE = timedelta(days=1)  # what turns up later than this was not written when it says
CODE_LENGTH = 20  # hexadecimal digits that people write down
NAMED = 20  # faults that are named; the rest are counted


def link_digest(previous: str, event: dict[str, Any]) -> str:
    """Return the digest of an event after the link before it; what is empty is left out."""
    content = {name: value for name, value in event.items() if value not in (None, "", {})}
    text = json.dumps([previous, content], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Chain:
    """Where a chain stands: its last link, and until when it was sealed then and before."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.number = 0
        self.digest = ""
        self.sealed_at: str | None = None
        self.sealed_before: str | None = None
        self.unsealed = 0

    def begin_after(self, closed: Chain) -> None:
        """Begin where the closed chain ends."""
        self.digest, self.sealed_at = closed.digest, closed.sealed_at

    def fault_of(self, line: dict[str, Any]) -> str:
        """Take the next link; return what is wrong with it, or ""."""
        number, digest, event = line["number"], line["digest"], line["event"]
        before, expected = self.digest, self.number + 1
        self.number, self.digest = number, digest
        if line["sealed_at"] != self.sealed_at:
            self.sealed_before, self.sealed_at = self.sealed_at, line["sealed_at"]
        if event is None:
            return "记录已被删除"
        if number != expected:
            return "与前一条不相连"
        if digest != link_digest(before, event):
            return f"记录{event['id']}与封存时不一致"
        if self.sealed_before:
            earliest = datetime.fromisoformat(self.sealed_before) - LATE
            if datetime.fromisoformat(event["at"]) < earliest:
                return f"记录{event['id']}是事后插入的"
        return ""


class Check:
    """What was read so far, and what was wrong."""

    def __init__(self, head: dict[str, Any], noted: tuple[int, str] | None) -> None:
        if head["format"] != 1:
            raise ValueError("format")
        self.chains = {each["chain"]: Chain(each["name"]) for each in head["chains"]}
        self.noted = noted
        self.is_as_noted = noted is None
        self.begun: set[int] = {CLOSED}
        self.events = 0
        self.faults = 0

    def fault(self, words: str) -> None:
        """Say what is wrong, of many the first."""
        self.faults += 1
        if self.faults <= NAMED:
            print(words, file=sys.stderr)

    def read(self, line: dict[str, Any]) -> None:
        """Take an event."""
        self.events += 1
        chain = self.chains[line["chain"]]
        if line["chain"] not in self.begun:
            self.begun.add(line["chain"])
            chain.begin_after(self.chains[CLOSED])
        if "digest" not in line:
            chain.unsealed += 1
            return
        wrong = chain.fault_of(line)
        if wrong:
            self.fault(f"{chain.name}第{line['number']}条：{wrong}")
        if self.noted and self.noted[0] == line["number"]:
            self.is_as_noted = self.is_as_noted or line["digest"].startswith(self.noted[1])

    def report(self) -> None:
        """Say how many there are, and the codes to compare with what is on paper."""
        print(f"操作记录{self.events}条")
        for chain in self.chains.values():
            code = chain.digest[:CODE_LENGTH]
            spaced = " ".join(code[at : at + 4] for at in range(0, CODE_LENGTH, 4))
            if chain.number:
                print(f"{chain.name}：封存{chain.number}条，校验码{spaced}")
            if chain.unsealed:
                print(f"{chain.name}：另有{chain.unsealed}条导出时尚未封存")


def check(path: str, noted: tuple[int, str] | None) -> bool:
    """Read a file, say what was found, and tell whether everything holds."""
    total = None
    with gzip.open(path, "rt", encoding="utf-8") as file:
        head = json.loads(file.readline())
        found = Check(head, noted)
        for text in file:
            line = json.loads(text)
            if "chain" in line:
                found.read(line)
            else:
                total = line["events"]
    if total != found.events:
        found.fault(f"文件不完整：读到{found.events}条，应有{total}条")
    print(f"导出时间：{head['exported_at']}")
    found.report()
    if not found.is_as_noted:
        found.fault("与抄记的不符")
    if found.faults > NAMED:
        print(f"另有{found.faults - NAMED}处不一致", file=sys.stderr)
    print("核验不通过" if found.faults else "核验通过，逐条相符")
    return not found.faults


def main() -> None:
    parser = argparse.ArgumentParser(description="核验导出的操作记录")
    parser.add_argument("file", metavar="文件")
    parser.add_argument("--noted", nargs=2, metavar=("条数", "校验码"), help="以前抄记的")
    options = parser.parse_args()
    noted = None
    if options.noted:
        number, code = options.noted
        code = "".join(code.split()).lower()
        if not number.isdigit() or len(code) != CODE_LENGTH:
            parser.error(f"抄记的条数是整数，校验码是{CODE_LENGTH}位")
        noted = (int(number), code)
    try:
        is_sound = check(options.file, noted)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"不是完整的导出文件，无法核验（{type(error).__name__}）", file=sys.stderr)
        is_sound = False
    sys.exit(0 if is_sound else 1)


if __name__ == "__main__":
    main()
