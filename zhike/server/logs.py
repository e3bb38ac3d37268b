"""One JSON object a line, with the request id and never a personal value."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

from zhike.kernel import context

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
            line["trace"] = _trace(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def _trace(error: BaseException | None) -> list[str]:
    """Return where an error and its causes came from. Their texts stay out: a database quotes the row it refuses."""
    lines: list[str] = []
    while error is not None:
        lines.append(type(error).__qualname__)
        lines += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines
