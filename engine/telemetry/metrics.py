"""Every metric there is, and what counts.

The names are OpenTelemetry's; `Metric.series` is what Prometheus makes of one. Labels have few values each: never a
batch, a barcode or an address. While nothing is told, counting costs some hundred nanoseconds.

Source: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from opentelemetry import metrics
from opentelemetry.metrics import CallbackOptions, Counter, Histogram, Meter, Observation, UpDownCounter

SCOPE = "draft_maker"
SUFFIXES = {"s": "_seconds", "By": "_bytes"}
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

Labels = Mapping[str, str]


class Kind(StrEnum):
    """What becomes of the values of a metric."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Teller(StrEnum):
    """Which processes tell a metric: each worker of itself, the console of itself and of what is in the store."""

    WORKER = "worker"
    CONSOLE = "console"
    BOTH = "both"


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """A metric: its name, unit (`s`, `By`, or what is counted, in braces) and labels.

    `begins` are the labels under which a counter stands at 0 from the start, so that its first step is seen as one.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str
    teller: Teller
    labels: tuple[str, ...] = ()
    begins: tuple[Labels, ...] = ()

    @property
    def series(self) -> str:
        """Return its name at Prometheus; that of a histogram is followed by `_count`, `_sum` or `_bucket` there."""
        name = self.name.replace(".", "_") + SUFFIXES.get(self.unit, "")
        return f"{name}_total" if self.kind is Kind.COUNTER else name


ROWS_ENDED = Metric(
    "draftmaker.rows.ended",
    Kind.COUNTER,
    "{row}",
    "Rows that ended, by how and why.",
    Teller.WORKER,
    ("status", "cause"),
    ({"status": "succeeded", "cause": ""}, {"status": "failed", "cause": "defect"}),
)
CALL_DURATION = Metric(
    "draftmaker.service.call.duration",
    Kind.HISTOGRAM,
    "s",
    "Calls to a service and how long they took, without the wait for its quota.",
    Teller.WORKER,
    ("service", "call", "outcome"),
)
LEASES_LOST = Metric(
    "draftmaker.leases.lost",
    Kind.COUNTER,
    "{lease}",
    "Leases that ran out while a worker believed to hold them: it was frozen, or too slow.",
    Teller.WORKER,
    begins=({},),
)
SHARDS_TAKEN_OVER = Metric(
    "draftmaker.shards.taken_over",
    Kind.COUNTER,
    "{shard}",
    "Parts of batches taken over from a worker that never let go of them: it was killed, or frozen.",
    Teller.WORKER,
    begins=({},),
)
COMMITS = Metric(
    "draftmaker.store.commits",
    Kind.COUNTER,
    "{commit}",
    "Commits to the job store: applied, refused because another came first (conflict), or not answered (away).",
    Teller.BOTH,
    ("outcome",),
    ({"outcome": "applied"}, {"outcome": "conflict"}, {"outcome": "away"}),
)
STORE_DURATION = Metric(
    "draftmaker.store.operation.duration",
    Kind.HISTOGRAM,
    "s",
    "Reads and commits of the job store and how long they took.",
    Teller.BOTH,
    ("operation",),
)
DISK_FREE = Metric(
    "draftmaker.disk.free",
    Kind.GAUGE,
    "By",
    "Room on the disk of a process, where a store in a file and the catalogue lie.",
    Teller.BOTH,
)
SESSIONS = Metric(
    "draftmaker.console.sessions",
    Kind.GAUGE,
    "{session}",
    "Screens that are open in browsers.",
    Teller.CONSOLE,
    begins=({},),
)
STORE_UP = Metric(
    "draftmaker.store.up",
    Kind.GAUGE,
    "{store}",
    "1 while a store answers the console, else 0; `store` is jobs, files, or writing: the job store takes writes.",
    Teller.CONSOLE,
    ("store",),
)
QUEUE_AGE = Metric(
    "draftmaker.queue.age",
    Kind.GAUGE,
    "s",
    "For how long the part of a batch has waited for a worker that waits longest; 0 while none waits.",
    Teller.CONSOLE,
)
ROWS_LEFT = Metric(
    "draftmaker.rows.left",
    Kind.GAUGE,
    "{row}",
    "Rows still to be done in batches that wait or run.",
    Teller.CONSOLE,
)
ROWS_FAILED = Metric(
    "draftmaker.rows.failed",
    Kind.GAUGE,
    "{row}",
    "Failed rows that need somebody, by cause.",
    Teller.CONSOLE,
    ("cause",),
)
BATCHES = Metric("draftmaker.batches", Kind.GAUGE, "{batch}", "Batches, by state.", Teller.CONSOLE, ("state",))
WORKERS = Metric(
    "draftmaker.workers",
    Kind.GAUGE,
    "{worker}",
    "Workers heard of in the last hour: alive, or silent because they were killed, frozen or cut off.",
    Teller.CONSOLE,
    ("state",),
)
SERVICE_CALLS = Metric(
    "draftmaker.service.calls",
    Kind.COUNTER,
    "{call}",
    "Calls to a service that its budget has counted, of all workers there ever were.",
    Teller.CONSOLE,
    ("service",),
)
BREAKER_OPEN = Metric(
    "draftmaker.service.breaker_open",
    Kind.GAUGE,
    "{breaker}",
    "1 while the breaker of a service keeps calls from it, because it did not answer, else 0.",
    Teller.CONSOLE,
    ("service",),
)
CREDENTIALS_REFUSED = Metric(
    "draftmaker.service.credentials_refused",
    Kind.GAUGE,
    "{service}",
    "1 while a service does not accept our credentials, else 0.",
    Teller.CONSOLE,
    ("service",),
)
BUDGET_LEFT = Metric(
    "draftmaker.service.budget_left",
    Kind.GAUGE,
    "{call}",
    "Calls that a service still grants now, in its window (minute) or its day; not told where it has no such limit.",
    Teller.CONSOLE,
    ("service", "per"),
)

ALL = (
    ROWS_ENDED,
    CALL_DURATION,
    LEASES_LOST,
    SHARDS_TAKEN_OVER,
    COMMITS,
    STORE_DURATION,
    DISK_FREE,
    SESSIONS,
    STORE_UP,
    QUEUE_AGE,
    ROWS_LEFT,
    ROWS_FAILED,
    BATCHES,
    WORKERS,
    SERVICE_CALLS,
    BREAKER_OPEN,
    CREDENTIALS_REFUSED,
    BUDGET_LEFT,
)

_METER = metrics.get_meter(SCOPE)  # tells nothing until a provider is installed


def _counter(metric: Metric) -> Counter:
    return _METER.create_counter(metric.name, metric.unit, metric.meaning)


def _histogram(metric: Metric) -> Histogram:
    return _METER.create_histogram(
        metric.name, metric.unit, metric.meaning, explicit_bucket_boundaries_advisory=SECONDS
    )


rows_ended = _counter(ROWS_ENDED)
call_duration = _histogram(CALL_DURATION)
leases_lost = _counter(LEASES_LOST)
shards_taken_over = _counter(SHARDS_TAKEN_OVER)
commits = _counter(COMMITS)
store_duration = _histogram(STORE_DURATION)
sessions: UpDownCounter = _METER.create_up_down_counter(SESSIONS.name, SESSIONS.unit, SESSIONS.meaning)

_COUNTED: Sequence[tuple[Metric, Counter | UpDownCounter]] = (
    (ROWS_ENDED, rows_ended),
    (LEASES_LOST, leases_lost),
    (SHARDS_TAKEN_OVER, shards_taken_over),
    (COMMITS, commits),
    (SESSIONS, sessions),
)


def begin(teller: Teller) -> None:
    """Have the counters of a process stand at 0."""
    for metric, counter in _COUNTED:
        if metric.teller in {teller, Teller.BOTH}:
            for labels in metric.begins:
                counter.add(0, labels)


def observe(meter: Meter, metric: Metric, values: Callable[[], Iterable[tuple[float, Labels]]]) -> None:
    """Have `values` asked whenever a metric is collected: each value with its labels."""

    def asked(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(value, labels) for value, labels in values()]

    create = meter.create_observable_counter if metric.kind is Kind.COUNTER else meter.create_observable_gauge
    create(metric.name, [asked], metric.unit, metric.meaning)
