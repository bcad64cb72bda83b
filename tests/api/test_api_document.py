"""The API about itself: its document and page, no word of a secret, and a sentence for every error."""

from __future__ import annotations

import html
import logging
import re
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer

from engine.api.docs import draw
from engine.api.models.layouts import LayoutRequest
from engine.bootstrap import open_pipeline
from engine.cli import app
from engine.clock import SystemClock
from engine.codec import encode
from engine.domain.batch.layout import COLUMNS, EACH_BARCODE, HEADER_LINE, SHEETS
from engine.domain.batch.options import Options, description
from engine.log import formatter
from engine.store.base import Put
from engine.upstream.http import session
from tests.support.sandbox_server import running
from tests.support.serving import Scripted, Served, lines, serving, settings, upcs

PUBLISHED = {
    ("post", "/api/batch/process"),
    ("get", "/api/batch/status/{job_id}"),
    ("get", "/api/batch/jobs"),
    ("post", "/api/batch/recover/{job_id}"),
    ("get", "/health"),
}
OURS = {
    ("post", "/api/batch/upload"),
    ("post", "/api/batch/check"),
    *(("post", f"/api/batch/{{job_id}}/{action}") for action in ("pause", "resume", "cancel")),
    *(("post", f"/api/batch/{{job_id}}/{action}") for action in ("retry-failed", "retry-as-new")),
    ("get", "/api/batch/{job_id}/items"),
    *(("get", f"/api/batch/{{job_id}}/{name}") for name in ("results.csv", "results.jsonl", "failed.txt")),
    *(("get", f"/api/batch/{{job_id}}/{name}") for name in ("results.xlsx", "as-uploaded")),
    ("get", "/api/workers"),
}


