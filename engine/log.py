"""Log lines: text on a desk, one JSON object a line where a collector reads them.

Events are constants and values are fields: `log.info("job_paused", job_id=…)`. What is `bound` for a block, and
the row that is worked on (`of_row`), stands on every line that is written within, also on those of libraries.
`severity`, `message` and `job_id` stand at the top level, where Cloud Logging filters `jsonPayload.job_id`
(https://cloud.google.com/logging/docs/structured-logging, read 2026-11).
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from structlog.contextvars import bound_contextvars as bound
from structlog.contextvars import merge_contextvars
from structlog.stdlib import BoundLogger, ExtraAdder, ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from engine.redaction import redacted

__all__ = ["BoundLogger", "adopt", "bound", "configure", "formatter", "get_logger", "of_row"]

NOISY = ("urllib3", "uvicorn.access", "streamlit")

_row: ContextVar[tuple[str, int]] = ContextVar("row")  # one for both: set for every row, and seldom read


def of_row(upc: str, line: int) -> None:
    """Have all that is logged in this context say of which row it is; each row is run in a context of its own."""
    _row.set((upc, line))


def _with_row(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the row that is worked on."""
    if about := _row.get(None):
        event.setdefault("upc", about[0])
        event.setdefault("row", about[1])
    return event


structlog.configure(
    processors=[structlog.stdlib.filter_by_level, merge_contextvars, _with_row, ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=BoundLogger,
    cache_logger_on_first_use=True,
)


def get_logger(name: str) -> BoundLogger:
    """Return the logger of a module."""
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def configure(style: str, level: int = logging.INFO) -> None:
    """Send every log line from `level` on to standard error, as `text` or `json`."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(style))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    adopt()


def adopt() -> None:
    """Have libraries that brought handlers of their own log as we do; to be called again once they are loaded."""
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers.clear()
            logger.propagate = True
            if logger.name.startswith(NOISY):
                logger.setLevel(logging.WARNING)


def formatter(style: str) -> logging.Formatter:
    """Return what makes a line of a log record, ours or that of a library."""
    last: Processor = _json if style == "json" else _text
    return ProcessorFormatter(
        foreign_pre_chain=[merge_contextvars, _with_row, ExtraAdder()],
        processors=[structlog.processors.format_exc_info, last, _redacted],
    )


def _redacted(_logger: WrappedLogger, _method: str, line: Any) -> str:
    """Return the line without the secrets that are known, whoever wrote them into it."""
    return redacted(line)


def _json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Return one JSON object on one line."""
    record, message, fields = _parts(event)
    head = {
        "severity": record.levelname,
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
        "message": message,
        "logger": record.name,
    }
    return orjson.dumps(head | fields | head, default=str).decode()


def _text(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Return time, level, event, and the fields as `name=value`; an exception follows on its own lines."""
    record, message, fields = _parts(event)
    exception = fields.pop("exception", "")
    time = datetime.fromtimestamp(record.created, UTC).astimezone()
    pairs = " ".join(f"{name}={value}" for name, value in fields.items())
    line = f"{time:%H:%M:%S} {record.levelname:<7} {message} {pairs}".rstrip()
    return f"{line}\n{exception}" if exception else line


def _parts(event: EventDict) -> tuple[logging.LogRecord, str, dict[str, Any]]:
    """Return the record, the message, and the fields of a line."""
    fields = dict(event)
    record: logging.LogRecord = fields.pop("_record")
    for name in ("_from_structlog", "color_message"):
        fields.pop(name, None)
    return record, str(fields.pop("event")), fields
