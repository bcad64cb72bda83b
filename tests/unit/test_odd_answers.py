"""Answers of the services with anything in any field: what is odd is left out, and all the rest is read."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.codec import decode, to_json
from engine.domain.identify.releases import Release
from engine.domain.listing.seller_account import PolicyKind
from engine.upstream import coverart, discogs, ebay, ebay_account, ebay_rules, fields, musicbrainz
from engine.upstream.failure_policy.policies import reply
from tests.support.answers import discogs as made
from tests.support.answers import known
from tests.support.answers.musicbrainz import performance, recorded, related

ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
TRACK = [related("Dutoit", "conductor"), performance(related("Чайковский", "composer", sort="Tchaikovsky, Pyotr"))]
CREDITED = recorded(known.kat_moda(), TRACK, TRACK, TRACK)
POLICIES = {
    "fulfillmentPolicies": [
        {"fulfillmentPolicyId": "1", "name": "Post", "categoryTypes": [{"name": "ALL", "default": True}]}
    ]
}
LOCATIONS = {
    "total": 1,
    "locations": [{"merchantLocationKey": "a", "name": "A", "location": {"address": {"city": "B", "country": "US"}}}],
}
STORE = {"name": "S", "storeCategories": [{"categoryName": "CDs", "childrenCategories": [{"categoryName": "Jazz"}]}]}
ASPECTS = {
    "aspects": [
        {
            "localizedAspectName": "Artist",
            "aspectConstraint": {"aspectRequired": True, "aspectMode": "SELECTION_ONLY", "aspectMaxLength": 65},
            "aspectValues": [{"localizedValue": "Nina"}],
        }
    ]
}
CONDITIONS = {"itemConditionPolicies": [{"categoryId": "176984", "itemConditions": [{"conditionId": "4000"}]}]}
OFFERS = {"offers": [{"offerId": "7", "status": "UNPUBLISHED"}]}
PRICES = {"total": 1, "itemSummaries": [{"price": {"value": "9.99", "currency": "USD"}}]}
REFUSAL = {"errors": [{"errorId": 25002, "message": "No.", "parameters": [{"name": "offerId", "value": "7"}]}]}


def policies(body: fields.Body) -> object:
    return ebay_account.parse_policies(PolicyKind.FULFILLMENT, body)


def refusal(body: fields.Body) -> object:
    return reply("ebay", "create_offer", 400, {}, body)


PARSERS: dict[str, tuple[Callable[[fields.Body], object], dict[str, Any]]] = {
    "a search at Discogs": (discogs.parse_search, known.metal_galaxy()),
    "the pages of a search": (discogs.last_page, known.metal_galaxy()),
    "a release of Discogs": (discogs.parse_release, known.ummagumma()),
    "suggested prices": (discogs.parse_suggestions, {"Mint (M)": {"currency": "USD", "value": 9.5}}),
    "a search at MusicBrainz": (musicbrainz.parse_search, known.kat_moda_found()),
    "a release of MusicBrainz": (musicbrainz.parse_release, known.kat_moda()),
    "a release of MusicBrainz with its credits": (musicbrainz.parse_release, CREDITED),
    "the pictures of a release": (coverart.parse_fronts, known.kat_moda_cover()),
    "offers": (ebay.parse_offers, OFFERS),
    "asking prices": (ebay.parse_prices, PRICES),
    "item specifics": (ebay_rules.parse_specifics, ASPECTS),
    "conditions": (ebay_rules.parse_conditions, CONDITIONS),
    "policies": (policies, POLICIES),
    "locations": (ebay_account.parse_locations, LOCATIONS),
    "a store": (ebay_account.parse_store, STORE),
    "a refusal": (refusal, REFUSAL),
}


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every value in an answer."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from places(part, (*path, name))


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Return an answer with something odd in one place."""
    if not path:
        return odd
    value = copy.deepcopy(value)
    inner = value
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = odd
    return value


@pytest.mark.parametrize("what", PARSERS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_nothing_in_an_answer_stops_a_parser(what: str, data: st.DataObject) -> None:
    parse, answer = PARSERS[what]
    ways = list(places(answer))[1:]
    odd_one = answer
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from(ways))
        try:
            odd_one = changed(odd_one, way, data.draw(ODD))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took that place away
    said = parse(odd_one)
    if "Discogs" in what or "MusicBrainz" in what:
        kind: Any = list[Release] if isinstance(said, list) else Release
        assert decode(kind, to_json(said)) == said  # every fact is of its own type, so it can be stored
        for release in said if isinstance(said, list) else [said]:
            assert release.year is None or 0 < release.year < 10_000


@given(odd=ODD | st.fixed_dictionaries({"type": st.just("release"), "id": ODD, "title": ODD, "barcode": ODD}))
@example(odd={"type": "release", "id": 1, "title": None})
@example(odd={"type": "release", "id": 1, "title": "A - B", "barcode": [None], "year": 1999})
@settings(deadline=None)
def test_one_odd_hit_does_not_cost_the_others(odd: Any) -> None:
    good = made.hit(249504, "Nina - Live", year="1999", barcodes=("074646362822",))
    found = discogs.parse_search({"results": [odd, good]})
    assert ("249504", "Live", 1999) in [(release.id, release.title, release.year) for release in found]


def test_a_year_that_is_a_number_and_a_barcode_that_is_null_are_read_for_what_they_are() -> None:
    hit = made.hit(1, "Nina - Live") | {"year": 1999, "barcode": [None, "074646362822", 7], "label": None}
    (release,) = discogs.parse_search({"results": [hit]})
    assert (release.year, release.barcodes, release.label) == (1999, frozenset({"00074646362822"}), "")


def test_an_identifier_without_a_value_is_left_out() -> None:
    codes = [{"type": "Barcode"}, None, {"value": "074646362822"}, {"type": "Barcode", "value": "093624755524"}]
    assert discogs.parse_release({"id": 1, "title": "T", "identifiers": codes}).barcodes == {"00093624755524"}


@pytest.mark.parametrize(
    ("said", "read"),
    [("1999-03-00", "1999-03"), ("1999", "1999"), (1999, "1999"), ("0000", ""), ("²⁰¹⁹", ""), ("?", ""), (None, "")],
)
def test_a_date_is_as_much_as_is_known(said: object, read: str) -> None:
    assert fields.date(said) == read


@pytest.mark.parametrize(("said", "read"), [("4", 4), (4.0, 4), ("4.5", None), (-1, None), (True, None), ("x", None)])
def test_a_count_is_a_whole_number(said: object, read: int | None) -> None:
    assert fields.count(said) == read
