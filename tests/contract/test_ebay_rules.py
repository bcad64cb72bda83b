"""eBay's rules of categories: asked over HTTP, kept in the store, and drafts held to them, or else to the table."""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
import requests

from engine.bootstrap import open_worker
from engine.clock import SystemClock
from engine.codec import encode, to_json
from engine.domain.batch.items import Item
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition
from engine.domain.identify.lookups import Answer, Lookup
from engine.domain.listing.categories import CATEGORIES, CD, DISC, LASERDISC, OTHER_MUSIC, UMD, VINYL
from engine.domain.listing.category_rules import EBAY, TABLE, CategoryRules, CheckedAgainst, Specific, table
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import CredentialsRefused
from engine.files.folder import FolderFiles
from engine.pipeline import rules as keeping
from engine.pipeline.rules import Rules
from engine.settings import Settings
from engine.store.base import Put, Store
from engine.store.sqlite import SQLiteStore
from engine.upstream.ebay_rules import EbayRules
from engine.upstream.http import HttpTransport
from engine.upstream.oauth import Keys
from tests.support import ebay_schema
from tests.support.batch_runs import Batches
from tests.support.clocks import FakeClock
from tests.support.pipeline_runs import Runs

ASPECTS = "/commerce/taxonomy/v1/category_tree/0/get_item_aspects_for_category"
POLICIES = "/sell/metadata/v1/marketplace/EBAY_US/get_item_condition_policies"
TAXONOMY = (ASPECTS, POLICIES)
KNOWN = "07961220922684"
THERE = {number: place for number, place in CATEGORIES.items() if place != UMD}  # the sandbox has no UMDs
FIXED = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}), condition=Condition.USED_GOOD)
AWAY = ["rate_limited", "server_error", "busy", "forbidden_html", "timeout", "cut_body", "unauthorized", "denied"]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def client(bench: Runs, url: str = "", *, secret: str = "sandbox", read_seconds: float = 1.0) -> EbayRules:
    line = HttpTransport(bench.session, "DraftMaker/1.0 +test@example.com", read_seconds=read_seconds)
    keys = Keys("sandbox", secret, "sandbox")
    return EbayRules(line, url or f"{bench.sandbox.url}/ebay", keys=keys, clock=SystemClock())


def asked(bench: Runs) -> list[str]:
    """Return the rules that eBay was asked for: a category, or "" for the conditions of several."""
    return [call["key"] for call in bench.sandbox.ledger("ebay")["calls"] if call["path"] in TAXONOMY]


def drafted(bench: Runs, rules: Rules | None) -> Item:
    """Return a row as it ends when its draft is held to these rules."""
    work = bench.work(KNOWN, FIXED)
    work.run(bench.pipeline(rules=rules))
    return work.item


def test_the_specifics_of_a_category_are_read(bench: Runs) -> None:
    found = {specific.name: specific for specific in client(bench).specifics(CD.id) or ()}
    assert [name for name, specific in found.items() if specific.required] == ["Artist", "Release Title", "Format"]
    assert found["Genre"] == Specific("Genre", several=True, max_length=65)
    assert found["Type"].choices == ("Album", "Box Set", "Compilation", "EP", "Single")
    assert asked(bench) == [CD.id]


def test_the_conditions_of_all_categories_are_one_call_whose_answer_is_packed(bench: Runs) -> None:
    packed: list[str] = []
    bench.session.hooks["response"].append(lambda answer, **_: packed.append(answer.headers.get("Content-Encoding")))
    try:
        found = client(bench).conditions(list(THERE))
    finally:
        bench.session.hooks["response"].clear()
    assert found == {category_id: place.conditions for category_id, place in THERE.items()}
    assert (asked(bench), packed[-1]) == ([""], "gzip")


@pytest.mark.parametrize("place", THERE.values(), ids=lambda place: place.id)
def test_the_table_asks_for_what_ebay_asks_for(bench: Runs, place: Any) -> None:
    found = {specific.name for specific in client(bench).specifics(place.id) or () if specific.required}
    assert found == set(table(place).required)


def test_a_category_that_ebay_does_not_have_is_none(bench: Runs) -> None:
    assert client(bench).specifics("1") is None
    assert client(bench).conditions(["1"]) == {}


def test_a_category_goes_by_the_name_that_ebay_has_for_its_number(bench: Runs) -> None:
    names = [client(bench).category_name(place.id) for place in (OTHER_MUSIC, LASERDISC, UMD)]
    assert names == ["Other Formats", "Laserdiscs", ""]


