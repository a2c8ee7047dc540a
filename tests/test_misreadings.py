"""What scans misread is each district's own, kept by its office and offered on import."""

from targets import actions
from targets.models import Misreading
from tests import importing_files as files
from tests.importing_files import upload

GOAL = "稳步实施重点改革"


def offered(client, period) -> dict[str, int]:
    row = (1, GOAL, "（1）完成第1件实事。", "郑城街开工，郑城路通车。", "单位1")
    page = upload(client, files.annex(row), "progress", period=period.pk)
    return {each.key: each.count for each in page.context["preview"].suggestions}


def test_a_correction_is_offered_to_the_district_that_noted_it(cast, as_user):
    office = as_user(cast.office)
    assert offered(office, cast.period) == {}
    form = {"found": "郑城", "meant": "邾城", "why": "街道名为邾城"}
    assert "已登记" in office.post("/imports/misreadings/", form, follow=True).content.decode()
    assert offered(office, cast.period) == {"郑城": 2}
    stranger = as_user(cast.stranger)
    assert (
        "郑城" not in stranger.get("/imports/misreadings/").content.decode().partition("<form")[0]
    )
    made = Misreading.objects.get()
    assert stranger.post(f"/imports/misreadings/{made.pk}/remove/").status_code == 404
    office.post(f"/imports/misreadings/{made.pk}/remove/")
    assert offered(office, cast.period) == {}


def test_what_changes_nothing_or_is_there_already_is_refused_in_words(cast, as_user):
    office = as_user(cast.office)
    actions.add_misreading(found="郑城", meant="邾城", by=cast.office)
    for found, meant, message in (
        ("郑城", "邾城街", "已经登记过"),
        ("邾城", "邾城", "与“应为”不同"),
        ("郑", "邾", "至少两个字"),
        ("", "邾城", "请填写误识成的字词"),
    ):
        page = office.post("/imports/misreadings/", {"found": found, "meant": meant})
        assert message in page.content.decode()
    assert Misreading.objects.count() == 1


def test_each_kind_of_import_has_its_empty_table_and_its_columns_told(cast, as_user):
    office, administrator = as_user(cast.office), as_user(cast.administrator)
    html = office.get("/imports/").content.decode()
    assert "配合单位（可以没有）" in html
    assert "完成情况（必需）" in html
    for client, kinds in ((office, ("plan", "progress")), (administrator, ("units", "accounts"))):
        for kind in kinds:
            answer = client.get(f"/imports/templates/{kind}.xlsx")
            target = {"plan": {"year": 2031}, "progress": {"period": cast.period.pk}}.get(kind, {})
            preview = upload(client, answer.content, kind, **target).context["preview"]
            columns = preview.tables[0].columns
            assert columns
            assert all(each.meaning for each in columns), "each head is known to the import"
    assert administrator.get("/imports/templates/plan.xlsx").status_code == 404
