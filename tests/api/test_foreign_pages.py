"""A page of another site gets nothing: real requests, as browsers send them, at every route of a real console."""

from __future__ import annotations

import http.client
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.support.console_routes import routes_of_the_console
from tests.support.demo import Served, served
from tests.support.serving import lines, upcs

JSON, FORM, URLENCODED, TEXT = (
    "application/json",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "text/plain",
)
EVIL = "http://evil.example:8501"


@dataclass(frozen=True)
class Kind:
    """What a route is: `takes` is the media type of its writes, "" for a read; some have gates of their own."""

    takes: str = ""
    open_host: bool = False  # answers under any name
    visits: bool = True  # a link on another site's page may lead there


READ, STEER, UPLOAD = Kind(), Kind(takes=JSON), Kind(takes=FORM)
PROBE, CONSENT, NOTHING = Kind(open_host=True), Kind(visits=False), Kind(takes="nothing")

ROUTES: Mapping[Kind, str] = {
    PROBE: "GET /health",
    CONSENT: "GET /api/connections/ebay/start",
    UPLOAD: """
        POST /api/batch/upload
        POST /api/batch/check
        PUT /_stcore/upload_file/{session_id}/{file_id}
        DELETE /_stcore/upload_file/{session_id}/{file_id}
    """,
    STEER: """
        POST /api/batch/process
        POST /api/batch/recover/{job_id}
        POST /api/batch/{job_id}/again
        POST /api/batch/{job_id}/cancel
        POST /api/batch/{job_id}/complete
        POST /api/batch/{job_id}/items/{index}/again
        POST /api/batch/{job_id}/items/{index}/review
        POST /api/batch/{job_id}/pause
        POST /api/batch/{job_id}/price
        POST /api/batch/{job_id}/resume
        POST /api/batch/{job_id}/retry-as-new
        POST /api/batch/{job_id}/retry-failed
        POST /api/catalogue/update
        POST /api/connections/ebay/account-deletion
        POST /api/drafts/bulk
        POST /api/lookups/forget
        POST /api/seller/account/read
        PUT /api/seller/default
        POST /api/seller/locations
        DELETE /api/seller/profiles/{name}
        PUT /api/seller/profiles/{name}
        POST /api/upstreams/{service}/test
    """,
    READ: """
        GET /api/batch/jobs
        GET /api/batch/status/{job_id}
        GET /api/batch/{job_id}/discogs-inventory.csv
        GET /api/batch/{job_id}/ebay-drafts.csv
        GET /api/batch/{job_id}/elsewhere.csv
        GET /api/batch/{job_id}/failed.txt
        GET /api/batch/{job_id}/items
        GET /api/batch/{job_id}/items/{index}
        GET /api/batch/{job_id}/pick-list.csv
        GET /api/batch/{job_id}/pick-list.pdf
        GET /api/batch/{job_id}/results.csv
        GET /api/batch/{job_id}/results.jsonl
        GET /api/catalogue
        GET /api/connections
        GET /api/connections/ebay/account-deletion
        GET /api/connections/ebay/callback
        GET /api/docs
        GET /api/drafts
        GET /api/openapi.json
        GET /api/seller/account
        GET /api/seller/profiles
        GET /api/seller/profiles/{name}
        GET /api/upstreams
        GET /api/workers
        GET /
        GET /attention
        GET /batch
        GET /batches
        GET /connections
        GET /drafts
        GET /new
        GET /seller
        GET /system
        GET /wall
        GET /auth/login
        GET /auth/logout
        GET /oauth2callback
        GET /component/{path:path}
        OPTIONS /component/{path:path}
        GET /media/{file_id:path}
        OPTIONS /media/{file_id:path}
        GET /_stcore/health
        OPTIONS /_stcore/health
        GET /_stcore/host-config
        GET /_stcore/metrics
        OPTIONS /_stcore/metrics
        OPTIONS /_stcore/upload_file/{session_id}/{file_id}
        GET /_stcore/bidi-components/{path:path}
        OPTIONS /_stcore/bidi-components/{path:path}
        GET /_stcore/agent/interact
        OPTIONS /_stcore/agent/interact
        GET /_stcore/agent/mcp
        OPTIONS /_stcore/agent/mcp
        GET /_stcore/agent/openapi.json
        OPTIONS /_stcore/agent/openapi.json
        WEBSOCKET /_stcore/stream
    """,
    NOTHING: """
        DELETE /_stcore/agent/interact
        PATCH /_stcore/agent/interact
        POST /_stcore/agent/interact
        PUT /_stcore/agent/interact
        DELETE /_stcore/agent/mcp
        PATCH /_stcore/agent/mcp
        POST /_stcore/agent/mcp
        PUT /_stcore/agent/mcp
        DELETE /_stcore/agent/openapi.json
        PATCH /_stcore/agent/openapi.json
        POST /_stcore/agent/openapi.json
        PUT /_stcore/agent/openapi.json
    """,
}
LINES = [(kind, route.strip()) for kind, block in ROUTES.items() for route in block.strip().splitlines()]


