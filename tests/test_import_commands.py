"""The commands import_plan and import_progress: same code and report as the pages."""

import pytest
from django.core.management import CommandError, call_command

from targets.models import Contribution, Event, Import, Item, Plan
from tests import importing_files as files

PLAN_HEADS = ("序号", "目标名称", "工作标准", "牵头单位")
GOAL = "稳步实施重点改革"


@pytest.fixture
def run(tmp_path, capsys):
    def run(command: str, data: bytes, *args: str, **options):
        path = tmp_path / "方案.xlsx"
        path.write_bytes(data)
        status = 0
        try:
            call_command(command, str(path), *args, **options)
        except SystemExit as stop:
            status = stop.code
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return run


def test_import_plan_writes_what_it_reports(cast, run):
    data = files.workbook(PLAN_HEADS, (1, "做强产业", "(1) 引进项目。", "单位1 单位2"))
    status, out, _err = run("import_plan", data, "--year=2031", "--by=office", "--dry-run")
    assert status == 0
    assert "新增3行" in out
    assert not Plan.objects.filter(year=2031).exists()
    status, out, _err = run("import_plan", data, "--year=2031", "--by=office")
    assert (status, Item.objects.get(goal__plan__year=2031).standard) == (0, "引进项目。")
    assert Event.objects.get(verb="import").by == cast.office
    status, out, _err = run("import_plan", data, "--year=2031", "--by=office")
    assert "内容一致" in out
    assert Import.objects.count() == 1


def test_import_plan_exits_with_1_and_writes_nothing_where_it_does_not_understand(cast, run):
    data = files.workbook(
        PLAN_HEADS,
        (1, "做强产业", "(1) 引进项目。", "单位1"),
        (1, "做强产业", "(2) 建厂。", "单伍2"),
    )
    status, _out, err = run("import_plan", data, "--year=2031", "--by=office")
    assert status == 1
    assert "Sheet1 第3行D列：单伍2" in err
    assert "单位2" in err
    assert not Plan.objects.filter(year=2031).exists()
    assert not Import.objects.exists()


def test_import_progress_writes_the_quarter(cast, run):
    data = files.annex((1, GOAL, "（1）完成第1件实事。", "已开工。", "单位1"))
    status, _out, _err = run("import_progress", data, "2030Q1", "--by=office")
    assert status == 0
    assert Contribution.objects.get(text="已开工。").entered_by_office
    status, _out, err = run(
        "import_progress",
        files.annex((1, GOAL, "（9）没有。", "文", "单位1")),
        "2030Q1",
        "--by=office",
    )
    assert (status, "系统中没有该事项" in err) == (1, True)


@pytest.mark.parametrize(
    ("command", "args", "message"),
    [
        ("import_progress", ["2030Q7", "--by=office"], "季度写作"),
        ("import_progress", ["2030Q3", "--by=office"], "没有2030年第三季度"),
        ("import_plan", ["--year=2031", "--by=nobody"], "没有启用的账号"),
        ("import_plan", ["--year=2031", "--by=reporter"], "不能导入这类文件"),
        ("import_plan", ["--year=1890", "--by=office"], "年度"),
    ],
)
def test_commands_refuse_in_words(cast, run, command, args, message):
    with pytest.raises(CommandError, match=message):
        run(command, files.workbook(PLAN_HEADS, (1, "做强", "(1) 甲。", "单位1")), *args)


def test_commands_refuse_what_is_no_workbook(cast, run):
    with pytest.raises(CommandError, match="文本文件"):
        run("import_plan", "序号,目标".encode("gbk"), "--year=2031", "--by=office")
