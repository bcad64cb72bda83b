"""What a worker sends to a collector of OpenTelemetry: metrics, and a trace of each row with its calls."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import requests
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families
from websockets import Origin
from websockets.sync.client import connect

from engine.telemetry import metrics
from engine.telemetry.metrics import Teller
from tests.support.clocks import until
from tests.support.collector import Collector, attributes, collecting
from tests.support.demo import ROOT, served, surroundings
from tests.support.sandbox_server import running
from tests.support.serving import Served, lines, serving
from tests.support.watched import telling, watched_settings

BARCODES = [*(ROOT / "samples" / "exu2.txt").read_text(encoding="utf-8").split()[:8], "12345"]
BOTH = {
    "OTEL_METRICS_EXPORTER": "otlp,prometheus",
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_METRIC_EXPORT_INTERVAL": "300",
}
QUICK = {"OTEL_BSP_SCHEDULE_DELAY": "200", "DM_SANDBOX_LATENCY": "0"}
ADDRESS = "OTEL_EXPORTER_OTLP_ENDPOINT"


def completed(serves: Served, job_id: str) -> bool:
    return bool(serves.status(job_id)["status"] == "completed")


def by_trace(spans: list[Span]) -> dict[bytes, list[Span]]:
    found = defaultdict(list)
    for span in spans:
        found[span.trace_id].append(span)
    return found


def rows(collector: Collector) -> list[Span]:
    return [span for span in collector.spans if span.name == "row"]


@pytest.mark.long
def test_a_row_has_a_trace_with_its_calls_and_no_secret_in_it(tmp_path: Path) -> None:
    with running() as sandbox, collecting() as collector:
        chosen = watched_settings(tmp_path, DM_SANDBOX_URL=sandbox.url)
        named = {"OTEL_SERVICE_NAME": "the-worker"}
        with (
            serving(chosen) as serves,
            telling(chosen, "engine", "worker", **BOTH, **QUICK, **named, **{ADDRESS: collector.url}) as worker,
        ):
            job_id = serves.start(lines(BARCODES))
            until(lambda: completed(serves, job_id), seconds=60)
            until(lambda: len(rows(collector)) >= len(BARCODES))
            failed = serves.status(job_id)["failed_upcs"]
            text = until(lambda: scraped(worker.address))
            worker.signal(signal.SIGTERM)
            worker.process.wait(20)
    assert {attributes(row.attributes)["draftmaker.job_id"] for row in rows(collector)} == {job_id}
    assert [attributes(row.attributes)["draftmaker.status"] for row in rows(collector)].count("failed") == failed > 0
    assert {attributes(row.attributes)["draftmaker.upc"] for row in rows(collector)} == set(BARCODES)
    calls = 0
    for spans in by_trace([span for span in collector.spans if span.parent_span_id or span.name == "row"]).values():
        (row,) = (span for span in spans if not span.parent_span_id)
        assert row.name == "row"
        assert {span.parent_span_id for span in spans if span.parent_span_id} <= {span.span_id for span in spans}
        calls += len(spans) - 1
    assert calls > len(BARCODES)
    shared = [span for span in collector.spans if span.name == "shared call"]
    linked = {link.span_id for span in shared for link in span.links}
    assert shared
    assert linked <= {row.span_id for row in rows(collector)}
    assert all(len(span.links) > 1 for span in shared)
    sent = b"".join(collector.raw)
    assert not [word for word in (b"http://", b"https://", b"Bearer", b"token=", b"Authorization") if word in sent]
    assert {resource["service.name"] for resource in collector.resources()} == {"the-worker"}
    own = {metric for metric in metrics.ALL if metric.teller in {Teller.WORKER, Teller.BOTH}}
    assert collector.metric_names == {metric.name for metric in own}
    families = {family.name for family in text_string_to_metric_families(text)}
    assert {name for name in families if name.startswith("draftmaker")} == {
        metric.series.removesuffix("_total") for metric in own
    }


def scraped(address: str) -> str:
    text = requests.get(address, timeout=10).text
    return text if "draftmaker_service_call_duration_seconds_count" in text else ""


@pytest.mark.long
def test_a_collector_that_is_away_holds_no_row_up_and_is_told_of_once(tmp_path: Path) -> None:
    with running() as sandbox, collecting() as collector:
        collector.up = False
        chosen = watched_settings(tmp_path, DM_SANDBOX_URL=sandbox.url)
        own = {**BOTH, **QUICK, ADDRESS: collector.url, "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
        with serving(chosen) as serves, telling(chosen, "engine", "worker", **own) as worker:
            job_id = serves.start(lines(BARCODES))
            until(lambda: completed(serves, job_id), seconds=60)
            asked = until(lambda: collector.asked)
            until(lambda: collector.asked > asked + 6)
            log = worker.log.read_text(encoding="utf-8")
            assert log.count("telemetry_not_sent signal=metrics") == 1
            assert log.count("telemetry_not_sent signal=traces") == 1
            assert "Traceback" not in log
            collector.up = True
            until(lambda: "telemetry_sent_again signal=metrics" in worker.log.read_text(encoding="utf-8"))
            assert "draftmaker.rows.ended" in until(lambda: collector.metric_names)
            collector.up = False
            worker.signal(signal.SIGTERM)
            assert worker.process.wait(10) == 0


def test_nothing_of_the_sdk_is_loaded_where_nothing_is_told() -> None:
    code = (
        "import sys; from engine.bootstrap import worker_telemetry; from engine.settings import load;"
        "worker_telemetry(load()).close();"
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=surroundings(), capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.long
def test_a_variable_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    for variable, value in (("OTEL_METRICS_EXPORTER", "statsd"), ("OTEL_METRIC_EXPORT_INTERVAL", "-5")):
        own = {"OTEL_METRICS_EXPORTER": "otlp", "DM_STORE": f"sqlite:///{tmp_path}/store.db", variable: value}
        command = [sys.executable, "-m", "engine", "worker", "--until-idle"]
        run = subprocess.run(
            command, cwd=tmp_path, env=surroundings(**own), capture_output=True, text=True, check=False
        )
        assert run.returncode == 1
        assert "OTEL_" in run.stderr
        assert "Traceback" not in run.stderr


@pytest.mark.long
def test_a_console_tells_what_it_counts_itself_and_how_many_screens_are_open(tmp_path: Path) -> None:
    own = {"DM_STORE": f"sqlite:///{tmp_path}/store.db", "DM_FILES": f"file:{tmp_path}/files"}
    with served(tmp_path, "console", OTEL_METRICS_EXPORTER="prometheus", DISCOGS_PER_MINUTE="60", **own) as console:
        address = f"{console.url}/api/metrics"

        def open_screens() -> float:
            (line,) = [line for line in lines_of(address) if line.startswith("draftmaker_console_sessions ")]
            return float(line.rpartition(" ")[2])

        assert open_screens() == 0
        with connect(f"{console.url.replace('http', 'ws', 1)}/_stcore/stream", origin=Origin(console.url)):
            until(lambda: open_screens() == 1)
        until(lambda: open_screens() == 0)
        names = {line.partition("{")[0].partition(" ")[0] for line in lines_of(address)}
    needs_failed_rows = {metrics.ROWS_FAILED}
    told = {metric for metric in metrics.ALL if metric.teller is not Teller.WORKER} - needs_failed_rows
    assert {metric.series for metric in told if not any(name.startswith(metric.series) for name in names)} == set()
    assert "process_resident_memory_bytes" in names
    assert not [name for name in names if not name.startswith(("draftmaker_", "process_", "target_info", "#"))]


def lines_of(address: str) -> list[str]:
    return requests.get(address, timeout=20).text.splitlines()
