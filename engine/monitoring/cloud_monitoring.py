"""Alarms and panels for Google's Cloud Monitoring, which evaluates PromQL over Managed Service for Prometheus.

Sources (read 2026-11): https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies,
https://cloud.google.com/monitoring/api/ref_v3/rest/v1/projects.dashboards
"""

from __future__ import annotations

from engine.monitoring.alarm import Alarm, Severity
from engine.monitoring.panels import PANELS, Panel
from engine.monitoring.runbook import link, section

COLUMNS, WIDTH, HEIGHT = 48, 16, 14
SEVERITIES = {Severity.CRITICAL: "CRITICAL", Severity.WARNING: "WARNING"}


def policy(alarm: Alarm) -> dict[str, object]:
    """Return an alarm as an alert policy; its documentation is its section of the runbook."""
    condition = {
        "query": alarm.expression,
        "duration": f"{alarm.seconds}s",
        "evaluationInterval": "60s",
        "alertRule": alarm.name,
        "ruleGroup": "draft-maker",
        "disableMetricValidation": True,  # it may be made before the first metric arrives
    }
    return {
        "displayName": f"Draft Maker: {alarm.summary}",
        "severity": SEVERITIES[alarm.severity],
        "combiner": "OR",
        "enabled": True,
        "conditions": [{"displayName": alarm.name, "conditionPrometheusQueryLanguage": condition}],
        "documentation": {
            "subject": f"Draft Maker: {alarm.summary}",
            "content": section(alarm),
            "mimeType": "text/markdown",
            "links": [{"displayName": "Runbook", "url": link(alarm)}],
        },
    }


def dashboard() -> dict[str, object]:
    """Return the dashboard."""
    tiles = [_tile(number, panel) for number, panel in enumerate(PANELS)]
    return {"displayName": "Draft Maker", "mosaicLayout": {"columns": COLUMNS, "tiles": tiles}}


def _tile(number: int, panel: Panel) -> dict[str, object]:
    row, column = divmod(number, COLUMNS // WIDTH)
    legend = f"${{metric.labels.{panel.by}}}" if panel.by else panel.title
    line = {"timeSeriesQuery": {"prometheusQuery": panel.query}, "plotType": "LINE", "legendTemplate": legend}
    widget = {"title": panel.title, "xyChart": {"dataSets": [line]}}
    return {"xPos": column * WIDTH, "yPos": row * HEIGHT, "width": WIDTH, "height": HEIGHT, "widget": widget}
