"""How far the best of several candidates is ahead of the others, in facts that can be named."""

from __future__ import annotations

from typing import Any

import pytest

from engine.domain.identify.evidence import Match, ReleaseSummary, Verdict
from engine.domain.identify.lead import MOST_FACTS, Lead, bars, counted, lead
from engine.domain.identify.named import NOTHING_NAMED, Named

US = "00724384260958"  # a barcode that GS1 US gave out
BOTH = "Discogs and MusicBrainz both know it"
HOME = "it is from the country that gave out the barcode"
ORDINARY = "it is no promo, test pressing or bootleg"
OWNED = "10 times as many people at Discogs own it"


def one(year: int = 1983, **more: Any) -> ReleaseSummary:
    """Return a candidate; two of other years are something else to a buyer."""
    facts = {"artist": "New Order", "title": "Blue Monday", "format": "CD", "discogs_id": str(year)}
    return ReleaseSummary(**{**facts, "year": year, **more})


def ahead(*candidates: ReleaseSummary, named: Named = NOTHING_NAMED, gtin: str | None = US) -> Lead:
    return lead(Match(Verdict.AMBIGUOUS, found=len(candidates), candidates=candidates), named, gtin)


@pytest.mark.parametrize(
    ("best", "other", "fact"),
    [
        ({"musicbrainz_id": "a"}, {}, BOTH),
        ({"country": "US"}, {"country": "Germany"}, HOME),
        ({"country": "UK & US"}, {"country": "Japan"}, HOME),
        ({}, {"format_descriptions": ("Promo",)}, ORDINARY),
        ({"have": 500}, {"have": 50}, OWNED),
        ({"have": 20}, {"have": 0}, OWNED),
    ],
)
def test_a_fact_that_is_true_of_the_best_alone_speaks_for_it(
    best: dict[str, Any], other: dict[str, Any], fact: str
) -> None:
    assert ahead(one(1983, **best), one(1990, **other)) == Lead((fact,))
    assert ahead(one(1983, **other), one(1990, **best)) == Lead((), (fact,))


@pytest.mark.parametrize(
    ("best", "other"),
    [
        ({}, {}),
        ({"musicbrainz_id": "a"}, {"musicbrainz_id": "b"}),
        ({"country": "US"}, {"country": "USA & Canada"}),
        ({"country": "Germany"}, {"country": ""}),
        ({"have": 99}, {"have": 10}),
        ({"have": 99}, {}),
    ],
)
def test_what_is_true_of_both_or_unknown_of_both_is_no_fact(best: dict[str, Any], other: dict[str, Any]) -> None:
    assert ahead(one(1983, **best), one(1990, **other)) == Lead()


def test_where_a_barcode_was_given_out_is_not_known_of_every_row() -> None:
    assert ahead(one(country="US"), one(1990, country="Japan"), gtin=None) == Lead()


def test_what_the_file_says_speaks_for_the_candidate_that_it_agrees_with() -> None:
    named = Named(catalog_number="FAC 73", year="1983")
    best = one(1983, catalog_number="FAC73")
    assert ahead(best, one(1990), named=named).for_it == ("the file's catalogue number", "the file's year")
    assert ahead(best, one(1990, catalog_number="FAC 73"), named=named).for_it == ("the file's year",)


def test_a_fact_that_the_file_denies_speaks_against_the_best() -> None:
    found = ahead(one(1983, musicbrainz_id="a"), one(1990), named=Named(year="1999"))
    assert (found.for_it, found.against, found.facts) == ((BOTH,), ("the file's year",), 0)


def test_a_candidate_that_looks_the_same_to_a_buyer_is_no_rival() -> None:
    same = one(1983, discogs_id="5", musicbrainz_id="b", country="Canada")
    assert ahead(one(musicbrainz_id="a", country="US"), same, one(1990)).for_it == (BOTH, HOME)
    assert ahead(one(musicbrainz_id="a", country="US"), same).for_it == (HOME,)


def test_a_single_candidate_and_none_have_no_rival_to_be_ahead_of() -> None:
    assert ahead() == Lead()
    assert ahead(one(have=500, country="US"), named=Named(year="1983")) == Lead()


def test_bars_count_how_many_have_so_many_facts_or_more() -> None:
    leads = [Lead((BOTH, HOME)), Lead((BOTH,)), Lead(), Lead((HOME, BOTH, OWNED), (ORDINARY,))]
    assert bars(leads) == {1: 2, 2: 1}
    assert counted(leads) == {BOTH: 2, HOME: 1}
    assert (bars([]), counted([])) == ({}, {})


def test_the_most_facts_that_a_candidate_can_have_are_known() -> None:
    named = Named("", "FAC 73", "New Order", "Blue Monday", "Factory", "US", "1983")
    everything = one(
        label="Factory", catalog_number="FAC 73", country="US", have=1_000, musicbrainz_id="a", format="CD"
    )
    other = ReleaseSummary("Joy", "Still", "Else", "1", 1990, format="LP", format_descriptions=("Promo",), have=1)
    assert ahead(everything, other, named=named).facts == MOST_FACTS
