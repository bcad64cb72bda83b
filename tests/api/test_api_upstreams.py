"""How the services are, tests of their connections, and what a running batch waits for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from engine.batches.documents import WORKERS
from engine.cli import app
from engine.clock import SystemClock
from engine.domain.services import Service
from engine.public import NO_ENGINE
from engine.store.base import Put
from tests.support.clocks import until
from tests.support.sandbox_server import Sandbox, running
from tests.support.serving import Scripted, Served, lines, serving, settings, upcs, worker_process
from tests.support.working import Work

CLOCK = SystemClock()
WAITS = "Discogs quota until 14:52:10 UTC"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running() as started:
        yield started


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "store.db").mkdir()
    with serving(settings(tmp_path)) as running:
        yield running


def of(served: Served, service: str) -> Any:
    """Return one service as the API tells it."""
    return next(one for one in served.get("/api/upstreams")["upstreams"] if one["service"] == service)


def tell(served: Served, service: str, **fields: Any) -> None:
    """Have the limiter of a service store that."""
    served.store.commit(Put(f"budgets/{service}", {"service": service, **fields}))


def alive(served: Served, **connections: bool) -> None:
    """Have a live worker that tells for which services it has credentials."""
    now = CLOCK.now()
    times = {"heartbeat_at": now, "started_at": now}
    known: dict[str, Any] = {
        "state": "idle",
        "host": "desk",
        "job_id": None,
        "rows": [],
        "waits_for": "",
        "connections": connections,
    }
    served.store.commit(Put(f"{WORKERS}/alive", {**times, **known}))


def test_a_service_that_was_never_asked_is_unknown(served: Served) -> None:
    found = served.get("/api/upstreams")
    assert [one["service"] for one in found["upstreams"]] == [*Service]
    assert {one["state"] for one in found["upstreams"]} == {"unknown"}
    assert found["upstreams"][-1]["name"] == "eBay prices"
    assert found["upstreams"][0]["sentence"] == "It was not asked yet."


@pytest.mark.parametrize(
    ("fields", "state", "says"),
    [
        ({"last_ok_at": timedelta(0)}, "ok", "It answers."),
        ({"last_ok_at": timedelta(0), "limit": 1, "slots": [30.0]}, "waiting", "the next call may be made at"),
        (
            {"daily_limit": 9, "daily_used": 9, "daily_resets_at": timedelta(hours=2)},
            "waiting",
            "the next call may be made at",
        ),
        (
            {"breaker": "open", "opened_at": timedelta(minutes=-9), "open_until": timedelta(seconds=30)},
            "down",
            "next try at",
        ),
        ({"breaker": "open", "open_until": timedelta(seconds=-1)}, "down", "the next call tries it"),
        ({"breaker": "probing", "opened_at": timedelta(0)}, "down", "one call is trying it now"),
        ({"credentials": "refused", "credentials_said": "Look at DISCOGS_TOKEN."}, "refused", "Look at DISCOGS_TOKEN."),
        ({"credentials": "missing"}, "not connected", "Discogs is not connected"),
        ({"last_error": "It answered 500."}, "unknown", "No good answer yet: It answered 500."),
    ],
)
def test_each_state_follows_from_what_the_limiter_has_stored(
    served: Served, fields: Mapping[str, Any], state: str, says: str
) -> None:
    now = CLOCK.now()
    times = {name: now + value for name, value in fields.items() if isinstance(value, timedelta)}
    slots = {name: [now.timestamp() + free for free in value] for name, value in fields.items() if name == "slots"}
    tell(served, "discogs", **{**fields, **times, **slots})
    found = of(served, "discogs")
    assert found["state"] == state
    assert says in found["sentence"]


def test_the_budget_is_told_with_what_remains_and_when_it_is_free_again(served: Served) -> None:
    now = CLOCK.now().timestamp()
    tell(
        served,
        "discogs",
        limit=60,
        granted=60,
        slots=[now - 1, now + 20, now + 40],
        calls=1_234,
        latency_ms=210.5,
        daily_limit=5_000,
        daily_used=4_990,
        daily_resets_at=CLOCK.now() + timedelta(hours=3),
    )
    found = of(served, "discogs")
    budget = found["budget"]
    assert (budget["limit"], budget["used"], budget["remaining"], budget["granted"]) == (60, 2, 58, 60)
    assert budget["next_at"] is None
    assert abs(datetime.fromisoformat(budget["reset_at"]).timestamp() - now - 40) < 0.01
    assert (budget["daily_used"], budget["daily_remaining"]) == (4_990, 10)
    assert (found["calls"], found["latency_ms"]) == (1_234, 210.5)


def test_a_day_that_is_over_counts_no_more(served: Served) -> None:
    over = CLOCK.now() - timedelta(minutes=1)
    tell(served, "ebay_browse", daily_limit=5_000, daily_used=5_000, daily_resets_at=over)
    found = of(served, "ebay_browse")
    assert (found["state"], found["budget"]["daily_remaining"]) == ("unknown", 5_000)


def ahead(served: Served, rows: int, **fields: str) -> dict[str, Any]:
    """Return what a file of so many rows would ask of the services, as a check of it says."""
    answer = served.call("POST", "/api/batch/check", files={"file": ("box.txt", "\n".join(upcs(rows)))}, data=fields)
    assert answer.status_code == 200, answer.text
    return {one.pop("service"): one for one in answer.json()["calls"]}


COMPARED = json.dumps({"basis": "comparable"})


def test_a_check_tells_the_prices_of_a_day_before_the_start(served: Served) -> None:
    midnight = CLOCK.now() + timedelta(hours=5)
    tell(served, "ebay_browse", daily_limit=5_000, daily_used=4_900, daily_resets_at=midnight)
    fits = {"calls": 100, "daily_limit": 5_000, "daily_left": 100, "rest_from": None}
    assert ahead(served, 100, price_rule=COMPARED)["ebay_browse"] == fits
    more = ahead(served, 101, price_rule=COMPARED)["ebay_browse"]
    assert (more["calls"], more["daily_left"]) == (101, 100)
    assert abs(datetime.fromisoformat(more["rest_from"]) - midnight) < timedelta(seconds=1)


def test_the_rest_follows_from_midnight_where_nobody_has_asked_for_a_price_today(served: Served) -> None:
    over = {"daily_limit": 9, "daily_used": 9, "daily_resets_at": CLOCK.now() - timedelta(hours=1)}
    for fields in ({"daily_limit": 9}, over):
        tell(served, "ebay_browse", **fields)
        found = ahead(served, 10, price_rule=COMPARED)["ebay_browse"]
        assert found["daily_left"] == 9
        rest_from = datetime.fromisoformat(found["rest_from"]).astimezone(ZoneInfo("America/Los_Angeles"))
        assert (rest_from.hour, rest_from.minute) == (0, 0)
        assert timedelta(0) < rest_from - CLOCK.now() <= timedelta(hours=25)


def test_a_check_asks_what_the_profile_asks(served: Served) -> None:
    tell(served, "ebay_browse", daily_limit=5_000)
    assert "ebay_browse" not in ahead(served, 3)
    served.call("PUT", "/api/seller/profiles/Compared", json={"price_rule": {"basis": "comparable"}})
    assert ahead(served, 3, profile="Compared")["ebay_browse"]["calls"] == 3
    refused = served.call(
        "POST", "/api/batch/check", files={"file": ("box.txt", "\n".join(upcs(3)))}, data={"profile": "None such"}
    )
    assert refused.status_code == 400


def test_the_command_line_tells_it_too(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(served, "ebay_browse", daily_limit=5_000, daily_used=4_999, daily_resets_at=CLOCK.now() + timedelta(hours=5))
    served.call("PUT", "/api/seller/profiles/Compared", json={"price_rule": {"basis": "comparable"}})
    monkeypatch.chdir(tmp_path)
    for name, value in {"DM_STORE": served.settings.store, "DM_FILES": served.settings.files}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "box.txt").write_text("\n".join(upcs(3)))
    for command in (["check"], ["simulate"]):
        result = CliRunner().invoke(app, [*command, "box.txt", "--profile", "Compared"], catch_exceptions=False)
        assert "1 left today, the rest from " in result.stdout, result.stdout
    said = CliRunner().invoke(app, ["simulate", "box.txt", "--profile", "Compared", "--json"]).stdout
    day = json.loads(said)["without_catalog"]["quotas_for_the_day"]["ebay_browse"]
    assert (day["limit"], day["left"]) == (5_000, 1)
    assert datetime.fromisoformat(day["rest_from"]) > CLOCK.now()


def test_only_a_live_worker_knows_which_keys_there_are(served: Served) -> None:
    alive(served, discogs=True, ebay=False)
    states = {one["service"]: one["state"] for one in served.get("/api/upstreams")["upstreams"]}
    assert states == {
        "discogs": "unknown",
        "musicbrainz": "unknown",
        "coverart": "unknown",
        "ebay": "not connected",
        "ebay_browse": "not connected",
    }


def result(served: Served, service: str) -> Any:
    """Have a service tested, and return what came of it."""
    response = served.call("POST", f"/api/upstreams/{service}/test")
    assert response.status_code == 202, response.text
    assert response.json()["test"]["done_at"] is None
    return until(lambda: (test := of(served, service)["test"])["done_at"] and test)


def test_a_live_worker_tests_every_connection(served: Served, sandbox: Sandbox) -> None:
    sandbox.reset()
    with worker_process(served.settings, sandbox.url):
        until(lambda: served.get("/api/upstreams")["workers"])
        for service in Service:
            assert served.call("POST", f"/api/upstreams/{service}/test").status_code == 202
        done = until(lambda: all(of(served, service)["test"]["done_at"] for service in Service) and True)
    assert done
    tests = {one["service"]: one["test"] for one in served.get("/api/upstreams")["upstreams"]}
    assert {name: test["ok"] for name, test in tests.items()} == dict.fromkeys(Service, True)
    assert tests["discogs"]["sentence"] == "Discogs accepts the token of sandbox."
    assert all(test["latency_ms"] > 0 and test["worker"] and test["asked_by"] == "api" for test in tests.values())
    asked = [f"{call['method']} {call['path']}" for call in sandbox.ledger()["calls"]]
    aside = ("oauth2", "category_tree", "item_condition_policies")  # a worker asks for eBay's rules by itself
    assert sorted(call for call in asked if not any(name in call for name in aside)) == [
        "GET /buy/browse/v1/item_summary/search",
        "GET /oauth/identity",
        "GET /release/76df3287-6cda-33eb-8e9a-044b5e15ffdd",
        "GET /sell/inventory/v1/offer",
        "GET /ws/2/release/",
    ]


def test_a_test_says_what_is_wrong_and_no_secret(served: Served, sandbox: Sandbox) -> None:
    sandbox.reset()
    sandbox.fault("discogs", "unauthorized")
    sandbox.fault("musicbrainz", "server_error")
    with worker_process(served.settings, sandbox.url, DISCOGS_TOKEN="very-secret"):
        until(lambda: served.get("/api/upstreams")["workers"])
        refused, down = result(served, "discogs"), result(served, "musicbrainz")
    assert sandbox.fired() == 2
    assert (refused["ok"], down["ok"]) == (False, False)
    assert "token" in refused["sentence"]
    assert down["sentence"].startswith("MusicBrainz: ")
    assert not any("very-secret" in answer.text for answer in served.answers)


def test_without_a_worker_nobody_is_said_to_answer(served: Served) -> None:
    response = served.call("POST", "/api/upstreams/discogs/test")
    assert response.status_code == 202
    assert response.json()["test"]["sentence"] == "No engine is running, so nobody can ask."


def test_asking_twice_is_one_test(served: Served) -> None:
    first, second = (served.call("POST", "/api/upstreams/ebay/test").json()["test"] for _ in range(2))
    assert first["asked_at"] == second["asked_at"]


def test_a_service_that_is_none_cannot_be_tested(served: Served) -> None:
    response = served.call("POST", "/api/upstreams/spotify/test")
    assert response.status_code == 404
    assert "spotify" in response.json()["detail"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/upstreams"), ("POST", "/api/upstreams/ebay/test")])
def test_an_outage_of_the_store_is_no_state_of_the_services(away: Served, method: str, path: str) -> None:
    start = CLOCK.monotonic()
    response = away.call(method, path)
    assert CLOCK.monotonic() - start < 5
    assert response.status_code == 503
    assert "does not answer" in response.json()["detail"]


class Waits(Scripted):
    """A pipeline whose rows wait for a quota."""

    def change(self, work: Work) -> None:
        work.wait(20, WAITS)


def test_a_running_batch_says_what_its_rows_wait_for(served: Served) -> None:
    job_id = served.start(lines(upcs(6)))
    assert served.status(job_id)["waits_for"] == [NO_ENGINE]
    with served.working(Waits()):
        waiting = until(lambda: f"2 rows wait: {WAITS}" in (job := served.status(job_id))["waits_for"] and job)
        rows = served.get("/api/workers")["workers"][0]["items"]
        items = served.get(f"/api/batch/{job_id}/items")["items"]
    assert waiting["waits_for"] == [f"2 rows wait: {WAITS}"]
    assert [row["waits_for"] for row in rows] == [WAITS, WAITS]
    assert [item["waits_for"] for item in items] == [WAITS, WAITS, "", "", "", ""]


def test_a_batch_that_nobody_works_on_says_so_until_it_is_done(served: Served) -> None:
    job_id = served.start(lines(upcs(6)))
    assert (served.status(job_id)["waits_for"], served.status(job_id)["eta_seconds"]) == ([NO_ENGINE], None)
    served.post(f"/api/batch/{job_id}/pause")
    assert "waits_for" not in served.status(job_id)
    served.post(f"/api/batch/{job_id}/resume")
    with served.working(Scripted()):
        until(lambda: served.status(job_id)["status"] == "completed")
    assert "waits_for" not in served.status(job_id)


def test_a_running_batch_tells_when_it_will_be_done_and_what_limits_it(served: Served) -> None:
    now = CLOCK.now().timestamp()
    tell(served, "discogs", limit=60, window_seconds=60.0, slots=[now + 60.0] * 60)
    with served.stopped_at(2, count=62) as (job_id, _):
        job = served.status(job_id)
    assert job["eta_limited_by"] == "Discogs"
    assert 100 < job["eta_seconds"] <= 120
    left = served.status(job_id)
    assert (left["status"], left["eta_seconds"], left["eta_limited_by"]) == ("running", None, None)


def test_a_batch_may_do_without_discogs(served: Served) -> None:
    content = lines(upcs(2))
    path = served.place(content)
    by_json = served.post("/api/batch/process", {"gcs_path": path, "discogs": "optional"})["job_id"]
    sent = {"files": {"file": ("rows.txt", content)}, "data": {"discogs": "optional", "name": "by form"}}
    by_form = served.call("POST", "/api/batch/upload", **sent).json()["job_id"]
    by_default = served.post("/api/batch/process", {"gcs_path": path, "name": "default"})["job_id"]
    chosen = [served.engine.queries.job(job_id).options.discogs for job_id in (by_json, by_form, by_default)]
    assert chosen == ["optional", "optional", "required"]
    assert served.call("POST", "/api/batch/process", json={"gcs_path": path, "discogs": "maybe"}).status_code == 422
