"""The Drafts screen: which drafts it lists, and what a person does with one."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from console.screens.drafts.evidence import checked_against
from console.screens.drafts.view import Place, Query, current_values, differences, edits, specifics, written
from console.widgets import prices
from console.widgets.facts import markup
from engine.codec import encode, replace
from engine.domain.batch.decided import Decided, Edits
from engine.domain.batch.draft_index import Review
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.identify.lookups import Answer, Lookup
from engine.domain.listing import market_prices
from engine.domain.listing.category_rules import TABLE, CheckedAgainst
from engine.domain.listing.composition import Draft
from engine.domain.listing.market_prices import SuggestedPrice
from engine.domain.listing.photos import Picture
from engine.domain.listing.pricing import PriceBasis, PriceEvidence, PriceRule, Search
from engine.errors import Cause, ItemError
from engine.store.base import Put
from tests.support.desk import CLOCK, Desk, Scripted, button, text, upcs
from tests.support.drafting import CANDIDATES, Drafting, item, work
from tests.support.hostile import as_shown
from tests.support.working import Work

NOT_USED = "The photo “my_cd.jpg” is not used: a photo's address begins with https://."


class Priced(Scripted):
    """A pipeline that finds no price."""

    def change(self, work: Work) -> None:
        if work.edits.price_cents is None:
            raise ItemError(Cause.NO_PRICE, "Nobody offers it.")
        super().change(work)
        work.item = replace(work.item, draft=Draft(title="A", price_cents=work.edits.price_cents))


class Photographed(Drafting):
    """A pipeline that does not use a photo of the file, which leaves something to do for every row but the first."""

    def change(self, work: Work) -> None:
        super().change(work)
        draft = replace(work.item.draft, not_publishable=(NOT_USED,) * bool(work.row.index))
        work.item = replace(work.item, picture=Picture(warning=NOT_USED), draft=draft)


@pytest.fixture
def job_id(desk: Desk) -> str:
    job = desk.submit(upcs(4))
    work(desk, *upcs(4)[3:])
    return job.job_id


def open_draft(desk: Desk, job_id: str, index: int) -> Any:
    app = desk.screen("drafts", draft=str(Place(job_id, index)))
    assert not app.exception
    return app


def field(app: Any, kind: str, label: str) -> Any:
    return next(found for found in getattr(app, kind) if found.label == label)


def test_the_newest_draft_is_open_with_its_evidence(desk: Desk, job_id: str) -> None:
    app = desk.screen("drafts")
    assert not app.exception
    assert set(app.dataframe[0].value["Title"]) == {"Title 0", "Title 1", "Title 2"}
    told = text(app)
    assert "Offer 9000000001, unpublished" in told
    assert "The condition is not set" in told
    assert "Checked against eBay's rules for Music CDs, asked for on 2026-11-23." in told
    assert "Differs: year 1993" in told
    assert field(app, "text_input", "Title").value.startswith("Title ")
    assert list(app.segmented_control[0].options)[:2] == ["To review (3)", "Worth a look (1)"]


def test_a_draft_says_when_ebay_s_own_rules_were_not_available() -> None:
    by_table = CheckedAgainst(TABLE)
    told = checked_against(Draft(category="Music CDs", checked_against=by_table))
    assert told == "Checked against what Draft Maker knows of Music CDs: eBay's own rules were not available."
    assert checked_against(Draft(checked_against=by_table)) == ""
    assert checked_against(Draft(category="Music CDs")) == ""


def test_filters_and_batch_stand_in_the_address(desk: Desk, job_id: str) -> None:
    app = desk.screen("drafts", show="look", job_id=job_id)
    assert list(app.dataframe[0].value["Title"]) == ["Title 1"]
    app.segmented_control[0].set_value("approved").run()
    assert app.query_params["show"] == "approved"
    assert "No draft is under “Approved” now." in text(app)
    assert "There is no batch" in text(desk.screen("drafts", job_id="batch_none"))


def test_an_edit_is_saved_and_the_row_is_done_again(desk: Desk, job_id: str) -> None:
    app = open_draft(desk, job_id, 0)
    assert button(app, "Save").disabled
    field(app, "text_input", "Title").set_value("Mine").run()
    assert "4 of 80 characters" in text(app)
    field(app, "number_input", "Price $").set_value(19.99).run()
    save = button(app, "Save")
    assert (save.label, save.disabled) == ("Save and send again", False)
    save.click().run()
    assert "sent again" in app.toast[0].value
    assert "Being done again" in text(app)
    assert button(app, "Approve").disabled
    work(desk)
    app.run()
    assert (item(desk, job_id, 0).draft.title, item(desk, job_id, 0).draft.price_cents) == ("Mine", 1999)
    assert field(app, "text_input", "Title").value == "Mine"
    button(app, "Take edits back").click().run()
    work(desk)
    assert item(desk, job_id, 0).draft.title == "Title 0"


def test_a_draft_is_approved_and_opened_again(desk: Desk, job_id: str) -> None:
    app = button(open_draft(desk, job_id, 1), "Approve").click().run()
    assert desk.engine.drafts.count(review=Review.APPROVED) == 1
    assert "Approved" in app.toast[0].value
    button(app, "Approved").click().run()
    assert desk.engine.drafts.count(review=Review.APPROVED) == 0


def test_who_comes_second_gets_a_sentence_and_overwrites_nothing(desk: Desk, job_id: str) -> None:
    app = open_draft(desk, job_id, 0)
    desk.engine.commands.again(job_id, {0: {"edits": {"title": "Hers"}}}, by="bea@example.com")
    work(desk)
    button(app, "Hold").click().run()
    assert "changed in the meantime" in app.toast[0].value
    assert "This row was changed in the meantime." in text(app)
    assert desk.engine.drafts.count(review=Review.HELD) == 0
    button(app, "Show it as it is now").click().run()
    assert field(app, "text_input", "Title").value == "Hers"


def test_a_draft_is_removed_and_put_back(desk: Desk, job_id: str) -> None:
    app = button(open_draft(desk, job_id, 2), "Remove this draft").click().run()
    work(desk)
    app.run()
    assert item(desk, job_id, 2).status is ItemStatus.SKIPPED
    assert "Removed by hand." in text(app)
    button(app, "Put back").click().run()
    work(desk)
    assert item(desk, job_id, 2).outcome is Outcome.DRAFTED


def test_a_release_is_chosen_for_an_ambiguous_row(desk: Desk, job_id: str) -> None:
    app = open_draft(desk, job_id, 3)
    assert "Several releases match" in text(app)
    second = [found for found in app.button if found.label == "Choose"][1]
    second.click().run()
    work(desk)
    assert item(desk, job_id, 3).decided.choice.discogs_id == "2"
    assert item(desk, job_id, 3).status is ItemStatus.SUCCEEDED


def test_the_services_are_asked_anew_about_a_row(desk: Desk, job_id: str) -> None:
    now, gtin = CLOCK.now(), f"00{upcs(1)[0]}"
    desk.store.commit(Put(f"lookups/{gtin}", encode(Lookup().add("discogs", Answer(now, ["wrong"])).kept(now))))
    app = button(open_draft(desk, job_id, 0), "Ask the services anew").click().run()
    assert not app.exception
    (toast,) = app.toast
    assert as_shown(toast.value).startswith(f"{upcs(1)[0]}: 1 answer forgotten (Discogs 1)")
    assert toast.value.endswith("Row 1 asks the services anew.")
    assert item(desk, job_id, 0).wanted is not None
    assert desk.store.get(f"lookups/{gtin}")[0].fields["answers"] == {}
    assert "Ask the services anew" not in [found.label for found in app.button]


def test_a_release_is_named_by_the_address_of_its_page(desk: Desk, job_id: str) -> None:
    app = open_draft(desk, job_id, 3)
    field(app, "text_input", "Number of the release at Discogs").set_value(
        "https://www.discogs.com/release/249504-Rick-Astley"
    ).run()
    button(app, "Take it").click().run()
    assert item(desk, job_id, 3).decided.choice.discogs_id == "249504"


def test_a_row_that_lacks_a_price_alone_is_given_one(desk: Desk) -> None:
    job = desk.submit(upcs(1))
    desk.work(pipeline=Priced)
    app = open_draft(desk, job.job_id, 0)
    assert "No price" in text(app)
    assert button(app, "Draft it at this price").disabled
    field(app, "number_input", "Your price $").set_value(4.5).run()
    button(app, "Draft it at this price").click().run()
    desk.work(pipeline=Priced)
    assert item(desk, job.job_id, 0).draft.price_cents == 450


def test_a_photo_of_the_file_that_is_not_used_is_told_by_its_draft_once_and_by_its_row(desk: Desk) -> None:
    job = desk.submit(upcs(2))
    desk.work(pipeline=Photographed)
    for index in (0, 1):
        assert text(open_draft(desk, job.job_id, index)).count(NOT_USED) == 1
    row = desk.screen("batch", job_id=job.job_id)
    row.session_state["row"] = 0
    assert NOT_USED in text(row.run())


def test_a_price_comes_with_its_sample() -> None:
    rule = PriceRule(factor=0.9, ending_cents=99, floor_cents=300)
    price = market_prices.comparable(rule, [500, 520, 540, 560, 9900], searched=Search(conditions=("USED",)))
    told = prices.sample(price.evidence)
    assert told == {
        "Asked for": "used copies",
        "Counted": "$5.00, $5.20, $5.40, $5.60",
        "Left out as outliers": "$99.00",
        "Median": "$5.30",
        "Your factor": "0.9",
        "Your ending": ".99",
        "Your floor": "$3.00",
    }


def test_a_price_by_grade_comes_with_all_grades_and_marks_its_own() -> None:
    said = {grade: SuggestedPrice(cents, "USD") for grade, cents in (("Good (G)", 300), ("Mint (M)", 2000))}
    price = market_prices.discogs_suggested(PriceRule(PriceBasis.DISCOGS_SUGGESTED), said, "Good (G)")
    told = prices.sample(price.evidence)
    assert list(told.items()) == [("Mint (M)", "$20.00"), ("Good (G)", "$3.00 · used")]
    assert '<dd class="dm-marked">$3.00 · used</dd>' in markup(told, marked="Good (G)")


def test_a_price_without_a_sample_has_its_reason_alone() -> None:
    assert prices.sample(PriceEvidence(basis=PriceBasis.COMPARABLE, instead="Nobody offers it.")) == {}


def test_other_drafts_of_the_barcode_are_told(desk: Desk, job_id: str) -> None:
    assert "Drafted before" not in text(open_draft(desk, job_id, 0))
    desk.submit(upcs(1))
    work(desk)
    assert "Drafted before" in text(open_draft(desk, job_id, 0))


def test_an_outage_is_no_empty_list(desk: Desk, job_id: str) -> None:
    desk.away()
    app = desk.screen("drafts")
    assert not app.exception
    assert "The job store does not answer" in text(app)


DRAFT = Draft(
    title="A",
    price_cents=599,
    quantity=2,
    inventory_item={"product": {"aspects": {"Artist": ["X"], "Style": ["Y"]}}},
)
ROW = Item(0, 1, "1", None, draft=DRAFT, decided=Decided(edits=Edits(note="Old", aspects={"Genre": ()})))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({}, {}),
        ({"title": "B"}, {"title": "B"}),
        ({"price_cents": None}, {"price_cents": None}),
        ({"note": ""}, {"note": None}),
        ({"aspects": {"Artist": ["X"], "Style": ["Y"]}}, {}),
        (
            {"aspects": {"Artist": ["Z"], "Mood": ["M"]}},
            {"aspects": {"Genre": [], "Artist": ["Z"], "Mood": ["M"], "Style": []}},
        ),
    ],
)
def test_only_what_differs_is_an_edit(typed: dict[str, Any], found: dict[str, Any]) -> None:
    assert edits(ROW, dataclasses.replace(current_values(ROW), **typed)) == found


def test_what_candidates_differ_in_is_told() -> None:
    assert differences(CANDIDATES[1], CANDIDATES[0]) == "year 1993"
    assert differences(ReleaseSummary("B"), ReleaseSummary("A", year=1)) == "artist or title"


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ({}, Query()),
        ({"show": "held", "job_id": "batch_1"}, Query("held", "batch_1")),
        ({"show": "nonsense", "before": "yesterday"}, Query()),
        ({"before": "2026-11-23T10:00:00"}, Query()),
    ],
)
def test_the_address_says_what_is_listed(address: dict[str, str], query: Query) -> None:
    assert Query.of(address) == query
    assert Query.of(query.address()) == query


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("Genre: Rock; Pop ;\n\n Mood : Dark", {"Genre": ["Rock", "Pop"], "Mood": ["Dark"]}),
        ("Release Title: Live: One", {"Release Title": ["Live: One"]}),
        ("Genre", None),
        ("Genre: ;", None),
        (": Rock", None),
    ],
)
def test_item_specifics_are_read_as_they_are_written(text: str, found: dict[str, list[str]] | None) -> None:
    assert specifics(text) == found
    if found:
        assert specifics(written(found)) == found
