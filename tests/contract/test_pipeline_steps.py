"""What the pipeline does when services disagree, are away or are not connected."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from engine.codec import decode, replace
from engine.domain.batch.decided import Choice, Decided, Edits, Signature
from engine.domain.batch.items import Intent, Item, Outcome
from engine.domain.batch.options import Duplicates, NoPrice, Options
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause, CredentialsRefused, ItemError, LeaseLost, UpstreamDown
from engine.pipeline.work import Step
from engine.upstream.failure_policy.policies import QUICK_TRIES
from tests.support.pipeline_runs import Runs

KNOWN_TO_BOTH = "07961220922684"  # EBE - Neural Response EP, Vinyl
ONLY_MUSICBRAINZ = "00093624755524"
ONLY_DISCOGS = "02000000000060"
NOBODY_S = "00000000000017"
FIXED = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))
COMPARED = PriceRule(PriceBasis.COMPARABLE)
LOWEST = Options(price_rule=PriceRule(PriceBasis.DISCOGS_LOWEST))


def run(bench: Runs, gtin: str, options: Options = FIXED, **clients: Any) -> Item:
    work = bench.work(gtin, options)
    work.run(bench.pipeline(**clients))
    return work.item


def test_a_row_becomes_a_draft_with_its_evidence(bench: Runs) -> None:
    item = run(bench, KNOWN_TO_BOTH)
    assert (item.outcome, item.not_sent) == (Outcome.DRAFTED, "")
    assert bench.offers() == {"DM1": 1}
    assert item.match.verdict == "matched"
    assert item.match.confidence == "high"
    assert item.price.source == "fixed"
    assert item.draft.offer["pricingSummary"]["price"]["value"] == "5.99"
    assert decode(Item, json.loads(json.dumps(item.document(), default=str))).draft == item.draft


@pytest.mark.parametrize(
    ("gtin", "differs_in"),
    [
        ("02000000000022", "year"),
        ("02000000000039", "format"),
        ("02000000000046", "artist or title"),
        ("02000000000077", "artist or title"),
    ],
)
def test_an_ambiguous_barcode_fails_with_its_candidates_kept(bench: Runs, gtin: str, differs_in: str) -> None:
    work = bench.work(gtin, FIXED)
    with pytest.raises(ItemError, match=f"differ in {differs_in} carry this barcode") as failure:
        work.run(bench.pipeline())
    assert failure.value.cause is Cause.AMBIGUOUS
    assert len(work.item.match.candidates) == 2
    assert work.step is Step.IDENTIFY
    assert not bench.calls("ebay")


def test_the_file_s_word_for_the_medium_decides(bench: Runs) -> None:
    work = bench.work("02000000000039", FIXED, cells=("2000000000039", "Vinyl"))
    work.run(bench.pipeline())
    assert work.item.release.format == "Vinyl"


@pytest.mark.parametrize("gtin", ["02000000000015", "02000000000053", "02000000000060"])
def test_releases_that_look_the_same_to_a_buyer_are_not_ambiguous(bench: Runs, gtin: str) -> None:
    item = run(bench, gtin)
    assert item.outcome is Outcome.DRAFTED
    assert "Promo" not in item.release.format_descriptions


def test_a_barcode_that_nobody_knows_fails_with_a_reason(bench: Runs) -> None:
    with pytest.raises(ItemError, match="Neither Discogs nor MusicBrainz knows") as failure:
        run(bench, NOBODY_S)
    assert failure.value.cause is Cause.NO_MATCH


def test_one_service_is_enough(bench: Runs) -> None:
    assert run(bench, ONLY_DISCOGS).release.musicbrainz_id is None
    item = run(bench, ONLY_MUSICBRAINZ)
    assert item.release.discogs_id is None
    assert (item.release.artist, item.outcome) == ("Faze Action", Outcome.DRAFTED)


@pytest.mark.parametrize("away", ["musicbrainz", "discogs"])
def test_a_service_whose_breaker_is_open_does_not_stop_the_other(bench: Runs, away: str) -> None:
    bench.sandbox.fault(away, "server_error")
    item = bench.once_the_breaker_is_open(KNOWN_TO_BOTH, FIXED)
    assert item.outcome is Outcome.DRAFTED
    assert item.match.lacking == (away,)
    assert (item.release.artist, item.release.title) == ("EBE", "Neural Response EP")


@pytest.mark.parametrize("gtin", [NOBODY_S, "02000000000022"])
def test_while_a_service_is_down_no_row_is_given_up(bench: Runs, gtin: str) -> None:
    bench.sandbox.fault("musicbrainz", "busy")
    with pytest.raises(UpstreamDown) as outage:
        run(bench, gtin)
    assert outage.value.service == "musicbrainz"


def test_a_row_waits_for_discogs_when_its_price_comes_from_there(bench: Runs) -> None:
    bench.sandbox.fault("discogs", "rate_limited")
    with pytest.raises(UpstreamDown) as outage:
        run(bench, KNOWN_TO_BOTH, LOWEST)
    assert (outage.value.service, outage.value.retry_after) == ("discogs", 60.0)


@pytest.mark.parametrize("service", ["discogs", "ebay"])
def test_credentials_that_are_refused_stop_the_row_for_a_person(bench: Runs, service: str) -> None:
    bench.sandbox.fault(service, "denied")
    with pytest.raises(CredentialsRefused):
        run(bench, KNOWN_TO_BOTH)


def test_without_a_token_discogs_is_not_asked(bench: Runs) -> None:
    assert run(bench, KNOWN_TO_BOTH, discogs=False).release.label == "Soma Quality Recordings"
    with pytest.raises(ItemError, match="Discogs was not asked: it needs a token"):
        run(bench, ONLY_DISCOGS, discogs=False)
    assert "Discogs needs a token" in run(bench, KNOWN_TO_BOTH, LOWEST, discogs=False).price.reason
    assert not bench.calls("discogs")


def test_musicbrainz_busy_for_long_does_not_stop_discogs(bench: Runs) -> None:
    bench.sandbox.fault("musicbrainz", "busy")
    item = run(bench, KNOWN_TO_BOTH)
    assert (item.outcome, item.lacking) == (Outcome.DRAFTED, ("musicbrainz",))
    assert bench.sandbox.fired() == 1 + QUICK_TRIES


def test_a_cover_that_is_not_handed_out_is_told(bench: Runs) -> None:
    bench.sandbox.fault("coverart", "denied")
    item = run(bench, KNOWN_TO_BOTH)
    assert item.picture.reason.startswith("The Cover Art Archive could not be asked")
    assert bench.sandbox.fired() == 1


@pytest.mark.parametrize("fault", ["server_error", "forbidden_html", "cut_body"])
def test_without_the_cover_archive_a_draft_has_no_picture_and_says_so(bench: Runs, fault: str) -> None:
    bench.sandbox.fault("coverart", fault)
    item = bench.once_the_breaker_is_open(KNOWN_TO_BOTH, FIXED)
    assert item.outcome is Outcome.DRAFTED
    assert item.picture.url == ""
    assert item.picture.reason.startswith("The Cover Art Archive could not be asked")
    assert "imageUrls" not in item.draft.inventory_item["product"]
    assert "There is no picture: eBay asks for at least one." in item.draft.not_publishable


def test_a_cover_is_https_and_marked_as_a_catalogue_picture(bench: Runs) -> None:
    found = [run(bench, gtin) for gtin in (KNOWN_TO_BOTH, ONLY_MUSICBRAINZ, "00074646362822", "00752743004318")]
    covered = [item for item in found if item.picture.url]
    assert covered
    for item in covered:
        assert item.picture.url.startswith("https://")
        assert item.draft.pictures == [item.picture.url]
        assert any("catalogue cover" in reason for reason in item.draft.not_publishable)


def test_the_file_s_price_needs_no_service(bench: Runs) -> None:
    work = bench.work(KNOWN_TO_BOTH, Options(test_mode=True), price_cents=1250)
    work.run(bench.pipeline())
    assert work.item.price.source == "file"
    assert work.item.draft.price_cents == 1250
    assert not bench.calls("ebay")


def test_comparable_prices_are_those_of_copies_in_the_same_state(bench: Runs) -> None:
    for condition, searched in ((Condition.NEW, ("NEW",)), (Condition.USED_GOOD, ("USED",)), (None, ("NEW", "USED"))):
        item = run(bench, KNOWN_TO_BOTH, Options(condition=condition, price_rule=COMPARED))
        evidence = item.price.evidence
        assert evidence.searched.conditions == searched
        assert item.price.cents == evidence.median_cents
        assert evidence.used > 0


def test_discogs_lowest_price_is_taken_where_the_operator_wants_it(bench: Runs) -> None:
    answer = bench.session.get(f"{bench.sandbox.url}/discogs/releases/21", params={"curr_abbr": "USD"}, timeout=10)
    lowest = answer.json()["lowest_price"]
    assert run(bench, KNOWN_TO_BOTH, LOWEST).price.cents == round(lowest * 100)


def test_without_ebay_a_draft_is_composed_and_kept(bench: Runs) -> None:
    item = run(bench, KNOWN_TO_BOTH, ebay=False)
    assert item.outcome is Outcome.COMPOSED
    assert item.not_sent.startswith("eBay is not connected")
    assert item.draft.title.startswith("EBE - Neural Response EP")
    assert item.intent is None


def test_without_ebay_there_is_nothing_to_compare_prices_with(bench: Runs) -> None:
    with pytest.raises(ItemError, match="takes eBay's asking prices, and eBay is not connected") as failure:
        run(bench, KNOWN_TO_BOTH, Options(no_price=NoPrice.HOLD, price_rule=COMPARED), ebay=False)
    assert failure.value.cause is Cause.NO_PRICE


@pytest.mark.parametrize("choice", [{"test_mode": True}, {"create_drafts": False}])
def test_what_the_operator_keeps_back_is_not_sent(bench: Runs, choice: dict[str, Any]) -> None:
    options = Options(price_rule=FIXED.price_rule, **choice)
    item = run(bench, KNOWN_TO_BOTH, options)
    assert (item.outcome, item.not_sent) == (Outcome.COMPOSED, options.not_sent)
    assert not bench.calls("ebay")


def test_the_intent_is_stored_before_ebay_hears_anything(bench: Runs) -> None:
    work = bench.work(KNOWN_TO_BOTH, FIXED)
    asked_before_saving: list[str] = []
    store = work.save

    def save(item: Item) -> None:
        asked_before_saving.extend(bench.calls("ebay"))
        store(item)

    work.save = save
    work.run(bench.pipeline())
    assert asked_before_saving == []
    stored = bench.stored["DM1"]
    assert stored.intent is not None
    assert stored.intent.sku == "DM1"
    assert stored.draft == work.item.draft


def test_after_the_lease_is_lost_nothing_is_sent(bench: Runs) -> None:
    def lost(_: Item) -> None:
        raise LeaseLost("taken over")

    work = bench.work(KNOWN_TO_BOTH, FIXED)
    work.save = lost
    with pytest.raises(LeaseLost):
        work.run(bench.pipeline())
    assert not bench.calls("ebay")


@pytest.mark.parametrize("writes", [0, 1])
def test_before_each_write_the_row_must_still_be_ours(bench: Runs, writes: int) -> None:
    def written() -> list[str]:
        return [call for call in bench.calls("ebay") if not call.startswith("GET") and "token" not in call]

    def mine() -> None:
        if len(written()) >= writes:
            raise LeaseLost("taken over")

    work = bench.work(KNOWN_TO_BOTH, FIXED)
    work.ensure_ours = mine
    with pytest.raises(LeaseLost):
        work.run(bench.pipeline())
    assert len(written()) == writes
    assert not bench.offers()


def test_ebay_s_refusal_fails_the_row_in_ebay_s_words(bench: Runs) -> None:
    work = bench.work(KNOWN_TO_BOTH, FIXED, sku="not a SKU")
    with pytest.raises(ItemError, match="eBay refused this row: This is an invalid value for a SKU") as failure:
        work.run(bench.pipeline())
    assert failure.value.cause is Cause.REFUSED
    assert work.step is Step.DRAFT


def test_a_draft_that_changed_is_written_over_and_one_that_did_not_is_left(bench: Runs) -> None:
    def priced(cents: int) -> str | None:
        work = bench.work(KNOWN_TO_BOTH, price_cents=cents)
        work.run(bench.pipeline())
        return work.item.offer_id

    numbers = {priced(500), priced(500), priced(700), priced(700)}
    assert len(numbers) == 1
    assert bench.offers() == {"DM1": 1}
    assert [call for call in bench.calls("ebay") if call.startswith("PUT") and "/offer/" in call] == [
        f"PUT /sell/inventory/v1/offer/{numbers.pop()}"
    ]


@pytest.mark.parametrize(("duplicates", "quantity"), [(Duplicates.EACH, 2), (Duplicates.QUANTITY, 5)])
def test_copies_share_a_draft_only_where_the_operator_wants_it(
    bench: Runs, duplicates: Duplicates, quantity: int
) -> None:
    work = bench.work(KNOWN_TO_BOTH, Options(duplicates=duplicates), price_cents=500, quantity=2, copies=5)
    work.run(bench.pipeline())
    assert work.item.draft.offer["availableQuantity"] == quantity


class Published(BaseHTTPRequestHandler):
    """An eBay at which the draft has been published by hand."""

    heard: list[str]

    def do_GET(self) -> None:
        self._say({"offers": [{"offerId": "77", "status": "PUBLISHED"}], "total": 1})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({"access_token": "t", "expires_in": 7200})

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({})

    def do_DELETE(self) -> None:
        self._say({})

    def _say(self, body: dict[str, object]) -> None:
        self.heard.append(f"{self.command} {self.path.partition('?')[0]}")
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def published() -> Iterator[str]:
    """Lend the address of that eBay."""
    Published.heard = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Published) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("decided", "advice"),
    [
        (Decided(removed=Signature("ann")), "end it there"),
        (Decided(edits=Edits(title="Mine")), "change it there"),
        (Decided(choice=Choice(discogs_id="249504")), "change it there"),
    ],
)
def test_what_a_person_decides_never_touches_a_live_listing_and_he_is_told(
    bench: Runs, published: str, decided: Decided, advice: str
) -> None:
    work = bench.work(KNOWN_TO_BOTH, FIXED)
    if decided.choice:
        decided = replace(decided, choice=Choice(discogs_id=run(bench, KNOWN_TO_BOTH).release.discogs_id))
    work.item = replace(work.item, decided=decided, intent=Intent("DM1"))
    with pytest.raises(ItemError, match=f"Offer 77 is a live listing at eBay by now: {advice}"):
        work.run(bench.pipeline(ebay_url=published))
    assert Published.heard == ["POST /identity/v1/oauth2/token", "GET /sell/inventory/v1/offer"]


def test_a_listing_that_is_live_is_left_alone(bench: Runs, published: str) -> None:
    work = bench.work(KNOWN_TO_BOTH, FIXED)
    work.run(bench.pipeline(ebay_url=published))
    assert (work.item.outcome, work.item.offer_id) == (Outcome.DRAFTED, "77")
    assert Published.heard == ["POST /identity/v1/oauth2/token", "GET /sell/inventory/v1/offer"]