def test_a_number_that_is_not_sure_counts_once_ebay_has_confirmed_its_name(bench: Runs) -> None:
    rules = Rules(bench.store(), FakeClock(NOW), client(bench))
    rules.refresh()
    confirmed = [place.id for place in CATEGORIES.values() if rules.known[place.id].confirm(place)]
    assert confirmed == list(THERE)
    assert [place.id for place in CATEGORIES.values() if table(place).confirm(place)] == [
        place.id for place in CATEGORIES.values() if place.sure
    ]


def test_keys_that_ebay_does_not_accept_are_told(bench: Runs) -> None:
    with pytest.raises(CredentialsRefused, match="Press Save keys"):
        client(bench, secret="wrong").specifics(CD.id)


@pytest.mark.parametrize(
    ("schema", "path", "params"),
    [
        (ebay_schema.ASPECT_METADATA, ASPECTS, {"category_id": DISC.id}),
        (ebay_schema.CONDITION_POLICIES, POLICIES, {"filter": f"categoryIds:{{{CD.id}|{VINYL.id}}}"}),
    ],
    ids=["aspects", "conditions"],
)
def test_the_sandbox_answers_as_ebay_documents_it(
    bench: Runs, schema: dict[str, Any], path: str, params: dict[str, str]
) -> None:
    said = answer(bench, path, params)
    jsonschema.validate(said, schema)
    assert next(iter(said.values()))


def answer(bench: Runs, path: str, params: dict[str, str]) -> dict[str, Any]:
    """Return what the sandbox says to the application, unpacked here."""
    url = f"{bench.sandbox.url}/ebay"
    form = {"grant_type": "client_credentials", "scope": "https://api.ebay.com/oauth/api_scope"}
    token = requests.post(f"{url}/identity/v1/oauth2/token", form, auth=("sandbox", "sandbox"), timeout=5).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    with requests.get(url + path, params, headers=headers, stream=True, timeout=5) as said:
        raw = said.raw.read()
    found: dict[str, Any] = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
    return found


def test_every_category_is_asked_for_once_over_workers_and_batches(bench: Runs) -> None:
    store = bench.store()
    for _ in range(2):
        worker = Rules(store, SystemClock(), client(bench))
        worker.refresh()
        worker.refresh()
        assert worker.known.keys() == CATEGORIES.keys()
    assert asked(bench) == ["", *CATEGORIES]


def test_an_answer_counts_for_thirty_days(bench: Runs) -> None:
    store, clock = bench.store(), FakeClock(NOW)
    rules = Rules(store, clock, client(bench))
    rules.refresh()
    clock.seconds = timedelta(days=29).total_seconds()
    rules.refresh()
    assert len(asked(bench)) == 1 + len(CATEGORIES)
    clock.seconds = timedelta(days=30).total_seconds()
    rules.refresh()
    assert len(asked(bench)) == 2 * (1 + len(CATEGORIES))
    assert {known.asked_at for known in rules.known.values()} == {clock.now()}


def test_answers_that_are_too_old_are_forgotten_when_ebay_is_away(bench: Runs) -> None:
    store, clock = bench.store(), FakeClock(NOW)
    rules = Rules(store, clock, client(bench))
    rules.refresh()
    clock.seconds = timedelta(days=31).total_seconds()
    bench.sandbox.fault("ebay", "server_error", match="/taxonomy/")
    bench.sandbox.fault("ebay", "server_error", match="/metadata/")
    rules.refresh()
    assert bench.sandbox.fired() == 1
    assert rules.known == {}


def test_a_draft_is_held_to_what_ebay_says_and_keeps_when_it_said_so(bench: Runs) -> None:
    rules = Rules(bench.store(), FakeClock(NOW), client(bench))
    rules.refresh()
    item = drafted(bench, rules)
    assert item.draft.checked_against == CheckedAgainst(EBAY, NOW.isoformat())
    known = rules.known[item.draft.category_id]
    assert known.condition(Condition.USED_GOOD) in known.conditions


def test_a_rule_that_is_kept_reaches_the_draft(bench: Runs) -> None:
    store = bench.store()
    place = CATEGORIES[drafted(bench, None).draft.category_id]
    strict = CategoryRules({"Mood": Specific("Mood", required=True)}, frozenset({"NEW"}))
    keep(store, {place.id: strict})
    rules = Rules(store, FakeClock(NOW), None)
    rules.refresh()
    left = drafted(bench, rules).draft.not_publishable
    assert "Mood is unknown: eBay asks for it." in left
    assert f"eBay does not take the condition Good in {place.name}: choose another." in left
    assert asked(bench) == []


def keep(store: Store, told: dict[str, CategoryRules]) -> None:
    for category_id, rule in told.items():
        lookup = Lookup({"rules": Answer(NOW, to_json(rule.stored()))})
        store.commit(Put(f"lookups/ebay-category-{category_id}", encode(lookup.kept(NOW))))


