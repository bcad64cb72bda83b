"""A page of another site gets nothing: real requests, as browsers send them, at every route of a real console."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import requests
from starlette.datastructures import Headers

from tests.support.console_routes import FORM, JSON, LINES, NOTHING, Kind
from tests.support.demo import Served, served
from tests.support.identity_proxy import AUDIENCE, USER, IdentityProxy, publishing
from tests.support.serving import lines, upcs

URLENCODED, TEXT = "application/x-www-form-urlencoded", "text/plain"
EVIL = "http://evil.example:8501"


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
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, IdentityProxy]]:
    """Have a console that others reach, behind the proxy that signs them in."""
    folder, proxy = tmp_path_factory.mktemp("signed"), IdentityProxy()
    own = {"DM_STORE": f"sqlite:///{folder / 'store.db'}", "DM_FILES": f"file:{folder / 'files'}", "DM_HOST": "0.0.0.0"}
    iap = {"DM_SIGN_IN": "iap", "DM_IAP_AUDIENCE": AUDIENCE, "DM_ADMINS": USER}
    with publishing(proxy) as url, served(folder, "console", **own, **iap, DM_IAP_KEYS_URL=url) as running:
        yield running, proxy


@pytest.fixture(scope="module")
def job_id(console: Served) -> str:
    return console.upload(lines(upcs(2)))


GATE = re.compile(
    r'{"detail":"(Pages of other sites may|The console does not answer under|The body must be|Nothing can be changed'
    "|Nobody is signed in)"
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


def expected(kind: Kind, route: str, sender: Sender) -> int:
    """Return the status with which the gate refuses a foreign page's request, 0 where it passes."""
    reads = not kind.takes
    if sender.rebound:
        return 0 if kind.open_host else 421
    if sender.visit and route.startswith("GET ") and reads:
        return 0 if kind.visits else 403
    return 403


@pytest.mark.parametrize("name", FOREIGN)
def test_a_foreign_page_changes_nothing_at_any_route(console: Served, job_id: str, name: str) -> None:
    sender, before = FOREIGN[name], console.stored()
    said = {route: send(console, job_id, route, sender, kind.takes) for kind, route in LINES}
    wrong = {
        route: (answer.status, answer.body[:100])
        for kind, route in LINES
        if (answer := said[route]).refused != expected(kind, route, sender)
    }
    assert wrong == {}
    assert console.stored() == before


@pytest.mark.parametrize("kind", SIMPLE)
def test_a_body_that_needs_no_preflight_is_taken_by_uploads_only(console: Served, job_id: str, kind: str) -> None:
    before = console.stored()
    for route_kind, route in LINES:
        if route_kind.takes == JSON or (route_kind.takes == FORM and kind != FORM):
            said = send(console, job_id, route, SIMPLE[kind])
            assert said.refused == 415, (route, said)
            assert f"Content-Type: {route_kind.takes.partition(';')[0]}" in said.body
    assert console.stored() == before


@pytest.mark.parametrize("name", OWN)
def test_our_own_pages_and_scripts_pass_everywhere(console: Served, job_id: str, name: str) -> None:
    for kind, route in LINES:
        said = send(console, job_id, route, OWN[name], kind.takes)
        assert said.refused == (405 if kind is NOTHING else 0), (route, said)
        assert said.status != 500, (route, said)


SAME_ORIGIN = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def test_no_answer_may_be_read_or_framed_by_another_sites_page(console: Served, job_id: str) -> None:
    for sender in (OWN["a script"], FOREIGN["a link"], FOREIGN["a rebound name"]):
        for kind, route in LINES:
            if route.startswith("WEBSOCKET"):
                continue
            said = send(console, job_id, route, sender, kind.takes)
            assert [name for name in said.headers if name.lower().startswith("access-control-")] == [], route
            given = Headers(said.headers)
            assert {name: given.get(name) for name in SAME_ORIGIN} == SAME_ORIGIN, route
            assert "frame-ancestors 'self'" in given["Content-Security-Policy"], route
            assert "camera=(self)" in given["Permissions-Policy"], route


@pytest.mark.parametrize(
    "path", ["/nowhere", "/api", "/_stcore", "/static/x.js", "/batch/", "//api/batch/jobs", "/API/x"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_written_where_the_rules_name_no_write(console: Served, job_id: str, path: str, method: str) -> None:
    before = console.stored()
    assert 400 <= send(console, job_id, f"{method} {path}", Sender({}), JSON).status < 500
    assert console.stored() == before


def test_the_health_check_answers_under_any_name(console: Served) -> None:
    said = console.session.get(f"{console.url}/health", headers={"Host": "10.0.0.7:8080"}, timeout=10)
    assert (said.status_code, said.json()["status"]) == (200, "healthy")


def test_a_host_that_is_not_ours_is_told_how_to_mend_it(console: Served) -> None:
    said = requests.get(f"{console.url}/api/batch/jobs", headers={"Host": "drafts.example.com"}, timeout=10)
    assert said.status_code == 421
    assert said.json() == {
        "detail": "The console does not answer under the name 'drafts.example.com'. If it is yours, add it to DM_HOSTS."
    }


UNSIGNED = {
    "nobody": {},
    "a name without a signature": {"X-Goog-Authenticated-User-Email": f"accounts.google.com:{USER}"},
    "our own header": {"X-Draft-Maker-User": USER},
    "a token of another kind": {"Authorization": "Bearer x", "X-Goog-IAP-JWT-Assertion": "x"},
}


@pytest.mark.parametrize("name", UNSIGNED)
def test_behind_the_proxy_nobody_passes_whom_it_does_not_vouch_for(
    signed: tuple[Served, IdentityProxy], name: str
) -> None:
    console, _ = signed
    before = console.stored()
    for kind, route in LINES:
        said = send(console, "batch_1", route, Sender(UNSIGNED[name]), kind.takes)
        assert said.refused == (0 if kind.unsigned else 405 if kind is NOTHING else 401), (route, said)
    assert console.stored() == before


def test_behind_the_proxy_who_is_signed_in_passes_and_a_foreign_page_of_theirs_does_not(
    signed: tuple[Served, IdentityProxy],
) -> None:
    console, proxy = signed
    vouched = {"X-Goog-IAP-JWT-Assertion": proxy.assertion()}
    for kind, route in LINES:
        own = send(console, "batch_1", route, Sender(vouched), kind.takes)
        assert own.refused == (405 if kind is NOTHING else 0), (route, own)
        foreign = send(console, "batch_1", route, Sender({**FOREIGN["a frame"].headers, **vouched}), kind.takes)
        assert foreign.refused == 403, (route, foreign)
    wrong = {"X-Goog-IAP-JWT-Assertion": proxy.assertion(aud="/projects/1/locations/x/services/y")}
    assert send(console, "", "GET /api/batch/jobs", Sender(wrong)).refused == 401
    assert send(console, "", "WEBSOCKET /_stcore/stream", Sender(wrong)).refused == 401
    assert [line for line in console.log.splitlines() if USER in line and "request_refused" in line] == []
    assert f"by={USER}" in console.log  # what they did
    assert vouched["X-Goog-IAP-JWT-Assertion"][:40] not in console.log
