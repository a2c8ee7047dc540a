"""What goes to the log, and how much of it."""

import logging
from http import HTTPStatus


class RefusalsInOneLine(logging.Filter):
    """Take the traceback from what was only refused: 400, 403, 404 are answers, not faults."""

    def filter(self, record: logging.LogRecord) -> bool:
        status = getattr(record, "status_code", None)
        if status is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            record.exc_info = record.exc_text = None
        return True
