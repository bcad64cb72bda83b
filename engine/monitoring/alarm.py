"""An alarm, and how its query is written in PromQL."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.telemetry.metrics import Metric


class Severity(StrEnum):
    """How soon somebody must look: now, or when they come to it."""

    CRITICAL = "critical"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Alarm:
    """It rings once `query`, compared by `sign` with `threshold`, has held for `seconds`, and `and_also` with it.

    `summary` is the headline, `means` what is so, `press` what to do, one step after the other: in `**`, buttons and
    screens; in backticks, commands.
    """

    name: str
    severity: Severity
    query: str
    sign: str
    threshold: float
    seconds: int
    summary: str
    means: str
    press: tuple[str, ...]
    and_also: str = ""

    @property
    def expression(self) -> str:
        """Return the whole condition."""
        also = f" and {self.and_also}" if self.and_also else ""
        return f"{self.query} {self.sign} {self.threshold:g}{also}"


def of(metric: Metric, **labels: str) -> str:
    """Return the selector of a metric's series under some labels."""
    chosen = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{metric.series}{{{chosen}}}" if chosen else metric.series


def grown(minutes: int, metric: Metric, **labels: str) -> str:
    """Return by how much a counter has grown, over all processes.

    That of a process that is younger than the window counts from 0: what it does first, such as taking over the rows of
    the one that died before it, may be done before it is looked at for the first time.
    """
    series = of(metric, **labels)
    return f"sum(({series} unless {series} offset {minutes}m) or increase({series}[{minutes}m]))"
