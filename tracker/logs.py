"""What goes to the log, in which form, and how much of it."""

import json
import logging
import sqlite3
import traceback
from contextvars import ContextVar
from datetime import datetime
from http import HTTPStatus
from types import TracebackType

from django.db import Error as DatabaseApiError
from django.utils import timezone

# The running request's (tracker.request_log), for every line that is logged meanwhile.
request_id: ContextVar[str] = ContextVar("request_id", default="")

EXTRA = ("account", "address", "milliseconds")
ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


class RefusalsInOneLine(logging.Filter):
    """Take the traceback from what was only refused: 400, 403, 404 are answers, not faults."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        if status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            record.exc_info = record.exc_text = None
        return True


class PlainFormatter(logging.Formatter):
    """A line: time, level, logger, request, account, address, milliseconds, message."""

    def format(self, record: logging.LogRecord) -> str:
        facts = {"id": request_id.get() or "-"}
        facts |= {name: getattr(record, name) for name in EXTRA if hasattr(record, name)}
        told = " ".join(f"{name}={value if value != '' else '-'}" for name, value in facts.items())
        line = f"{_moment(record)} {record.levelname} {record.name} {told} {record.getMessage()}"
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return line

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - logging's own name
        return without_values(ei[1]) if ei[1] is not None else ""


class JsonFormatter(PlainFormatter):
    """The same facts as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, object] = {
            "time": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "id": request_id.get(),
            **{name: getattr(record, name) for name in EXTRA if hasattr(record, name)},
            "message": record.getMessage(),
        }
        if record.exc_info:
            facts["exception"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False)


def _moment(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, timezone.get_default_timezone())
    return at.isoformat(timespec="milliseconds")


def without_values(error: BaseException) -> str:
    """Return an error's traceback; a database's errors without their words.

    PostgreSQL repeats the failing row in its message: somebody's text would be in the log.
    """
    told = traceback.TracebackException.from_exception(error)
    each: traceback.TracebackException | None = told
    cause: BaseException | None = error
    while each is not None and cause is not None:
        if isinstance(cause, DatabaseApiError | sqlite3.Error) or hasattr(cause, "pgcode"):
            vars(each)["_str"] = str(getattr(cause, "pgcode", None) or "（数据库的原话略去）")
        if each.__cause__ is not None:
            each, cause = each.__cause__, cause.__cause__
        else:
            each, cause = each.__context__, cause.__context__
    return "".join(told.format()).rstrip()
