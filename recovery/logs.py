"""One JSON object a line, and nobody's particulars in it.

What a log line says is an event name or a message written by us, with ids. Query strings are cut off (a phone number
may be in one), the tokens of customers' links left out, and a traceback carries file, line and exception type but not the exception's text, which often quotes
a person's words or a row's values.
"""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime

# The address of a customer's own page: whoever reads it in a log could open it.
LINK = re.compile(r"(/[ps]/)[^/\s]+")

request_id: ContextVar[str] = ContextVar("request_id", default="")


class RequestIdFilter(logging.Filter):
    """Puts the id of the request being served on each record, so that its lines can be found together."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": self._message(record),
        }
        if rid := getattr(record, "request_id", ""):
            line["request"] = rid
        if status := getattr(record, "status_code", None):
            line["status"] = status
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__qualname__
            line["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(record.exc_info[2])[-8:]]
        return json.dumps(line, ensure_ascii=False, default=str)

    @staticmethod
    def _message(record: logging.LogRecord) -> str:
        task = getattr(record, "data", None)
        if record.name == "celery.app.trace" and isinstance(task, dict):
            # Celery's own sentence holds the exception's text and the whole traceback.
            return f"Task {task.get('name')}[{task.get('id')}] {task.get('description', '')}".strip()
        message = record.getMessage()
        return LINK.sub(r"\1…", message.split("?", 1)[0]) if record.name.startswith("django") else message
