"""The panels as a dashboard of Grafana, over any data source of the kind Prometheus.

Source: https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/
(read 2026-11).
"""

from __future__ import annotations

from engine.monitoring.panels import PANELS, Panel

WIDTH, HEIGHT = 8, 7  # of 24 columns
SOURCE = {"type": "prometheus", "uid": "${source}"}


def dashboard() -> dict[str, object]:
    """Return the dashboard; who imports it chooses the data source."""
    return {
        "title": "Draft Maker",
        "uid": "draft-maker",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": [{"name": "source", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(number, panel) for number, panel in enumerate(PANELS)],
    }


def _panel(number: int, panel: Panel) -> dict[str, object]:
    row, column = divmod(number, 24 // WIDTH)
    legend = f"{{{{{panel.by}}}}}" if panel.by else panel.title
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "datasource": SOURCE, "expr": panel.query, "legendFormat": legend}],
    }
