"""The alarms as a rule file of Prometheus. JSON is YAML, so each value is written as JSON has it.

Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ (read 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from engine.monitoring.alarm import Alarm
from engine.monitoring.alarms import ALARMS
from engine.monitoring.runbook import link


def rules() -> str:
    """Return the file."""
    lines = ["groups:", "  - name: draft-maker", "    rules:"]
    return "\n".join([*lines, *(line for alarm in ALARMS for line in _rule(alarm))]) + "\n"


def _rule(alarm: Alarm) -> Iterator[str]:
    yield f"      - alert: {alarm.name}"
    yield f"        expr: {json.dumps(alarm.expression)}"
    yield f"        for: {alarm.seconds}s"
    yield f"        labels: {json.dumps({'severity': alarm.severity})}"
    yield "        annotations:"
    yield f"          summary: {json.dumps(alarm.summary)}"
    yield f"          description: {json.dumps(alarm.means)}"
    yield f"          runbook_url: {json.dumps(link(alarm))}"
