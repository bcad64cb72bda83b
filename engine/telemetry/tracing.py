"""The trace of a row: one span from its beginning to its end, and one below it for each call to a service.

What stands in a span is what stands in the log: the batch, the row, its barcode, services, calls and statuses. No
address, header, body or sentence of a service does: they may hold a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from opentelemetry import trace
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode

__all__ = ["Span", "begin_call", "current", "end_call", "end_row", "row", "shared", "waits"]

_NOBODY: trace.Tracer = trace.NoOpTracer()  # to whom spans are told until somebody asks for them
_UNTOLD = nullcontext(trace.INVALID_SPAN)
_tracer = _NOBODY
current = trace.get_current_span


def install(tracer: trace.Tracer) -> None:
    """Have spans be told by `tracer`; it is ours alone, so that no library tells addresses of its own beside them."""
    global _tracer
    _tracer = tracer


def row(job_id: str, line: int, upc: str) -> AbstractContextManager[Span]:
    """Have what is done in the block be part of the trace of a row, which `end_row` ends."""
    return _UNTOLD if _tracer is _NOBODY else _row(job_id, line, upc)


@contextmanager
def _row(job_id: str, line: int, upc: str) -> Iterator[Span]:
    about: dict[str, str | int] = {"draftmaker.job_id": job_id, "draftmaker.row": line, "draftmaker.upc": upc}
    span = _tracer.start_span("row", attributes=about)
    with trace.use_span(span, record_exception=False, set_status_on_exception=False):
        yield span


def end_row(span: Span, status: str, cause: str) -> None:
    """End the trace of a row; `status` is how it ended, "requeued" where it did not."""
    if not span.is_recording():
        return
    span.set_attributes({"draftmaker.status": status, "draftmaker.cause": cause})
    if status == "failed":
        span.set_status(Status(StatusCode.ERROR, cause))
    span.end()


def begin_call(service: str, name: str) -> Span:
    """Begin the span of a call to a service, in the trace of the row that is being done."""
    about = {"draftmaker.service": service, "draftmaker.call": name}
    return _tracer.start_span(f"{service} {name}", kind=SpanKind.CLIENT, attributes=about)


def end_call(span: Span, outcome: str, status: int | None) -> None:
    """End the span of a call with its outcome, and its HTTP status where there was an answer."""
    span.set_attribute("draftmaker.outcome", outcome)
    if status is not None:
        span.set_attribute("http.response.status_code", status)
    if outcome != "ok":
        span.set_status(Status(StatusCode.ERROR, outcome))
    span.end()


def waits(service: str, trouble: str) -> None:
    """Note that the row waits for a service, and which trouble it has."""
    current().add_event("waits", {"draftmaker.service": service, "draftmaker.trouble": trouble})


@contextmanager
def shared(rows: Sequence[Span]) -> Iterator[None]:
    """Have the block, a call for several rows at once, be part of the trace of the row that makes it.

    It is linked with the traces of all the rows that it is for.
    """
    links = [Link(one.get_span_context()) for one in rows]
    with _tracer.start_as_current_span(
        "shared call", links=links, record_exception=False, set_status_on_exception=False
    ) as span:
        for one in rows:
            one.add_link(span.get_span_context())
        yield