@dataclass(frozen=True)
class Sender:
    """Who sends a request: the headers that a browser or a script adds by itself, and the media type of the body."""

    headers: Mapping[str, str]
    kind: str = ""  # that of the route's own body where it is ""
    visit: bool = False  # by GET it is a person who follows a link
    rebound: bool = False


def fetched(site: str, mode: str, dest: str, **more: str) -> dict[str, str]:
    return {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest, **more}


FOREIGN = {
    "a link": Sender(fetched("cross-site", "navigate", "document"), visit=True),
    "a frame": Sender(fetched("cross-site", "navigate", "iframe")),
    "a picture": Sender(fetched("cross-site", "no-cors", "image")),
    "a script's no-cors call": Sender(fetched("cross-site", "no-cors", "empty", Origin=EVIL), TEXT),
    "a script's call with the right type": Sender(fetched("cross-site", "cors", "empty", Origin=EVIL)),
    "a page on another port of this machine": Sender(
        fetched("same-site", "cors", "empty", Origin="http://127.0.0.1:9")
    ),
    "a form": Sender(fetched("cross-site", "navigate", "document", Origin=EVIL), URLENCODED, visit=True),
    "a form with a file": Sender(fetched("cross-site", "navigate", "document", Origin=EVIL), FORM, visit=True),
    "a form of text": Sender(fetched("cross-site", "navigate", "document", Origin=EVIL), TEXT, visit=True),
    "an older browser": Sender({"Origin": EVIL}, URLENCODED),
    "a sandboxed frame": Sender({"Origin": "null"}, FORM),
    "a rebound name": Sender(
        fetched("same-origin", "cors", "empty", Origin=EVIL, Host="evil.example:8501"), rebound=True
    ),
    "a rebound name, without a word": Sender({"Host": "evil.example:8501"}, rebound=True),
    "a rebound name, in an older browser": Sender({"Host": "evil.example:8501", "Origin": EVIL}, rebound=True),
}
SIMPLE = {kind: Sender({}, kind) for kind in (URLENCODED, TEXT, FORM)}  # nothing says where these come from
OWN = {
    "our own page": Sender({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Origin": "own"}),
    "an address that was typed": Sender(fetched("none", "navigate", "document")),
    "a script": Sender({}),
}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("console")
    own = {"DM_STORE": f"sqlite:///{folder / 'store.db'}", "DM_FILES": f"file:{folder / 'files'}"}
    with served(folder, "console", **own, DISCOGS_DUMP_URL="http://127.0.0.1:9") as running:
        yield running


@pytest.fixture(scope="module")
def job_id(console: Served) -> str:
    return console.upload(lines(upcs(2)))


GATE = re.compile(
    r'{"detail":"(Pages of other sites may|The console does not answer under|The body must be|Nothing can be changed)'
)


@dataclass(frozen=True)
class Said:
    status: int
    body: str
    headers: Mapping[str, str]

    @property
    def refused(self) -> int:
        """Return the status with which the gate refused, 0 where the request passed it."""
        return self.status if GATE.match(self.body) else 0


def send(console: Served, job_id: str, route: str, sender: Sender, takes: str = "") -> Said:
    """Send one request by a connection of its own."""
    method, path = route.split(" ", 1)
    path = re.sub(r"{[^}]*}", "x", path.replace("{job_id}", job_id).replace("{index}", "0"))
    own = {name: console.url if value == "own" else value for name, value in sender.headers.items()}
    kind = sender.kind or takes
    if method == "WEBSOCKET":
        key = {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
        method, own = "GET", own | {"Connection": "Upgrade", "Upgrade": "websocket"} | key
    elif method not in {"GET", "OPTIONS"} and kind.partition("/")[0] in {"application", "text", "multipart"}:
        own["Content-Type"] = kind
    body = bodies(kind) if "Content-Type" in own else None
    with closing(http.client.HTTPConnection(urlsplit(console.url).netloc, timeout=30)) as connection:
        connection.request(method, path, body, own)
        answer = connection.getresponse()
        text = "" if answer.status == 101 else answer.read().decode(errors="replace")
        return Said(answer.status, text, dict(answer.headers))


def bodies(kind: str) -> bytes:
    """Return a body that would do something, as far as its media type can carry it."""
    if kind == FORM:
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="rows.txt"\r\n\r\n'
        return head + lines(upcs(2)).encode() + b"\r\n--x--\r\n"
    return b"" if kind == URLENCODED else b"{}"


def stored(console: Served) -> Any:
    """Return all that the console keeps: the rows of its store, and its files."""
    with closing(sqlite3.connect(console.folder / "store.db")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {table: sorted(map(repr, database.execute(f'SELECT * FROM "{table}"'))) for table in tables}
    files = (console.folder / "files").rglob("*")
    return rows, sorted((str(file), file.stat().st_mtime_ns) for file in files)


def expected(kind: Kind, route: str, sender: Sender) -> int:
    """Return the status with which the gate refuses a foreign page's request, 0 where it passes."""
    reads = not kind.takes
    if sender.rebound:
        return 0 if kind.open_host else 421
    if sender.visit and route.startswith("GET ") and reads:
        return 0 if kind.visits else 403
    return 403


def test_every_route_has_a_line(tmp_path: Path) -> None:
    found = routes_of_the_console(tmp_path)
    named = [route for _, route in LINES]
    assert sorted(found) == sorted(named), "give a new route a line in ROUTES"


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_page_changes_nothing_at_any_route(console: Served, job_id: str, name: str) -> None:
    sender, before = FOREIGN[name], stored(console)
    said = {route: send(console, job_id, route, sender, kind.takes) for kind, route in LINES}
    wrong = {
        route: (answer.status, answer.body[:100])
        for kind, route in LINES
        if (answer := said[route]).refused != expected(kind, route, sender)
    }
    assert wrong == {}
    assert stored(console) == before


@pytest.mark.parametrize("kind", SIMPLE)
def test_a_body_that_needs_no_preflight_is_taken_by_uploads_only(console: Served, job_id: str, kind: str) -> None:
    before = stored(console)
    for route_kind, route in LINES:
        if route_kind is STEER or (route_kind is UPLOAD and kind != FORM):
            said = send(console, job_id, route, SIMPLE[kind])
            assert said.refused == 415, (route, said)
            assert f"Content-Type: {route_kind.takes.partition(';')[0]}" in said.body
    assert stored(console) == before


@pytest.mark.parametrize("name", OWN)
def test_our_own_pages_and_scripts_pass_everywhere(console: Served, job_id: str, name: str) -> None:
    for kind, route in LINES:
        said = send(console, job_id, route, OWN[name], kind.takes)
        assert said.refused == (405 if kind is NOTHING else 0), (route, said)
        assert said.status != 500, (route, said)


def test_no_answer_may_be_read_or_framed_by_another_sites_page(console: Served, job_id: str) -> None:
    for sender in (OWN["a script"], FOREIGN["a link"], FOREIGN["a rebound name"]):
        for kind, route in LINES:
            if route.startswith("WEBSOCKET"):
                continue
            said = send(console, job_id, route, sender, kind.takes)
            assert [name for name in said.headers if name.lower().startswith("access-control-")] == [], route
            assert said.refused or said.headers["content-security-policy"] == "frame-ancestors 'self'", route


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api", "/_stcore", "/static/x.js", "/batch/", "//api/batch/jobs", "/API/x"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_written_where_the_rules_name_no_write(console: Served, job_id: str, path: str, method: str) -> None:
    before = stored(console)
    assert 400 <= send(console, job_id, f"{method} {path}", Sender({}), JSON).status < 500
    assert stored(console) == before


def test_the_health_check_answers_under_any_name(console: Served) -> None:
    said = console.session.get(f"{console.url}/health", headers={"Host": "10.0.0.7:8080"}, timeout=10)
    assert (said.status_code, said.json()["status"]) == (200, "healthy")


def test_a_host_that_is_not_ours_is_told_how_to_mend_it(console: Served) -> None:
    said = requests.get(f"{console.url}/api/batch/jobs", headers={"Host": "drafts.example.com"}, timeout=10)
    assert said.status_code == 421
    assert said.json() == {
        "detail": "The console does not answer under the name 'drafts.example.com'. If it is yours, add it to DM_HOSTS."
    }
