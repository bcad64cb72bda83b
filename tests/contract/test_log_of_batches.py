"""The life of batches as the log of a real console and of real workers tells it."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract.commands import Desk
from tests.support.clocks import until
from tests.support.sandbox_server import Sandbox, running
from tests.support.serving import upcs

Line = dict[str, Any]
GOOD = "724383244812"
FRESH = "075992422222"  # no other test asks for it: what was asked once is known to all batches
UNKNOWN, UNSEEN, TAKEN = upcs(3)
TROUBLE = {"WARNING", "ERROR", "CRITICAL"}


class Story:
    """A console and workers over one store and one sandbox, and what all of them have logged so far."""

    def __init__(self, desk: Desk, sandbox: Sandbox, url: str) -> None:
        self.desk = desk
        self.sandbox = sandbox
        self.url = url
        self.lines: list[Line] = []
        self._workers = 0

    def console(self) -> list[Line]:
        return read(self.desk.log("console"))

    def all(self, job_id: str) -> dict[str, Line]:
        """Return the lines about a batch, by their event."""
        lines = sorted([*self.lines, *self.console()], key=lambda line: line["time"])
        return {line["message"]: line for line in lines if line.get("job_id") == job_id}

    def worker(self, **settings: str) -> list[Line]:
        """Run a worker to the end of what is queued, and return what it logs."""
        ended = self.desk.run("worker", "--until-idle", **settings)
        assert ended.returncode == 0, ended.stderr
        told = [json.loads(line) for line in ended.stderr.splitlines()]
        self.lines += told
        return told

    def post(self, path: str, **more: Any) -> Any:
        response = requests.post(f"{self.url}/api/batch/{path}", timeout=30, **more)
        assert response.status_code == 200, response.text
        return response.json()

    def upload(self, *barcodes: str) -> str:
        content = "".join(f"{barcode}\n" for barcode in barcodes)
        job_id: str = self.post("upload", files={"file": ("rows.txt", content)})["job_id"]
        return job_id


def read(log: Path) -> list[Line]:
    """Return the lines of a log, which are JSON, each of them; the last one may be half written."""
    return [json.loads(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]


def events(lines: list[Line]) -> set[tuple[str, str]]:
    """Return which events were told of which batch."""
    return {(line["message"], line.get("job_id", "")) for line in lines}


def healthy(url: str) -> bool:
    try:
        return bool(requests.get(f"{url}/health", timeout=5).ok)
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story")
    with socket.socket() as free, running() as sandbox:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        settings = {
            "DM_STORE": f"sqlite:///{folder}/store.db",
            "DM_FILES": f"file:{folder}/files",
            "DM_LOG": "json",
            "DM_SANDBOX_URL": sandbox.url,
            "PORT": str(port),
        }
        (folder / ".streamlit").symlink_to(Path(__file__).parents[2] / ".streamlit")
        desk = Desk(folder, settings)
        console = desk.start(module="console")
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: console.poll() is not None or healthy(url), seconds=60)
            yield Story(desk, sandbox, url)
        finally:
            console.send_signal(signal.SIGTERM)
            console.wait(20)


def test_a_healthy_start_writes_no_warning(story: Story) -> None:
    story.sandbox.reset()
    lines = [*story.console(), *story.worker()]
    assert {"console_started", "worker_started", "worker_stopped"} <= {line["message"] for line in lines}
    assert [line for line in lines if line["severity"] in TROUBLE] == []


def test_a_batch_that_a_refused_token_pauses_says_so_and_how_it_went_on(story: Story) -> None:
    story.sandbox.reset()
    job_id = story.upload(FRESH, "12345", UNSEEN)
    story.worker(DISCOGS_TOKEN="wrong")
    told = story.all(job_id)
    assert (told["batch_submitted"]["severity"], told["batch_opened"]["detail"]) == ("INFO", "3 rows")
    assert (told["batch_started"]["severity"], told["shard_claimed"]["severity"]) == ("INFO", "INFO")
    paused = told["batch_paused"]
    assert paused["severity"] == "WARNING"
    assert "Discogs does not accept our token" in paused["detail"]
    assert paused["worker"] == paused["by"]

    story.post(f"{job_id}/resume")
    story.worker()
    told = story.all(job_id)
    assert (told["batch_resumed"]["severity"], told["batch_resumed"]["by"]) == ("INFO", "api")
    completed = told["batch_completed"]
    assert (completed["severity"], completed["detail"]) == ("INFO", "1 of 3 rows drafted, 2 need attention")


def test_a_failed_row_is_told_with_its_cause(story: Story) -> None:
    story.sandbox.reset()
    job_id = story.upload(GOOD, "12345")
    story.worker()
    row = story.all(job_id)["row_failed"]
    assert (row["severity"], row["cause"], row["upc"]) == ("WARNING", "invalid_barcode", "12345")
    assert row["error"]


def test_every_line_of_a_row_says_whose_it_is(story: Story) -> None:
    story.sandbox.reset()
    story.sandbox.fault("ebay", "server_error", times=1, match="/inventory_item")
    job_id = story.upload(GOOD, UNKNOWN)
    lines = [line for line in story.worker() if line["message"].startswith("row_")]
    assert {"row_waits", "row_ended", "row_failed"} == {line["message"] for line in lines}
    assert {line["upc"] for line in lines} == {GOOD, UNKNOWN}
    assert {line["job_id"] for line in lines} == {job_id}
    assert len({line["worker"] for line in lines}) == 1


def test_what_an_operator_does_is_told(story: Story) -> None:
    job_id = story.upload(GOOD)
    for action in ("pause", "cancel"):
        story.post(f"{job_id}/{action}")
    story.post(f"recover/{job_id}")
    story.post(f"{job_id}/cancel")  # leaves nothing to do for the workers of other tests
    told = story.all(job_id)
    actions = [told[event] for event in ("batch_paused", "batch_cancelled", "batch_recovered")]
    assert [(line["severity"], line["by"], line["status"]) for line in actions] == [
        ("INFO", "api", "paused"),
        ("INFO", "api", "cancelled"),
        ("INFO", "api", "pending"),
    ]


def test_a_retry_is_told(story: Story) -> None:
    story.sandbox.reset()
    job_id = story.upload(UNKNOWN)
    story.worker()
    story.post(f"{job_id}/retry-failed")
    retried = story.all(job_id)["batch_retried"]
    assert (retried["severity"], retried["detail"]) == ("INFO", "1 rows")
    story.worker()


def test_a_batch_that_fails_is_an_error_with_its_reason(story: Story) -> None:
    job_id = story.post("process", json={"gcs_path": "gs://bucket/nowhere.txt"})["job_id"]
    story.worker()
    failed = story.all(job_id)["batch_failed"]
    assert (failed["severity"], failed["detail"]) == ("ERROR", "gs://bucket/nowhere.txt was not found")


def test_a_shard_that_is_taken_over_from_a_dead_worker_is_a_warning(story: Story) -> None:
    story.sandbox.reset()
    story.sandbox.latency(musicbrainz=30.0)
    job_id = story.upload(TAKEN)
    dying = story.desk.start("worker", DM_LEASE_SECONDS="1")
    until(lambda: ("batch_opened", job_id) in events(read(story.desk.log())), seconds=60)
    dying.kill()
    dying.wait(20)
    story.sandbox.reset()
    until(lambda: story.worker() and "batch_taken_over" in story.all(job_id), seconds=60)
    assert story.all(job_id)["batch_taken_over"]["severity"] == "WARNING"