@pytest.mark.parametrize("fault", AWAY)
def test_while_ebay_does_not_say_the_table_counts_and_no_row_waits(bench: Runs, fault: str) -> None:
    for part in ("/taxonomy/", "/metadata/"):
        bench.sandbox.fault("ebay", fault, match=part)
    rules = Rules(bench.store(), SystemClock(), client(bench))
    rules.refresh()
    assert bench.sandbox.fired() >= 1
    with_rules = drafted(bench, rules)
    assert bench.waits == []
    bench.sandbox.reset()
    bench.stored.clear()
    assert with_rules.draft == drafted(bench, None).draft
    assert with_rules.draft.checked_against == CheckedAgainst(TABLE)


def test_what_was_told_before_ebay_went_away_counts_and_the_rest_is_asked_for_later(bench: Runs) -> None:
    store = bench.store()
    bench.sandbox.fault("ebay", "server_error", match="/taxonomy/", after=2, times=1)
    rules = Rules(store, SystemClock(), client(bench))
    rules.refresh()
    assert bench.sandbox.fired() == 1
    first, second, *rest = CATEGORIES
    assert rules.known.keys() == {first, second}
    bench.sandbox.reset()
    rules.refresh()
    assert rules.known.keys() == CATEGORIES.keys()
    assert asked(bench) == ["", *rest]


def test_a_category_that_ebay_does_not_have_is_noted(bench: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "CATEGORIES", {"1": replace(CD, id="1")})
    store = bench.store()
    for _ in range(2):
        rules = Rules(store, SystemClock(), client(bench))
        rules.refresh()
        assert not rules.known["1"].listable
        assert rules.known["1"].conditions == CD.conditions
    assert asked(bench) == ["", "1"]


class Silent(BaseHTTPRequestHandler):
    """An eBay that gives out tokens and has nothing to say of its categories."""

    protocol_version = "HTTP/1.1"
    silences: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = b'{"access_token": "t", "expires_in": 7200}'
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self.silences.append(self.path.partition("?")[0])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def test_when_ebay_says_nothing_of_a_category_it_is_asked_again_a_day_later(bench: Runs) -> None:
    clock = FakeClock(NOW)
    with ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        rules = Rules(bench.store(), clock, client(bench, f"http://127.0.0.1:{server.server_port}"))
        for hours in (0, 23, 25):
            clock.seconds = hours * 3_600.0
            rules.refresh()
            assert rules.known == {}
        bench.session.close()
        server.shutdown()
    assert Silent.silences == [POLICIES, *[ASPECTS] * len(CATEGORIES)] * 2


def test_a_worker_asks_before_its_first_row_and_the_next_one_does_not(bench: Runs, tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        DM_STORE=f"sqlite:///{tmp_path / 'store.db'}",
        DM_FILES=f"file:{tmp_path / 'files'}",
        DM_SANDBOX_URL=bench.sandbox.url,
    )
    batches = Batches(SQLiteStore(tmp_path / "store.db"), FolderFiles(tmp_path / "files"))
    for _ in range(2):
        job_id = batches.upload(f"{KNOWN}\n".encode(), FIXED)
        with open_worker(settings, threading.Event()) as worker:
            worker.run(until_idle=True)
        (item,) = batches.items(job_id).values()
        assert item.draft.checked_against.by == EBAY
    batches.store.close()
    calls = [call["path"] for call in bench.sandbox.ledger("ebay")["calls"]]
    assert [path for path in calls if path in TAXONOMY] == [POLICIES, *[ASPECTS] * len(CATEGORIES)]
    assert calls.index(POLICIES) < next(place for place, path in enumerate(calls) if "/inventory/" in path)


def test_a_worker_that_starts_before_ebay_answers_has_the_rules_for_its_first_row(
    bench: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "TRY_AGAIN_SECONDS", 0.01)
    bench.sandbox.fault("ebay", "server_error", match="/metadata/", times=2)
    with Rules(bench.store(), SystemClock(), client(bench)) as rules:
        assert rules.known.keys() == CATEGORIES.keys()
    assert bench.sandbox.fired() == 2


def test_a_worker_begins_without_rules_that_ebay_does_not_tell_in_time(
    bench: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "START_SECONDS", 0.05)
    bench.sandbox.fault("ebay", "timeout", match="/metadata/")
    with Rules(bench.store(), SystemClock(), client(bench)) as rules:
        assert rules.known == {}
        assert drafted(bench, rules).draft.checked_against == CheckedAgainst(TABLE)
    assert bench.sandbox.fired() == 1
