"""Every curl line of the published document, run as it stands there against the whole demo."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.clocks import until
from tests.support.demo import Demo, demo
from tests.support.published import CALLS
from tests.support.recordings import DOCUMENT, SHARED, Recording

SEED = SHARED / DOCUMENT
HOST = "https://draft-maker-541660382374.us-west1.run.app"
EXAMPLE = "batch_20250821_145610_0"
ENDPOINT = re.compile(r"^(GET|POST) (/\S+)\n(\{.*?^\})?", re.DOTALL | re.MULTILINE)


def curl_lines() -> list[str]:
    """Return the commands of the document, a command over two lines as one."""
    blocks = re.findall(r"```bash\n(.*?)```", SEED.read_text(encoding="utf-8"), re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+", " ", line) for line in lines if line.startswith("curl ")]


def endpoints() -> list[tuple[str, str, str]]:
    """Return method, path and example body of the endpoints that the document describes."""
    return ENDPOINT.findall(SEED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def ready() -> None:
    if missing := [name for name in ("bash", "curl", "jq", "grep") if not shutil.which(name)]:
        reason = f"not on this machine: {', '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def whole(ready: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def done(whole: Demo) -> str:
    """Start the document's own batch by the document's own call, and return its name once it is done."""
    (_, path, body), *_ = [entry for entry in endpoints() if entry[1] == "/api/batch/process"]
    body = body.replace("gs://bucket/file.txt", "gs://draft-maker-bucket/exu2.txt")
    line = f"curl -X POST {HOST}{path} -H 'Content-Type: application/json' -d '{body}' | grep -o '\"job_id\":\"[^\"]*'"
    name = run(whole, line).stdout.strip().removeprefix('"job_id":"')
    assert re.fullmatch(r"batch_\d{8}_\d{6}_\d+", name)
    whole.ended(name)
    return name


def run(whole: Demo, line: str, job_id: str = "") -> subprocess.CompletedProcess[str]:
    """Run a line of the document against the demo."""
    line = line.replace(HOST, whole.url).replace("{job_id}", job_id).replace("curl ", "curl --silent --show-error ", 1)
    result = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0, f"{line}: {result.stderr}"
    return result


def answer(whole: Demo, line: str, job_id: str = "") -> Any:
    return json.loads(run(whole, line, job_id).stdout)


def one(pattern: str) -> str:
    """Return the only line of the document that matches."""
    (line,) = [line for line in curl_lines() if re.search(pattern, line)]
    return line


def test_the_document_has_the_lines_that_are_tested_here(recording: Recording) -> None:
    assert recording(DOCUMENT) == SEED
    assert len(curl_lines()) == 5
    assert all(HOST in line for line in curl_lines())


def test_our_list_of_published_calls_is_that_of_the_document() -> None:
    assert [(method, path) for method, path, _ in endpoints()] == [(call.method, call.example) for call in CALLS]
    fields = [set(json.loads(body)) if body else set() for _, _, body in endpoints()]
    assert fields == [set(call.fields) for call in CALLS]


def test_the_status_line(whole: Demo, done: str) -> None:
    job = answer(whole, one(r"status/\{job_id\}$"), done)
    assert (job["job_id"], job["status"], job["last_processed_index"]) == (done, "completed", 41)
    assert job["total_upcs"] == job["processed_upcs"] == job["successful"] + job["failed"] + job["skipped"] == 42
    assert answer(whole, one(r"status/\{job_id\}$"), "batch_1") == {"detail": "Job batch_1 not found"}


def test_the_line_that_lists_jobs(whole: Demo, done: str) -> None:
    found = answer(whole, one(r"/jobs$"))
    assert {"total", "filtered", "jobs"} <= set(found)
    assert done in [job["job_id"] for job in found["jobs"]]


def test_the_line_that_lists_failed_upcs(whole: Demo, done: str) -> None:
    line = one(r"jq")
    failed = answer(whole, line, done)
    assert len(failed) == whole.job(done)["failed_upcs"] > 0
    assert all(set(entry) == {"upc", "index", "error", "timestamp"} for entry in failed)


def test_the_line_that_recovers_a_batch(whole: Demo, done: str) -> None:
    line = one(r"recover/\{job_id\}$")
    assert "completed" in answer(whole, line, done)["detail"]
    job_id = whole.upload("724383244812\n")
    whole.session.post(f"{whole.url}/api/batch/{job_id}/cancel", timeout=10)
    if whole.job(job_id)["status"] == "cancelled":
        assert answer(whole, line, job_id)["status"] == "pending"
    until(lambda: whole.job(job_id)["status"] == "completed")


def test_the_example_that_was_lost(whole: Demo) -> None:
    assert answer(whole, one(EXAMPLE)) == {"detail": f"Job {EXAMPLE} not found"}


def test_every_endpoint_of_the_document_answers(whole: Demo, done: str) -> None:
    for method, path, body in endpoints():
        address = f"{whole.url}{path.replace('{job_id}', done)}"
        response = whole.session.request(method, address, json=json.loads(body) if body else None, timeout=10)
        assert response.status_code == (400 if "recover" in path else 200), (method, path, response.text)


def test_the_demo_made_one_unpublished_draft_for_each_row_that_succeeded(whole: Demo, done: str) -> None:
    ledger = whole.sandbox.ledger(calls=False)
    skus = {item["sku"] for item in whole.get(f"/api/batch/{done}/items?limit=200&status=succeeded")["items"]}
    assert len(skus) == whole.job(done)["successful_upcs"]
    assert {ledger["offers"][sku]["created"] for sku in skus} == {1}
    assert ledger["published"] == []


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/oauth/callback", "/api/whatever", "/api"])
def test_nothing_but_a_sentence_is_at_a_path_that_is_nobodys(whole: Demo, path: str) -> None:
    found = whole.session.get(f"{whole.url}{path}", timeout=10)
    assert (found.status_code, found.json()) == (404, {"detail": "Not Found"})


@pytest.mark.parametrize("path", ["/", "/new", "/batch?job_id=x", "/batches"])
def test_the_screens_are_where_they_were(whole: Demo, path: str) -> None:
    found = whole.session.get(f"{whole.url}{path}", timeout=10)
    assert (found.status_code, found.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_everything_lies_in_the_folder_of_the_demo(whole: Demo, done: str) -> None:
    names = {path.name for path in Path(whole.folder).iterdir()}
    assert {"store.db", "files", "var", "log"} <= names
    assert "Traceback" not in whole.log
