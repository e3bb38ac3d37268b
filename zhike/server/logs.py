"""One JSON object a line, with the request id and never a personal value."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from zhike.kernel import context
from zhike.kernel.isolation import trace

_STANDARD = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "request", "response", "sql", "params"}


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON; extra fields are kept, objects of the framework are not."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": context.current().request_id,
        }
        for name, value in record.__dict__.items():
            if name not in _STANDARD and isinstance(value, str | int | float | bool):
                line[name] = value
        if record.exc_info:
            line["trace"] = trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)
