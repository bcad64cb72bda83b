"""Alarms, dashboards and the runbook: all made from one list, of metrics that are told and buttons that are there."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import pytest
import yaml

from engine.cli import app as commands
from engine.monitoring.__main__ import FOLDER, files
from engine.monitoring.alarm import Alarm
from engine.monitoring.alarms import ALARMS
from engine.monitoring.panels import PANELS
from engine.settings import Settings
from engine.telemetry import metrics
from tests.support.promql import names

ROOT = Path(__file__).parents[2]
HISTOGRAM = ("_bucket", "_sum", "_count")
SERIES = {
    metric.series + suffix
    for metric in metrics.ALL
    for suffix in (HISTOGRAM if metric.kind is metrics.Kind.HISTOGRAM else ("",))
}
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("console", "pages")
    for path in (ROOT / folder).rglob("*.*")
    if path.suffix in {".py", ".html"}
)


def test_every_file_for_monitors_is_what_the_list_gives_and_no_other_is_there() -> None:
    made = files()
    kept = {str(path.relative_to(ROOT)) for path in (ROOT / FOLDER).rglob("*") if path.is_file()}
    assert kept == {*made, f"{FOLDER}/README.md", f"{FOLDER}/collector.yaml"} - {"docs/runbook.md"}
    old = [path for path, content in made.items() if (ROOT / path).read_text(encoding="utf-8") != content]
    assert old == [], "make monitoring"


@pytest.mark.parametrize("query", [*(alarm.expression for alarm in ALARMS), *(panel.query for panel in PANELS)])
def test_a_query_is_promql_and_asks_for_metrics_that_are_told(query: str) -> None:
    asked = names(query)
    assert asked
    assert asked <= SERIES


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for panel in PANELS for name in names(panel.query)}
    assert {metric.name for metric in metrics.ALL if not any(name.startswith(metric.series) for name in shown)} == set()


def test_no_label_is_a_batch_a_row_or_a_barcode() -> None:
    labels = {label for metric in metrics.ALL for label in metric.labels}
    assert labels == {"status", "cause", "service", "call", "outcome", "operation", "store", "state", "per"}


@pytest.mark.parametrize("alarm", ALARMS, ids=lambda alarm: alarm.name)
def test_what_an_alarm_says_to_press_is_there(alarm: Alarm) -> None:
    text = " ".join((alarm.means, *alarm.press))
    for name in re.findall(r"\*\*(.+?)\*\*", text):
        assert re.search(rf'[">]{re.escape(name)}', SOURCES), f"no screen and no button is called {name}"
    known = {command.name or command.callback.__name__ for command in commands.registered_commands if command.callback}
    assert set(re.findall(r"`python -m engine ([a-z]+)", text)) <= known
    settings = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert set(re.findall(r"\b(?:DM|OTEL)_[A-Z_]+", text)) <= settings
    assert alarm.press
    assert re.fullmatch(r"[A-Z][A-Za-z]+", alarm.name)


def test_alarms_have_names_of_their_own() -> None:
    assert len({alarm.name for alarm in ALARMS}) == len(ALARMS)


def test_prometheus_gets_every_alarm() -> None:
    (group,) = yaml.safe_load((ROOT / FOLDER / "prometheus-rules.yaml").read_text(encoding="utf-8"))["groups"]
    told = [(rule["alert"], rule["expr"], rule["for"], rule["labels"]["severity"]) for rule in group["rules"]]
    assert told == [(one.name, one.expression, f"{one.seconds}s", str(one.severity)) for one in ALARMS]


def test_cloud_monitoring_gets_every_alarm() -> None:
    for alarm in ALARMS:
        policy = json.loads((ROOT / FOLDER / f"cloud-monitoring/policies/{alarm.name}.json").read_text("utf-8"))
        (condition,) = policy["conditions"]
        assert condition["conditionPrometheusQueryLanguage"]["query"] == alarm.expression
        assert alarm.summary in policy["documentation"]["content"]


def test_no_panel_lies_over_another() -> None:
    grafana = json.loads((ROOT / FOLDER / "grafana-dashboard.json").read_text(encoding="utf-8"))
    cloud = json.loads((ROOT / FOLDER / "cloud-monitoring/dashboard.json").read_text(encoding="utf-8"))
    for most, places in (
        (24, [tuple(panel["gridPos"][side] for side in "xywh") for panel in grafana["panels"]]),
        (48, [(t["xPos"], t["yPos"], t["width"], t["height"]) for t in cloud["mosaicLayout"]["tiles"]]),
    ):
        covered = [(column, row) for x, y, w, h in places for column, row in product(range(x, x + w), range(y, y + h))]
        assert len(places) == len(PANELS)
        assert len(set(covered)) == len(covered)
        assert max(column for column, _ in covered) < most


def test_the_runbook_leads_to_every_alarm_and_metric() -> None:
    page = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert all(f"\n## {alarm.name}\n" in page for alarm in ALARMS)
    assert all(f"`{metric.series}`" in page for metric in metrics.ALL)
