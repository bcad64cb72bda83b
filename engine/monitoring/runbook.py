"""The runbook: each alarm with what it means and what to press, and every metric there is."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import fill

from engine.monitoring.alarm import Alarm
from engine.monitoring.alarms import ALARMS
from engine.telemetry import metrics

PAGE = "docs/runbook.md"
HEAD = """# Runbook

Written by `make monitoring` from the alarms in `engine/monitoring/alarms.py`, as `deploy/monitoring` is. How metrics
come to a monitor stands in `deploy/monitoring/README.md`. No alarm means that a row was lost or drafted twice: what
stops waits, and goes on where it stood.

"""


def link(alarm: Alarm) -> str:
    """Return where its section stands, from the root of the repository."""
    return f"{PAGE}#{alarm.name.lower()}"


def section(alarm: Alarm) -> str:
    """Return what an alarm means and what to press, as Markdown."""
    steps = "\n".join(_item(f"{number}. ", step) for number, step in enumerate(alarm.press, 1))
    held = f"for {alarm.seconds} s" if alarm.seconds else "at once"
    rings = f"Rings {held} ({alarm.severity}): `{alarm.expression}`"
    return f"{_prose(f'**{alarm.summary}.** {alarm.means}')}\n\n{rings}\n\n{steps}\n"


def page() -> str:
    """Return the whole runbook."""
    index = "\n".join(f"| [{one.name}](#{one.name.lower()}) | {one.severity} | {one.summary} |" for one in ALARMS)
    sections = "\n".join(f"## {alarm.name}\n{section(alarm)}" for alarm in ALARMS)
    table = "\n".join(_metrics())
    return (
        f"{HEAD}| alarm | severity | |\n|---|---|---|\n{index}\n\n{sections}\n"
        "## Metrics\nBy their names at Prometheus; of a histogram there are `_bucket`, `_sum` and `_count`. Beside\n"
        "them stand memory, time and open files of the process (`process_…`).\n\n"
        f"| metric | kind | labels | told by | meaning |\n|---|---|---|---|---|\n{table}\n"
    )


def _metrics() -> Iterator[str]:
    for metric in metrics.ALL:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        teller = "both" if metric.teller is metrics.Teller.BOTH else f"the {metric.teller}"
        yield f"| `{metric.series}` | {metric.kind} | {labels} | {teller} | {metric.meaning} |"


def _prose(text: str) -> str:
    return fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _item(mark: str, text: str) -> str:
    return fill(text, 120, initial_indent=mark, subsequent_indent="   ", break_long_words=False, break_on_hyphens=False)
