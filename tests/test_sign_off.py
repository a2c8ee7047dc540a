"""Reading (核稿) and signature (签发) before a circular is issued, where they are required."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from reports.circulars import actions, rendering
from reports.circulars.models import Circular, FileKind
from reports.document.content import CircularContent
from targets.choices import Role
from targets.models import District, Event, User
from tests import builders
from tests.circulars import issue, make_draft
from tests.conftest import Cast, make_user

LogIn = Callable[[User], Client]


@pytest.fixture
def draft(cast: Cast, quick: list) -> Circular:
    """A draft of an office that requires both acts."""
    District.objects.filter(pk=cast.district.pk).update(requires_sign_off=True)
    return make_draft(cast)


@pytest.fixture
def deputy(cast: Cast) -> User:
    """A second account of the office."""
    return make_user("deputy", Role.OFFICE, cast.district)


def press(client: Client, draft: Circular, act: str, **changed: object) -> str:
    """Open the draft, press a button that answers for what is shown; return the page after."""
    shown = client.get(f"/circulars/{draft.pk}/").context["shown"].initial
    answer = client.post(f"/circulars/{draft.pk}/{act}/", {**shown, **changed}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_leader_signs_what_the_office_has_read_and_only_then_it_is_issued(
    draft: Circular, cast: Cast, as_user: LogIn
) -> None:
    office, leader = as_user(cast.office), as_user(cast.leader)
    page = office.get(f"/circulars/{draft.pk}/").content.decode()
    assert "核稿无误" in page
    assert f"/circulars/{draft.pk}/issue/" not in page
    assert leader.get(f"/circulars/{draft.pk}/").status_code == 404
    with pytest.raises(actions.Refused, match="先核稿、签发"):
        issue(draft, cast.office)

    page = press(office, draft, "read")
    assert "已核稿" in page
    assert "您已核稿，请由督查室另一账号或区领导签发。" in page
    with pytest.raises(actions.Refused, match="先核稿、签发"):
        issue(draft, cast.office)

    assert str(draft) in leader.get("/circulars/").content.decode()
    assert "待签发" in leader.get("/circulars/").content.decode()
    assert f'href="/circulars/{draft.pk}/">查看并签发' in leader.get("/dashboard/").content.decode()
    page = press(leader, draft, "sign")
    assert "已签发" in page
    assert f"/circulars/{draft.pk}/edit/" not in page
    for page in ("/circulars/", "/dashboard/"):
        assert "待签发" not in leader.get(page).content.decode()

    page = office.get(f"/circulars/{draft.pk}/").content.decode()
    assert f"/circulars/{draft.pk}/issue/" in page
    form = office.get(f"/circulars/{draft.pk}/issue/").context["form"]
    assert set(form.fields) == {"version", "shown"}
    answer = office.post(f"/circulars/{draft.pk}/issue/", form.initial, follow=True)
    page = answer.content.decode()
    issued = Circular.objects.get()
    assert issued.is_issued
    assert (issued.reader, issued.signer) == ("office", "leader")
    assert "<dt>核稿</dt><dd>office，" in page
    assert "<dt>签发</dt><dd>leader，" in page
    events = Event.objects.filter(subject="circular").order_by("pk")
    assert [(each.verb, each.actor) for each in events] == [
        ("draft", "office"),
        ("read", "office"),
        ("sign", "leader"),
        ("issue", "office"),
    ]


def test_who_read_it_does_not_sign_it(
    draft: Circular, cast: Cast, deputy: User, as_user: LogIn
) -> None:
    office = as_user(cast.office)
    press(office, draft, "read")
    assert "不能是同一人" in press(office, draft, "sign")
    assert Circular.objects.get().signed_at is None
    assert "已签发" in press(as_user(deputy), draft, "sign")
    assert "已由deputy签发" in press(office, draft, "sign")
    read = Circular.objects.get()
    with (
        pytest.raises(IntegrityError, match="signed_by_another_than_read_it"),
        transaction.atomic(),
    ):
        Circular.objects.filter(pk=read.pk).update(signed_by=read.read_by)


def test_nothing_is_signed_that_nobody_read(draft: Circular, deputy: User, as_user: LogIn) -> None:
    assert "尚未核稿" in press(as_user(deputy), draft, "sign")
    with pytest.raises(IntegrityError, match="signed_after_it_was_read"), transaction.atomic():
        Circular.objects.update(signed_by=deputy, signed_at=timezone.now())
    with pytest.raises(IntegrityError, match="read_whole_or_not_at_all"), transaction.atomic():
        Circular.objects.update(read_by=deputy)


@pytest.mark.parametrize("move", ["words", "figures"])
def test_a_change_after_the_signature_asks_for_both_again(
    draft: Circular, cast: Cast, deputy: User, as_user: LogIn, move: str
) -> None:
    office = as_user(cast.office)
    press(office, draft, "read")
    press(as_user(deputy), draft, "sign")
    if move == "words":
        actions.edit_circular(circular=draft, version=1, by=cast.office, body="另一段话。")
        assert as_user(cast.leader).get(f"/circulars/{draft.pk}/").status_code == 404
    else:
        builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
        page = office.get(f"/circulars/{draft.pk}/").content.decode()
        assert "核稿之后统计或附表内容有变动，原核稿、签发作废" in page
    with pytest.raises(actions.Refused, match="先核稿、签发"):
        issue(draft, cast.office)
    press(office, draft, "read")
    press(as_user(deputy), draft, "sign")
    assert issue(draft, cast.office).is_issued


def test_what_is_read_anew_while_files_are_made_is_not_issued_as_signed(
    draft: Circular,
    cast: Cast,
    deputy: User,
    as_user: LogIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    press(as_user(cast.office), draft, "read")
    press(as_user(deputy), draft, "sign")
    render = rendering.render_file

    def render_slowly(content: CircularContent, kind: FileKind) -> bytes:
        """A colleague approves another text meanwhile, and reads the draft with it."""
        monkeypatch.setattr(rendering, "render_file", render)
        builders.approve(builders.entry_of(cast.period, cast.items[0]), cast.office)
        press(as_user(cast.office), draft, "read")
        return render(content, kind)

    monkeypatch.setattr(rendering, "render_file", render_slowly)
    with pytest.raises(actions.Refused, match="先核稿、签发"):
        issue(draft, cast.office)
    assert not Circular.objects.get().is_issued


def test_a_page_from_before_a_change_reads_and_signs_nothing(
    draft: Circular, cast: Cast, as_user: LogIn
) -> None:
    office = as_user(cast.office)
    assert "统计或附表内容有变动" in press(office, draft, "read", shown="0" * 64)
    assert "刚被其他人修改" in press(office, draft, "read", version=7)
    assert "不完整" in press(office, draft, "read", version="x")
    press(office, draft, "read")
    assert "统计或附表内容有变动" in press(as_user(cast.leader), draft, "sign", shown="0" * 64)
    assert Circular.objects.get().signed_at is None


def test_a_leader_is_told_that_the_draft_changed_under_him(
    draft: Circular, cast: Cast, as_user: LogIn
) -> None:
    office, leader = as_user(cast.office), as_user(cast.leader)
    press(office, draft, "read")
    shown = leader.get(f"/circulars/{draft.pk}/").context["shown"].initial
    version = Circular.objects.get().version
    actions.edit_circular(circular=draft, version=version, by=cast.office, remark="改")
    answer = leader.post(f"/circulars/{draft.pk}/sign/", shown, follow=True)
    assert answer.redirect_chain == [("/circulars/", 302)]
    assert "这份草稿在您查看之后有改动，没有签发" in answer.content.decode()
    assert Circular.objects.get().signed_at is None
    for user in (cast.reporter, cast.stranger):
        assert as_user(user).post(f"/circulars/{draft.pk}/sign/", shown).status_code == 404


def test_nobody_else_reads_or_signs(draft: Circular, cast: Cast, as_user: LogIn) -> None:
    office = as_user(cast.office)
    shown = office.get(f"/circulars/{draft.pk}/").context["shown"].initial
    assert as_user(cast.leader).post(f"/circulars/{draft.pk}/read/", shown).status_code == 404
    press(office, draft, "read")
    for user in (cast.reporter, cast.auditor, cast.administrator, cast.stranger):
        client = as_user(user)
        assert client.get(f"/circulars/{draft.pk}/").status_code == 404
        for act in ("read", "sign"):
            assert client.post(f"/circulars/{draft.pk}/{act}/", shown).status_code == 404
    leader = as_user(cast.leader)
    for page in ("edit/", "issue/"):
        assert leader.get(f"/circulars/{draft.pk}/{page}").status_code == 404
    assert leader.post(f"/circulars/{draft.pk}/rewrite/", {"version": 1}).status_code == 404
    assert leader.get(f"/circulars/{draft.pk}/preview.pdf").status_code == 200
    assert Circular.objects.get().signed_at is None


def test_an_office_that_asks_for_neither_is_not_asked(
    cast: Cast, quick: list, as_user: LogIn
) -> None:
    draft = make_draft(cast)
    office = as_user(cast.office)
    page = office.get(f"/circulars/{draft.pk}/").content.decode()
    assert "核稿与签发" not in page
    assert f"/circulars/{draft.pk}/issue/" in page
    assert "未要求核稿、签发" in press(office, draft, "read")
    assert issue(draft, cast.office).is_issued


def test_the_administrator_turns_the_requirement_on(cast: Cast, as_user: LogIn) -> None:
    address = f"/admin/targets/district/{cast.district.pk}/change/"
    form = as_user(cast.administrator).get(address).context["adminform"].form
    as_user(cast.administrator).post(address, {**form.initial, "requires_sign_off": "on"})
    assert District.objects.get(pk=cast.district.pk).requires_sign_off
    assert Event.objects.filter(subject="district", verb="change").exists()
