"""The whole trail is written out with its chains, and checked by a script that needs no site."""

import gzip
import json
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from targets.choices import Verb
from targets.models import Event, Place, Seal, record_event
from targets.sealing import link_digest, seal_trail
from tests import builders
from tests.conftest import Cast

SCRIPT = "check_trail_export.py"
Checked = subprocess.CompletedProcess[str]


@pytest.fixture
def exported(cast: Cast, tmp_path: Path) -> Path:
    """Return the file of a trail with a submission's words in it, old links and new."""
    part = builders.contribution_of(cast.period, cast.items[0], cast.units[0])
    builders.submit(part, cast.reporter, "报送的原话，含“引号”、\n换行和𠮷")
    digest = ""
    first = Event.objects.order_by("pk").values()[:2]
    for number, event in enumerate(first, start=1):
        # What version 0.1 sealed, before the districts had chains of their own.
        digest = link_digest(digest, event)
        Seal.objects.create(
            chain=Seal.CLOSED, number=number, event_id=event["id"], digest=digest, at=event["at"]
        )
    seal_trail()
    record_event(
        by=cast.office,
        verb=Verb.CHANGE,
        subject=cast.goal,
        place=Place(cast.district.pk, cast.items[0].pk, cast.units[0].pk),
        old={"name": "稳步", "number": 1.50},
        new={"name": "稳步实施", "number": 1e-7, "leads": ["单位1", "𠮷"], "empty": {}},
    )
    call_command("export_trail", str(tmp_path))
    (path,) = tmp_path.glob("trail-*.jsonl.gz")
    return path


def check(path: Path, *options: str) -> Checked:
    """Run the script that lies beside the file, by a bare Python: nothing of the site in sight."""
    return subprocess.run(
        [sys.executable, "-I", "-S", SCRIPT, path.name, *options],
        cwd=path.parent,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONIOENCODING": "utf-8"},
    )


def rewrite(path: Path, change: Callable[[list[dict]], list[dict]]) -> None:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in change(lines))


def test_the_export_holds_every_event_with_its_words_and_is_one_itself(
    cast: Cast, exported: Path
) -> None:
    with gzip.open(exported, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    events = [line["event"] for line in lines if "event" in line]
    assert {each["id"] for each in events} == set(Event.objects.values_list("pk", flat=True))
    assert lines[-1] == {"events": len(events)} == {"events": Event.objects.count()}
    assert any(each["new"].get("text", "").startswith("报送的原话") for each in events)
    own = [each for each in events if each["subject"] == "trail"]
    assert {each["subject_name"] for each in own} == {exported.name}
    assert {each["district_id"] for each in own} >= {None, cast.district.pk}
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600


def test_the_script_finds_it_sound_and_says_the_codes_of_the_sites_own_check(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked = check(exported)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "核验通过" in checked.stdout
    capsys.readouterr()
    call_command("check_trail")
    said = re.findall(r"(\S+)：封存(\d+)条，校验码([0-9a-f ]+)", capsys.readouterr().out)
    assert len(said) >= 3
    for name, number, code in said:
        assert f"{name}：封存{number}条，校验码{code}" in checked.stdout
        assert check(exported, "--noted", number, code).returncode == 0
    wrong = check(exported, "--noted", said[0][1], "0" * 20)
    assert wrong.returncode == 1
    assert "与抄记的不符" in wrong.stderr


def change_reason(lines: list[dict]) -> list[dict]:
    lines[4]["event"]["reason"] = "改过"
    return lines


def change_number(lines: list[dict]) -> list[dict]:
    told = next(line for line in lines if line.get("event", {}).get("verb") == "change")
    told["event"]["new"]["number"] = 2
    return lines


def remove_event(lines: list[dict]) -> list[dict]:
    lines[3]["event"] = None
    return lines


def leave_out_link(lines: list[dict]) -> list[dict]:
    lines.remove(next(line for line in lines if line.get("number") == 2 and line["chain"] > 0))
    return lines


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (change_reason, "与封存时不一致"),
        (change_number, "与封存时不一致"),
        (remove_event, "记录已被删除"),
        (leave_out_link, "与前一条不相连"),
        (lambda lines: lines[:-3], "文件不完整"),
        (lambda lines: [*lines[:-3], lines[-1]], "文件不完整"),
        (lambda lines: lines[1:], "不是完整的导出文件"),
    ],
)
def test_the_script_names_what_was_changed(
    exported: Path, change: Callable[[list[dict]], list[dict]], words: str
) -> None:
    rewrite(exported, change)
    checked = check(exported)
    assert checked.returncode == 1
    assert words in checked.stderr
    assert "核验通过" not in checked.stdout


def test_a_file_that_was_cut_off_is_not_taken_for_whole(exported: Path) -> None:
    exported.write_bytes(exported.read_bytes()[:-20])
    checked = check(exported)
    assert checked.returncode == 1
    assert "不是完整的导出文件" in checked.stderr


def test_a_folder_that_is_not_there_is_named_and_nothing_is_recorded(
    cast: Cast, tmp_path: Path
) -> None:
    before = Event.objects.count()
    with pytest.raises(CommandError, match="没有文件夹"):
        call_command("export_trail", str(tmp_path / "nowhere"))
    assert Event.objects.count() == before


def test_the_districts_office_reads_that_its_trail_was_written_out(
    cast: Cast, exported: Path, as_user: Callable
) -> None:
    html = as_user(cast.auditor).get("/trail/?verb=export").content.decode()
    assert exported.name in html
    assert "命令行" in html


def test_the_script_beside_the_file_is_ours(exported: Path) -> None:
    ours = settings.BASE_DIR / "deploy" / SCRIPT
    assert (exported.parent / SCRIPT).read_bytes() == ours.read_bytes()
