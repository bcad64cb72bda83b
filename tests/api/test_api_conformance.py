"""The API does what its own OpenAPI document says: every call, with valid and invalid data, over real batches."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.clocks import until
from tests.support.serving import Drafting, Scripted, Served, lines, upcs

ROWS = upcs(6)
HOOKS = Path(__file__).with_name("schemathesis_hooks.py")
STATES = {"completed", "failed", "paused", "running"}


@contextmanager
def batches(served: Served) -> Iterator[list[str]]:
    """Have batches that are completed (with failed rows and drafts), failed, paused and running; yield their names.

    The last is completed too, and one that no call deletes.
    """
    done = served.finished(lines([*ROWS, "12345"]), Drafting(failing=ROWS[1:3]))
    failed = served.finished("nothing that is a barcode\n")
    kept = served.finished(lines(ROWS), Drafting(failing=ROWS[1:3]))
    paused = served.start(lines(ROWS))
    served.post(f"/api/batch/{paused}/pause")
    running = served.start(lines(ROWS))
    with served.working(Scripted(stops_at=2)):
        until(lambda: served.status(running)["processed_upcs"] == 2)
        names = [done, failed, paused, running, kept]
        assert {served.status(name)["status"] for name in names} == STATES
        yield names


def config(names: list[str], examples: int, phases: dict[str, bool]) -> str:
    """Return what schemathesis is told: real names among made-up ones, and where a contract has its own status."""
    values = {
        "jobs": names[:-1],
        "kept": names[-1:],
        "rows": [*range(7)],
        "services": ["discogs", "ebay"],
        "files": [lines(ROWS)],
    }
    dictionaries = "".join(f"[dictionaries.{name}]\nvalues = {json.dumps(known)}\n" for name, known in values.items())
    switches = "".join(f"[phases.{name}]\nenabled = {str(on).lower()}\n" for name, on in phases.items())
    return f"""
hooks = {json.dumps(str(HOOKS))}
[generation]
max-examples = {examples}
deterministic = true
{switches}{dictionaries}
[parameters]
"path.job_id" = {{ dictionary = "jobs", probability = 0.8 }}
"path.index" = {{ dictionary = "rows", probability = 0.8 }}
"path.service" = {{ dictionary = "services", probability = 0.8 }}
"query.job_id" = {{ dictionary = "jobs", probability = 0.5 }}
"body.file" = {{ dictionary = "files", probability = 1.0 }}
[[operations]]
include-path = "/api/batch/recover/{{job_id}}"  # the published contract: 400, where all other commands say 409
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 404]
[[operations]]
include-path-regex = "^/api/batch/(process|upload|check)$"  # which profiles, columns and sheets exist
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 403, 422]
[[operations]]
include-path-regex = "^/api/seller/(locations|profiles/.*)$"  # which addresses and names can be used, no schema says
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 404, 409]
[[operations]]
include-path = "/api/fixes"  # which remedy mends which rows
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 409, 422]
[[operations]]
include-path-regex = "/again$"  # a schema cannot compute a check digit
checks.positive_data_acceptance.expected-statuses = ["2xx", 404, 409, 422]
[[operations]]
include-path-regex = "/(items|events|[a-z-]+[.][a-z]+)$"  # of a batch that a call has deleted by then, there are none
parameters = {{ "path.job_id" = {{ dictionary = "kept", probability = 0.8 }} }}
[[operations]]
include-path = "/api/lookups/forget"  # a schema cannot compute a check digit
checks.positive_data_acceptance.expected-statuses = ["2xx", 400]
"""


GUESSED = re.compile(r"{(index|name|fix_id|session_id)}")
"""What of an address is guessed, and so seldom there."""


def conform(served: Served, folder: Path, examples: int, **phases: bool) -> dict[str, set[int]]:
    """Fail where an answer is not as the document says; return the statuses that each call has given."""
    settings, report = folder / "schemathesis.toml", folder / "report.har"
    with batches(served) as names:
        settings.write_text(config(names, examples, {"stateful": False, **phases}), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(settings), "run"]
        address = f"{served.url}/api/openapi.json"
        how = ["--continue-on-failure", "--report", "har", "--report-har-path", str(report)]
        found = subprocess.run([*command, *how, address], cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr[-2_000:]
    return statuses(served, json.loads(report.read_text(encoding="utf-8")), names)


def statuses(served: Served, report: Any, names: list[str]) -> dict[str, set[int]]:
    """Return the statuses of each call as the document names it."""
    given = defaultdict(set)
    for entry in report["log"]["entries"]:
        path = urlsplit(entry["request"]["url"]).path
        for name in names:
            path = path.replace(f"/{name}", "/{job_id}")
        given[f"{entry['request']['method']} {path}"].add(entry["response"]["status"])
    return given


def test_every_call_answers_as_its_document_says(served: Served, tmp_path: Path) -> None:
    given = conform(served, tmp_path, 4, coverage=False)
    assert {200, 404} <= set.union(*given.values())
    assert 200 in given["GET /api/batch/status/{job_id}"]


@pytest.mark.long
def test_every_call_answers_as_its_document_says_to_all_that_is_valid_and_invalid(
    served: Served, tmp_path: Path
) -> None:
    given = conform(served, tmp_path, 15)
    calls = served.get("/api/openapi.json")["paths"]
    reads = [path for path, operations in calls.items() if "get" in operations and not GUESSED.search(path)]
    reads.remove("/api/metrics")  # which are kept only where somebody wants them
    assert [path for path in reads if 200 not in given[f"GET {path}"]] == []
    assert 200 in given["POST /api/batch/process"]
    assert 200 in given["POST /api/batch/upload"]
    assert {200, 409} <= given["POST /api/batch/{job_id}/pause"] | given["POST /api/batch/{job_id}/cancel"]
