"""An account's own filters of the big lists, by name, for every quarter."""

import pytest

from targets import actions
from targets.actions.preferences import MOST_FILTERS
from targets.models import Event, User


def save(client, name: str, query: str, page: str = "targets:items"):
    form = {"list": page, "name": name, "query": query}
    return client.post("/filters/save/", form, follow=True)


def test_a_filter_is_saved_for_every_quarter_and_for_oneself_alone(cast, as_user):
    client = as_user(cast.reporter)
    query = f"period=2030Q1&unit={cast.units[0].pk}&q=&sort=-number&page=2"
    response = save(client, " 我的  事项 ", query)
    assert response.redirect_chain[-1][0].startswith("/items/?period=2030Q1")
    kept = f"unit={cast.units[0].pk}&amp;sort=-number"
    html = client.get("/items/?period=2030Q1").content.decode()
    assert f'<a href="?period=2030Q1&amp;{kept}">我的 事项</a>' in html
    assert f'<a href="?{kept}">我的 事项</a>' in client.get("/items/").content.decode()
    assert "我的 事项" not in client.get("/my-items/").content.decode()  # another list
    assert "我的 事项" not in as_user(cast.colleague).get("/items/").content.decode()
    event = Event.objects.filter(verb="change", subject="user").latest("pk")
    assert (event.old, event.new) == ({"saved_filters": []}, {"saved_filters": ["我的 事项"]})


def test_the_same_name_again_replaces_it_and_it_is_removed(cast, as_user):
    client = as_user(cast.reporter)
    save(client, "未报", "q=a")
    save(client, "未报", "q=b")
    saved = User.objects.get(pk=cast.reporter.pk).saved_filters["targets:items"]
    assert saved == [{"name": "未报", "query": "q=b"}]
    client.post("/filters/remove/", {"list": "targets:items", "name": "未报"})
    assert User.objects.get(pk=cast.reporter.pk).saved_filters == {"targets:items": []}
    response = client.post(
        "/filters/remove/", {"list": "targets:items", "name": "未报"}, follow=True
    )
    assert "该常用筛选已经删除" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "query", "said"),
    [
        ("", "q=a", "请给常用筛选起一个名称"),
        ("长" * 21, "q=a", "最多20字"),
        ("未\0报", "q=a", "请给常用筛选起一个名称"),  # PostgreSQL keeps none in JSON
        ("空", "period=2030Q1&q=", "请先选好筛选条件"),
        ("太长", "q=" + "a" * 1000, "请先选好筛选条件"),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is(cast, as_user, name, query, said):
    assert said in save(as_user(cast.reporter), name, query).content.decode()
    assert User.objects.get(pk=cast.reporter.pk).saved_filters == {}


def test_a_list_holds_so_many_and_no_other_page_any(cast, as_user):
    for number in range(MOST_FILTERS):
        actions.save_filter(page="targets:items", name=f"{number}", query="q=a", by=cast.reporter)
    client = as_user(cast.reporter)
    assert "最多保存20个" in save(client, "再来", "q=a").content.decode()
    assert save(client, "一", "q=a", page="targets:plans").status_code == 404


def test_a_saved_filter_is_shown_as_text(cast, as_user):
    client = as_user(cast.reporter)
    save(client, "<b>x</b>", 'q="><script>')
    html = client.get("/items/").content.decode()
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<script>q" not in html and 'q="><script>' not in html
