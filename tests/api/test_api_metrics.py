"""`GET /api/metrics`: what a Prometheus is told of the console and of all that is in the job store."""

from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from engine.batches.fleet_metrics import OF_A_FLEET
from tests.support.promql import Samples
from tests.support.serving import Scripted, Served, lines, serving, settings, upcs
from tests.support.watched import watched_settings

ROWS = upcs(5)


def scraped(served: Served) -> tuple[str, Samples]:
    answer = served.call("GET", "/api/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    samples = Samples()
    samples.add(0.0, {"console": answer.text})
    return answer.text, samples


def value(samples: Samples, query: str) -> float:
    (found,) = samples.value(query).values()
    return found


def test_nothing_is_kept_unless_it_is_asked_for(tmp_path: Path) -> None:
    with serving(settings(tmp_path)) as served:
        answer = served.call("GET", "/api/metrics")
    assert answer.status_code == 404
    assert "OTEL_METRICS_EXPORTER=prometheus" in answer.json()["detail"]


def test_batches_rows_workers_and_budgets_are_told(tmp_path: Path) -> None:
    with serving(watched_settings(tmp_path, DISCOGS_PER_MINUTE="60")) as served:
        job_id = served.finished(lines([*ROWS, "12345"]), Scripted(failing=ROWS[:2]))
        served.start(lines(ROWS))
        text, samples = scraped(served)
    assert value(samples, 'draftmaker_batches{state="completed"}') == 1
    assert value(samples, 'draftmaker_batches{state="pending"}') == 1
    assert value(samples, 'draftmaker_rows_failed{cause="no_match"}') == 2
    assert value(samples, 'draftmaker_rows_failed{cause="invalid_barcode"}') == 1
    assert value(samples, 'draftmaker_service_budget_left{service="discogs",per="window"}') == 60
    assert value(samples, 'draftmaker_workers{state="alive"}') == 0
    assert value(samples, "draftmaker_queue_age_seconds") >= 0
    assert not [word for word in (job_id, *ROWS) if word in text], "no label names a batch or a row"
    names = {family.name for family in text_string_to_metric_families(text)}
    told = {metric.series.removesuffix("_total") for metric in OF_A_FLEET}
    assert told <= names
