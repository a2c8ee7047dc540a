"""The site's figures in the text form of Prometheus; no account, no word of a text."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from targets.models import Event, Message, Seal
from tracker.backups import list_backups
from tracker.models import Traffic
from tracker.readiness import answers, free_megabytes
from tracker.timed import last_runs
from tracker.version import VERSION

LOOPBACK = ("127.0.0.1", "::1")
Sample = tuple[dict[str, str], float | int]


def may_read(request: HttpRequest) -> bool:
    """Tell whether the request comes from this machine or carries the token of the settings."""
    if request.META.get("REMOTE_ADDR") in LOOPBACK:
        return True
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and constant_time_compare(given, wanted)


def render() -> str:
    """Return all figures, a line each."""
    return "".join(f"{line}\n" for line in _lines())


def _lines() -> Iterator[str]:
    yield from _metric("tracker_info", "The running version.", [({"version": VERSION}, 1)])
    ready = answers()
    yield from _metric(
        "tracker_ready",
        "1 where the question of /readyz is answered well.",
        [({"question": each.name}, int(each.is_ok)) for each in ready],
    )
    if not ready[0].is_ok:
        return
    yield from _metric(
        "tracker_disk_free_bytes",
        "Room left where the site writes.",
        [({"folder": "var"}, free_megabytes(settings.VAR_DIR) * 1024 * 1024)],
    )
    yield from _metric("tracker_last_event", "The newest event's number.", [({}, _last_event())])
    yield from _metric("tracker_seals", "Links of all chains.", [({}, Seal.objects.count())])
    waiting = Message.objects.filter(next_attempt_at__isnull=False).count()
    given_up = Message.objects.filter(next_attempt_at=None, sent_at=None).count()
    yield from _metric(
        "tracker_messages",
        "Mail and hooks that were not sent.",
        [({"state": "waiting"}, waiting), ({"state": "given_up"}, given_up)],
    )
    yield from _metric("tracker_backup_age_seconds", "Age of the newest backup.", _backup_age())
    yield from _metric(
        "tracker_timed_late",
        "1 where a timed command has not gone well for too long.",
        [({"command": each.timed.command}, int(each.is_late)) for each in last_runs()],
    )
    yield from _traffic()


def _traffic() -> Iterator[str]:
    """Tell of today; each process writes its sums down once a minute."""
    today = Traffic.objects.filter(day=timezone.localdate()).order_by("view")
    rows = list(today.values_list("view").annotate(Sum("answers"), Sum("faults"), Sum("total_ms")))
    for place, (name, told, unit) in enumerate(
        (
            ("tracker_answers_today", "Answers since midnight.", 1),
            ("tracker_faults_today", "Answers of 500 and above since midnight.", 1),
            ("tracker_seconds_today", "Seconds spent on answers since midnight.", 1000),
        ),
        start=1,
    ):
        yield from _metric(name, told, [({"view": row[0]}, row[place] / unit) for row in rows])


def _last_event() -> int:
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def _backup_age() -> list[Sample]:
    newest = next(iter(list_backups(settings.BACKUP_DIR)), None)
    return [({}, (timezone.now() - newest.made_at).total_seconds())] if newest else []


def _metric(name: str, told: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(each)}"' for key, each in labels.items())
        yield f"{name}{{{inside}}} {value:g}" if inside else f"{name} {value:g}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
