"""What is sent back to a unit is written to it, with the reason and the date in force."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from targets import actions
from targets.models import Contribution, Message, User
from tests import builders

ABOUT = "2030年第一季度“1（1） 完成第1件实事”"


@pytest.fixture
def letters(settings, cast):
    """Both ways out of the site are set, and two accounts of 单位1 have an address."""
    settings.EMAIL_HOST, settings.HOOK_URL = "mail.example", "http://hook.example/"
    for user in (cast.reporter, cast.colleague, cast.co_lead):
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@example.cn")


def handed_in(cast, item: int = 0, unit: int = 0, by: User | None = None) -> Contribution:
    part = builders.contribution_of(cast.period, cast.items[item], cast.units[unit])
    return builders.submit(part, by or cast.reporter)


def send_back(cast, part: Contribution, reason: str = "请补充面积。") -> Contribution:
    return actions.return_contribution(
        contribution=part, version=part.version, reason=reason, by=cast.office
    )


def test_return_contribution_writes_to_the_units_accounts_and_the_hook(cast, letters):
    send_back(cast, handed_in(cast))
    *mails, hook = Message.objects.order_by("channel", "pk").reverse()
    assert {each.recipient for each in mails} == {"reporter@example.cn", "colleague@example.cn"}
    for each in (*mails, hook):
        assert each.subject == f"【退回】{ABOUT}填报内容"
        assert each.body.startswith("单位1：")
        assert f"贵单位{ABOUT}的完成情况已退回" in each.body
        assert "填报截止2030年6月30日" in each.body
    assert all("\n请补充面积。\n" in each.body for each in mails)
    assert "请补充面积" not in hook.body, "what is said to one unit is not for a group"


def test_return_contribution_names_the_day_that_was_granted(cast, letters):
    for item, until in ((None, date(2030, 7, 5)), (cast.items[0], date(2030, 7, 9))):
        asked = actions.request_extension(
            period=cast.period, item=item, until=until, reason="核实", by=cast.reporter
        )
        actions.grant_extension(extension=asked, until=until, by=cast.office)
    Message.objects.all().delete()
    send_back(cast, handed_in(cast))
    assert all("填报截止2030年7月9日" in each.body for each in Message.objects.all())


def test_return_contribution_without_mail_and_hook_queues_nothing(cast):
    User.objects.filter(pk=cast.reporter.pk).update(email="reporter@example.cn")
    send_back(cast, handed_in(cast))
    assert not Message.objects.exists()


def test_return_contribution_twice_within_a_minute_is_told_once(cast, letters, time_machine):
    at = timezone.now()
    time_machine.move_to(at, tick=False)
    send_back(cast, handed_in(cast))
    told = Message.objects.count()
    time_machine.move_to(at + timedelta(seconds=50), tick=False)
    send_back(cast, handed_in(cast))
    assert Message.objects.count() == told
    send_back(cast, handed_in(cast), "请写明投资额。")  # something else is said
    assert Message.objects.count() == 2 * told
    time_machine.move_to(at + timedelta(minutes=3), tick=False)
    send_back(cast, handed_in(cast))
    assert Message.objects.count() == 3 * told


def test_return_entry_writes_to_each_of_its_units_alone(cast, letters):
    for unit, by in ((0, cast.reporter), (1, cast.co_lead)):
        handed_in(cast, 1, unit, by)
    entry = builders.entry_of(cast.period, cast.items[1])
    actions.return_entry(
        entry=entry, version=entry.version, units=cast.units[1:2], reason="请核实。", by=cast.office
    )
    assert [each.recipient for each in Message.objects.filter(channel="mail")] == [
        "co-lead@example.cn"
    ]


def test_reopen_entry_writes_to_the_units_that_write_again(cast, letters):
    builders.approve(handed_in(cast).entry, cast.office)
    entry = builders.entry_of(cast.period, cast.items[0])
    actions.reopen_entry(
        entry=entry, version=entry.version, units=[cast.units[0]], reason="复核", by=cast.office
    )
    mails = Message.objects.filter(channel="mail")
    assert mails.count() == 2
    assert all("\n复核\n" in each.body for each in mails)
