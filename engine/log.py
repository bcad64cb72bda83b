"""Log lines: text on a desk, one JSON object a line where a collector reads them.

Events are constants and values are fields: `log.info("job_paused", extra={"job_id": …})`. `job_id` and `severity` stand
at the top level, where Cloud Logging filters `jsonPayload.job_id`
(https://cloud.google.com/logging/docs/structured-logging, read 2026-11).
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import orjson

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JSONLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of `record`."""
        line = {
            "severity": record.levelname,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "message": record.getMessage(),
            "logger": record.name,
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


class TextLines(logging.Formatter):
    """Time, level, event, and the fields as `name=value`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is logging's
        """Return the line of `record`, without its exception."""
        fields = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        return f"{super().formatMessage(record)} {fields}".rstrip()


def configure(style: str) -> None:
    """Send every log line to standard error, as `text` or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JSONLines() if style == "json" else TextLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("urllib3", "uvicorn.access", "streamlit"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in _OWN}