class Links(HTMLParser):
    """Collects the tags of a page and what they load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in {"src", "href"} and value]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for part in value.values() for found in references(part)]
    return [found for part in value for found in references(part)] if isinstance(value, list) else []


def test_the_document_lists_every_call(served: Served) -> None:
    document = served.get("/api/openapi.json")
    assert document["openapi"].startswith("3.1")
    calls = {(method, path) for path, operations in document["paths"].items() for method in operations}
    assert calls >= PUBLISHED | OURS


def test_the_document_is_valid(served: Served) -> None:
    document = served.get("/api/openapi.json")
    assert document["info"]["title"]
    assert document["info"]["version"]
    for reference in references(document):
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] and operation["description"] for operation in operations)


def test_the_document_tells_of_refusals(served: Served) -> None:
    paths = served.get("/api/openapi.json")["paths"]
    assert {"200", "400", "404", "422", "503"} <= set(paths["/api/batch/recover/{job_id}"]["post"]["responses"])
    assert {"200", "404", "409", "503"} <= set(paths["/api/batch/{job_id}/pause"]["post"]["responses"])
    assert {"200", "403", "413", "415", "421", "422", "503"} <= set(paths["/api/batch/upload"]["post"]["responses"])
    assert {"200", "400", "403", "422", "503"} <= set(paths["/api/batch/process"]["post"]["responses"])


def test_the_page_shows_every_call_and_loads_nothing_from_elsewhere(served: Served) -> None:
    response = served.call("GET", "/api/docs")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    links = Links()
    links.feed(response.text)
    assert links.loads == ["/api/openapi.json"]
    assert "script" not in links.tags
    assert all(path in response.text for _, path in PUBLISHED | OURS)
    assert f"curl {served.url}/api/batch/jobs" in response.text


LAYOUT = {"columns": COLUMNS, "header_line": HEADER_LINE, "sheets": SHEETS, "each_barcode": EACH_BARCODE}


def test_body_form_and_command_line_take_the_options_of_a_batch_with_their_defaults_and_descriptions(
    served: Served,
) -> None:
    schemas = served.get("/api/openapi.json")["components"]["schemas"]
    form = schemas["UploadForm"]
    submit = typer.main.get_group(app).commands["submit"]
    flags: dict[str | None, Any] = {flag.name: flag for flag in submit.params if flag.param_type_name == "option"}
    defaults = encode(Options()) | {"price_rule": None, "grade_map": None}  # those of the profile
    options = set(Options.__struct_fields__) - {"layout"}
    layout = set(LayoutRequest.model_fields)
    for name in options:
        for fields in (schemas["ProcessRequest"]["properties"][name], form["properties"][name]):
            assert fields["description"].startswith(description(name))
            assert fields.get("default") == defaults[name]
        assert flags[name].default == defaults[name]
        assert str(flags[name].help).startswith(description(name))
    beside = {"gcs_path", "file", "name"}
    assert set(schemas["ProcessRequest"]["properties"]) - beside == set(form["properties"]) - beside
    for name, sentence in LAYOUT.items():
        told_of = [
            schemas["ProcessRequest"]["properties"][name]["description"],
            form["properties"][name]["description"],
        ]
        assert all(told.startswith(sentence) for told in (*told_of, str(flags[name].help)))
    assert set(LAYOUT) == layout
    assert set(flags) - {"name", "watch", "help"} == options | layout


def test_nothing_of_the_document_is_taken_for_html() -> None:
    odd = '<script>alert("`1`")</script>'
    operation = {"summary": odd, "description": odd, "responses": {"200": {"description": odd}}}
    page = draw({"info": {"title": odd, "version": "1", "description": odd}, "paths": {odd: {"get": operation}}}, odd)
    assert "<script>" not in page
    assert html.unescape(page).count("<script>alert") == 9


def test_the_curl_line_that_the_page_shows_for_a_batch_works(served: Served) -> None:
    (line,) = re.findall(r"<pre>(curl -X POST -H [^<]*/process)</pre>", served.call("GET", "/api/docs").text)
    line = html.unescape(line)
    found = subprocess.run(["bash", "-c", f"{line} --silent"], capture_output=True, text=True, check=True)
    assert '"status":"pending"' in found.stdout


def test_an_error_that_nobody_foresaw_is_a_sentence_with_a_reference(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    naive = {"started_at": "2026-01-01T00:00:00", "updated_at": at}
    broken = {"schema": 1, "job_id": "batch_1", "status": "failed", "gcs_path": "nonsense", "created_at": at, **naive}
    served.store.commit(Put("batch_jobs/batch_1", broken))
    response = served.call("GET", "/api/batch/status/batch_1")
    assert response.status_code == 500
    detail = response.json()["detail"]
    reference = re.search(r"Reference ([0-9a-f]{8})\.", detail)
    assert reference
    assert "nonsense" not in response.text
    assert reference[1] in "".join(map(formatter("json").format, caplog.records))


def test_a_batch_whose_document_is_broken_is_named_with_the_field(served: Served) -> None:
    served.store.commit(Put("batch_jobs/batch_1", {"job_id": "batch_1", "status": "failed", "gcs_path": "gs://b/x"}))
    response = served.call("GET", "/api/batch/status/batch_1")
    assert response.status_code == 500
    assert "batch_jobs/batch_1 cannot be read: " in response.json()["detail"]
    assert "created_at" in response.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
    ],
)
def test_a_page_of_another_site_can_change_nothing(served: Served, headers: dict[str, str]) -> None:
    job_id = served.start(lines(upcs(1)))
    sent = [
        served.call("POST", f"/api/batch/{job_id}/cancel", headers=headers),
        served.call("POST", "/api/batch/upload", files={"file": ("rows.txt", lines(upcs(1)))}, headers=headers),
    ]
    assert [response.status_code for response in sent] == [403, 403]
    assert served.get("/api/batch/jobs", status="pending")["filtered"] == 1


def test_our_own_page_and_scripts_may_write(served: Served) -> None:
    for headers in ({}, {"Origin": served.url}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}):
        job_id = served.start(lines(upcs(1)))
        assert served.call("POST", f"/api/batch/{job_id}/cancel", headers=headers).status_code == 200


@pytest.mark.parametrize("name", ["DISCOGS_TOKEN", "EBAY_CLIENT_SECRET", "EBAY_REFRESH_TOKEN"])
def test_no_answer_and_no_log_line_holds_a_secret_not_even_one_that_is_refused(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    secret = "s3cr3t-5f2c1e9b77ad"
    monkeypatch.setenv(name, secret)
    caplog.set_level(logging.DEBUG)
    with running() as sandbox, serving(settings(tmp_path, DM_SANDBOX_URL=sandbox.url)) as served:
        job_id = served.start("724383244812\n12345\n075992422222\n")
        work(served)
        job = served.status(job_id)
        assert (job["status"], bool(job["error"])) == ("paused", True)
        ask_everything(served, job_id)
        bodies = "".join(response.text + str(response.headers) for response in served.answers)
        stored = "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*") if path.is_file())
        refused = {call["service"] for call in sandbox.ledger()["calls"] if call["status"] in {400, 401}}
    assert refused == {name.partition("_")[0].lower()}
    told = "".join(formatter(style).format(record) for record in caplog.records for style in ("json", "text"))
    printed = "".join(capfd.readouterr())
    assert job_id in bodies
    assert job_id in told
    for place in (bodies, told, printed, stored):
        assert not [text for text in (secret, "Bearer ", "Discogs token=", "Basic ") if text in place]


def work(served: Served) -> None:
    """Work with the real pipeline and the credentials of the settings, until there is nothing left to do."""
    with (
        session(2) as connections,
        open_pipeline(served.settings, connections, served.store, SystemClock()) as pipeline,
    ):
        served.work(pipeline)


def ask_everything(served: Served, job_id: str) -> None:
    """Make every call that the document lists."""
    for path, operations in served.get("/api/openapi.json")["paths"].items():
        for method in operations:
            served.call(method.upper(), path.replace("{job_id}", job_id))
    served.work(Scripted())
