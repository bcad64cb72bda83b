"""Each role and each kind of token at each route of a console that people sign in to; and the API of tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

import pytest

from engine.access.people import People
from engine.clock import SystemClock
from engine.domain.access import Role, TokenScope
from engine.domain.people import RolePolicy
from engine.store.sqlite import SQLiteStore
from tests.api.test_foreign_pages import Sender, send
from tests.support.console_routes import LINES, NOTHING
from tests.support.demo import Served, served
from tests.support.identity_proxy import AUDIENCE, USER, IdentityProxy, publishing
from tests.support.serving import Served as Api
from tests.support.serving import lines, upcs

HEADER = "X-Goog-IAP-JWT-Assertion"
PEOPLE = {role: f"{role}@example.com" for role in Role}
NOBODY_HERE = "stranger@example.com"
REFUSALS = (
    "The token may ",
    "Tokens are for calls of the API",
    "The token is not known",
    "Nobody is signed in",
    "This needs the role ",
)


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, IdentityProxy]]:
    """Have a console that others reach, behind a proxy that signs people in; one of each role is listed."""
    folder, proxy = tmp_path_factory.mktemp("signed"), IdentityProxy()
    own = {"DM_STORE": f"sqlite:///{folder / 'store.db'}", "DM_FILES": f"file:{folder / 'files'}", "DM_HOST": "0.0.0.0"}
    iap = {"DM_SIGN_IN": "iap", "DM_IAP_AUDIENCE": AUDIENCE, "DISCOGS_DUMP_URL": "http://127.0.0.1:9"}
    roles = {"DM_ADMINS": USER, "DM_ROLE_ELSE": "nobody"}
    with closing(SQLiteStore(folder / "store.db")) as store:
        people = People(store, SystemClock(), RolePolicy())
        for role, name in PEOPLE.items():
            people.assign(name, role)
    with publishing(proxy) as url, served(folder, "console", **own, **iap, **roles, DM_IAP_KEYS_URL=url) as running:
        yield running, proxy


@pytest.fixture(scope="module")
def signed(behind: tuple[Served, IdentityProxy]) -> tuple[Served, Mapping[str, str]]:
    """Return the console, and what an admin sends."""
    console, proxy = behind
    return console, {HEADER: proxy.assertion()}


@pytest.fixture(scope="module")
def texts(signed: tuple[Served, Mapping[str, str]]) -> dict[str, str]:
    """Return a token of each scope, made by a person who is signed in."""
    console, admin = signed
    made = {}
    for scope in TokenScope:
        body = {"name": f"the {scope} one", "scope": scope}
        said = console.session.post(f"{console.url}/api/tokens", json=body, headers=admin, timeout=10)
        assert said.status_code == 200, said.text
        made[str(scope)] = str(said.json()["token"])
    return made


def refused(body: str) -> bool:
    return any(f'"detail":"{sentence}' in body for sentence in REFUSALS)


@pytest.mark.parametrize("scope", [*TokenScope])
def test_a_token_passes_where_its_scope_reaches_and_nowhere_else(
    signed: tuple[Served, Mapping[str, str]], texts: dict[str, str], scope: TokenScope
) -> None:
    console, _ = signed
    program = Sender({"Authorization": f"Bearer {texts[scope]}"})
    wrong = {}
    for kind, route in LINES:
        if kind.unsigned or kind is NOTHING or "/revoke" in route:
            continue
        said = send(console, "batch_1", route, program, kind.takes)
        passes = bool(kind.token) and scope.covers(TokenScope(kind.token))
        if refused(said.body) == passes or (said.status == 403) == passes:
            wrong[route] = (said.status, said.body[:120])
    assert wrong == {}


@pytest.mark.parametrize("role", [*Role])
def test_a_person_passes_where_their_role_reaches_and_nowhere_else(
    behind: tuple[Served, IdentityProxy], role: Role
) -> None:
    console, proxy = behind
    person = Sender({HEADER: proxy.assertion(email=PEOPLE[role])})
    wrong = {}
    for kind, route in LINES:
        if kind.unsigned or kind is NOTHING:
            continue
        said = send(console, "batch_1", route, person, kind.takes)
        if refused(said.body) == role.scope.covers(TokenScope(kind.token or kind.person)):
            wrong[route] = (said.status, said.body[:120])
    assert wrong == {}


def test_whoever_is_vouched_for_and_has_no_role_passes_nowhere(behind: tuple[Served, IdentityProxy]) -> None:
    console, proxy = behind
    before, stranger = console.stored(), Sender({HEADER: proxy.assertion(email=NOBODY_HERE)})
    for kind, route in LINES:
        if not kind.unsigned and kind is not NOTHING:
            said = send(console, "batch_1", route, stranger, kind.takes)
            assert said.status == 403, (route, said)
            assert "has no role here" in said.body or "WEBSOCKET" in route, (route, said)
    assert console.stored() == before


@pytest.mark.parametrize("text", ["dm_x", f"dm_{'0' * 16}_{'A' * 43}"])
def test_a_wrong_token_passes_nowhere_and_changes_nothing(signed: tuple[Served, Mapping[str, str]], text: str) -> None:
    console, admin = signed
    before = console.stored()
    sent = {
        "Authorization": f"Bearer {text}",
        "X-Forwarded-For": "10.0.0.9",
        **admin,
    }  # the others' address is not held up
    for kind, route in LINES:
        if kind.unsigned or kind is NOTHING:
            continue
        said = send(console, "batch_1", route, Sender(sent), kind.takes)
        assert said.status in {401, 429}, (route, said)
    assert console.stored() == before


def test_a_foreign_page_with_a_token_is_still_a_foreign_page(api: tuple[Api, str]) -> None:
    served, text = api
    sent = {"Authorization": f"Bearer {text}", "Origin": "http://evil.example"}
    assert served.call("GET", "/api/batch/jobs", headers=sent).status_code == 403


@pytest.fixture
def api(served: Api) -> tuple[Api, str]:
    """Lend an API on this machine, and a token that may steer."""
    return served, served.post("/api/tokens", {"name": "nightly", "scope": "steer"})["token"]


def test_the_history_names_the_program(api: tuple[Api, str]) -> None:
    served, text = api
    program = {"Authorization": f"Bearer {text}"}
    job_id = served.start(lines(upcs(2)))
    assert served.call("POST", f"/api/batch/{job_id}/pause", headers=program).status_code == 200
    assert [event.by for event in served.engine.queries.events(job_id)][:2] == ["token nightly", "api"]


def test_a_token_that_is_revoked_counts_no_more_from_the_next_call_on(api: tuple[Api, str]) -> None:
    served, text = api
    program = {"Authorization": f"Bearer {text}"}
    (listed,) = served.get("/api/tokens")["tokens"]
    assert (listed["state"], listed["name"], listed["made_by"], listed["last_used_at"]) == (
        "live",
        "nightly",
        "api",
        None,
    )
    assert text not in str(listed)
    assert served.call("GET", "/api/batch/jobs", headers=program).status_code == 200
    assert served.get("/api/tokens")["tokens"][0]["last_used_at"]
    assert served.post(f"/api/tokens/{listed['token_id']}/revoke")["state"] == "revoked"
    said = served.call("GET", "/api/batch/jobs", headers=program)
    assert (said.status_code, said.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert said.json()["detail"].startswith("The token is not known, has ended or was revoked")


def test_too_many_wrong_tokens_are_told_to_wait(served: Api) -> None:
    wrong = {"Authorization": f"Bearer dm_{'0' * 16}_{'A' * 43}"}
    statuses = [served.call("GET", "/api/batch/jobs", headers=wrong).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert served.answers[-1].headers["Retry-After"] == "60"
    assert served.call("GET", "/api/batch/jobs").status_code == 200  # on this machine no token is needed


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": "x", "scope": "publish"}, "scope"),
        ({"name": " x", "scope": "read"}, "name"),
        ({"name": "x", "scope": "read", "days": 0}, "days"),
        ({"name": "x", "scope": "read", "days": 400}, "days"),
        ({"scope": "read"}, "name"),
    ],
)
def test_a_token_that_cannot_be_is_refused_by_the_field(served: Api, body: dict[str, object], says: str) -> None:
    said = served.call("POST", "/api/tokens", json=body)
    assert (said.status_code, said.json()["detail"].partition(":")[0]) == (422, says)
    assert served.get("/api/tokens") == {"tokens": []}


def test_a_name_that_counts_already_and_a_token_that_is_not_there_are_told(api: tuple[Api, str]) -> None:
    served, _ = api
    again = served.call("POST", "/api/tokens", json={"name": "nightly", "scope": "read"})
    assert (again.status_code, "revoke it first" in again.text) == (409, True)
    assert served.call("POST", "/api/tokens/0123456789abcdef/revoke").status_code == 404
