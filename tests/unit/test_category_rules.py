"""What a category takes: values, specifics and conditions, as tables; and drafts held to it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.codec import replace
from engine.domain.batch.decided import Edits
from engine.domain.batch.rows import Condition
from engine.domain.identify.releases import Format, Release
from engine.domain.listing.categories import CATEGORIES, CD, DISC, VINYL
from engine.domain.listing.category_rules import EBAY, TABLE, CategoryRules, CheckedAgainst, Specific, table
from engine.domain.listing.composition import Copy, Draft, compose
from engine.domain.listing.pricing import Price
from engine.upstream.ebay_rules import parse_conditions, parse_specifics
from tests.support.hostile import UPC, copies, hostile

PRICE = Price(999, "file", "The price stands in the file.")
ASKED_AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
RELEASE = Release(
    source="discogs",
    id="4",
    artist="Faze Action",
    title="Moving Cities",
    released="1999-11-02",
    label="F-111 Records",
    formats=(Format("CD", 1, ("Album",)),),
    genres=("Electronic", "Jazz"),
    styles=("House", "Disco"),
)
MEDIA = frozenset({"NEW", "LIKE_NEW", "USED_VERY_GOOD", "USED_GOOD", "USED_ACCEPTABLE"})
NEW_OR_USED = frozenset({"NEW", "USED_EXCELLENT"})
LONG = "Music From The Original Motion Picture Soundtrack Of A Very Long Film"


def rules(*specifics: Specific, conditions: frozenset[str] = MEDIA) -> CategoryRules:
    return CategoryRules({specific.name: specific for specific in specifics}, conditions, asked_at=ASKED_AT)


def draft(held_to: CategoryRules | None, edits: Edits | None = None, **copy: Any) -> Draft:
    known = {CD.id: held_to} if held_to else {}
    return compose(Copy("DM1", UPC, **copy), RELEASE, PRICE, edits=edits or Edits(), rules=known)


def specifics(made: Draft) -> dict[str, list[str]]:
    found: dict[str, list[str]] = made.inventory_item["product"]["aspects"]
    return found


@pytest.mark.parametrize(
    ("specific", "values", "kept"),
    [
        (Specific("Artist"), ["a", "b", "a", "c", "d"], ["a", "b", "c", "d"]),
        (Specific("Artist"), [str(number) for number in range(12)], [str(number) for number in range(10)]),
        (Specific("Artist", several=False), ["a", "b"], ["a"]),
        (Specific("Artist"), ["", " \x00 "], []),
        (Specific("Release Title"), [LONG], ["Music From The Original Motion Picture Soundtrack"]),
        (Specific("Release Title", max_length=65), [LONG], ["Music From The Original Motion Picture Soundtrack"]),
        (Specific("Release Title"), [f"One (Live) [{'x' * 50}]"], ["One (Live)"]),
        (Specific("Release Title"), [f"One / Two / {'x' * 50}"], ["One / Two"]),
        (Specific("Release Title"), [f"({'x' * 60})"], [f"({'x' * 49}"]),
        (Specific("x" * 41), ["a"], []),
        (Specific("Type", choices=("Album", "EP")), ["ALBUM"], ["Album"]),
        (Specific("Type", choices=("Album", "EP")), ["Mixtape", "ep"], ["EP"]),
        (Specific("Type", choices=("Album", "EP")), ["Mixtape"], []),
        (Specific("Title", max_length=5, choices=(LONG,)), [LONG.lower()], [LONG]),
    ],
)
def test_values_are_fitted_to_what_ebay_takes(specific: Specific, values: list[str], kept: list[str]) -> None:
    assert specific.fit(values) == kept


@pytest.mark.parametrize(
    ("conditions", "grade", "sent", "taken"),
    [
        (MEDIA, Condition.USED_GOOD, "USED_GOOD", True),
        (MEDIA, Condition.LIKE_NEW, "LIKE_NEW", True),
        (NEW_OR_USED, Condition.USED_GOOD, "USED_EXCELLENT", True),
        (NEW_OR_USED, Condition.LIKE_NEW, "USED_EXCELLENT", True),
        (NEW_OR_USED, Condition.NEW, "NEW", True),
        (MEDIA - {"LIKE_NEW"}, Condition.LIKE_NEW, "LIKE_NEW", False),
        (frozenset({"USED_EXCELLENT"}), Condition.NEW, "NEW", False),
        (frozenset({"NEW"}), Condition.USED_GOOD, "USED_GOOD", False),
        (MEDIA | {"USED_EXCELLENT"}, Condition.USED_GOOD, "USED_GOOD", True),
    ],
)
def test_a_grade_becomes_a_condition_of_the_category(
    conditions: frozenset[str], grade: Condition, sent: str, taken: bool
) -> None:
    held_to = rules(conditions=conditions)
    assert (held_to.condition(grade), sent in held_to.conditions) == (sent, taken)


@pytest.mark.parametrize("place", CATEGORIES.values(), ids=lambda place: place.id)
def test_the_table_takes_every_grade_in_every_category(place: Any) -> None:
    assert all(table(place).condition(grade) in table(place).conditions for grade in Condition)


def test_the_table_asks_for_what_was_seen_to_be_required() -> None:
    assert table(CD).required == table(VINYL).required == table(None).required == ("Artist", "Release Title", "Format")
    assert table(DISC).required == ("Movie/TV Title", "Format")


def test_rules_come_back_from_the_store_as_they_were() -> None:
    told = rules(Specific("Type", True, False, 65, ("Album",)), Specific("Artist", several=True))
    assert told.stored().rules(ASKED_AT) == told


def test_a_draft_keeps_what_it_was_held_to() -> None:
    made = draft(rules(Specific("Genre", several=False)))
    assert made.checked_against == CheckedAgainst(EBAY, "2026-11-23T09:00:00+00:00")
    assert specifics(made)["Genre"] == ["Electronic"]
    assert specifics(draft(None))["Genre"] == ["Electronic", "Jazz"]
    assert draft(None).checked_against == CheckedAgainst(TABLE)


def test_what_ebay_asks_for_and_nobody_knows_is_left_to_do_and_not_invented() -> None:
    made = draft(rules(Specific("CD Grading", required=True), Specific("Type", required=True, choices=("Single",))))
    assert "CD Grading is unknown: eBay asks for it." in made.not_publishable
    assert "Type is unknown: eBay asks for it." in made.not_publishable
    assert not {"CD Grading", "Type"} & specifics(made).keys()


def test_a_specific_that_ebay_does_not_list_is_told_all_the_same() -> None:
    assert specifics(draft(rules(Specific("Artist"))))["Record Label"] == ["F-111 Records"]


def test_a_condition_that_the_category_does_not_take_is_left_to_a_person() -> None:
    made = draft(rules(conditions=MEDIA - {"LIKE_NEW"}), condition=Condition.LIKE_NEW)
    assert "eBay does not take the condition Like New in Music CDs: choose another." in made.not_publishable
    assert made.inventory_item["condition"] == "LIKE_NEW"


def test_a_category_that_ebay_has_no_more_is_left_to_a_person() -> None:
    made = draft(CategoryRules(table(CD).specifics, MEDIA, listable=False, asked_at=ASKED_AT))
    assert "eBay has no category Music CDs (176984) to list in: choose another." in made.not_publishable
    assert made.offer["categoryId"] == CD.id


def test_a_used_copy_keeps_its_grade_in_words_where_ebay_knows_only_used() -> None:
    made = draft(rules(conditions=NEW_OR_USED), condition=Condition.USED_GOOD)
    assert made.inventory_item["condition"] == "USED_EXCELLENT"
    assert made.inventory_item["conditionDescription"] == "Graded Good by the seller (eBay's scale)."


@pytest.mark.parametrize(
    ("specific", "written", "sentence"),
    [
        (
            Specific("Type", choices=("Album",)),
            ["Demo"],
            "eBay does not offer “Demo” for Type: choose one of its values.",
        ),
        (Specific("Genre", several=False), ["Jazz", "Pop"], "eBay takes one Genre only."),
        (Specific("Genre", max_length=5), ["Electronic"], "eBay takes up to 5 characters for Genre."),
        (Specific("Type", choices=("Album",)), ["Album"], ""),
    ],
)
def test_what_a_person_wrote_stays_and_he_is_told_what_ebay_does_not_take(
    specific: Specific, written: list[str], sentence: str
) -> None:
    made = draft(rules(specific), Edits(aspects={specific.name: tuple(written)}))
    assert specifics(made)[specific.name] == written
    assert [said for said in made.not_publishable if "eBay takes" in said or "eBay does not" in said] == (
        [sentence] if sentence else []
    )


def test_the_rules_are_those_of_the_category_that_a_person_chose() -> None:
    made = compose(
        Copy("DM1", UPC),
        RELEASE,
        PRICE,
        edits=Edits(category_id=VINYL.id),
        rules={CD.id: rules(Specific("Mood", required=True)), VINYL.id: rules(Specific("Color", required=True))},
    )
    assert "Color is unknown: eBay asks for it." in made.not_publishable
    assert not any("Mood" in said for said in made.not_publishable)


asked = st.builds(
    Specific,
    st.sampled_from(["Artist", "Release Title", "Format", "Genre", "Type", "CD Grading"]),
    st.booleans(),
    st.booleans(),
    st.integers(1, 65),
    st.sampled_from([(), ("Album", "CD")]),
)


@settings(deadline=None)
@given(hostile, copies, st.lists(asked, max_size=6), st.frozensets(st.sampled_from(sorted(MEDIA | NEW_OR_USED))))
def test_any_metadata_fits_any_rules(
    release: Release, copy: Copy, told: list[Specific], conditions: frozenset[str]
) -> None:
    held_to = rules(*told, conditions=conditions)
    made = compose(copy, release, PRICE, rules=dict.fromkeys(CATEGORIES, held_to))
    if made.category is None:
        return
    for name, values in specifics(made).items():
        known = held_to.specific(name)
        assert not known.refused(values)
        assert values == known.fit(values)
    missing = {name for name in held_to.required if name not in specifics(made)}
    assert {f"{name} is unknown: eBay asks for it." for name in missing} <= set(made.not_publishable)


def aspect(name: str, **constraint: Any) -> dict[str, Any]:
    return {"localizedAspectName": name, "aspectConstraint": constraint}


def test_an_answer_of_the_taxonomy_is_read_as_ebay_means_it() -> None:
    free = aspect("Genre", aspectMode="FREE_TEXT", itemToAspectCardinality="MULTI", aspectMaxLength=65)
    free["aspectValues"] = [{"localizedValue": "Jazz"}]
    chosen = aspect("Type", aspectMode="SELECTION_ONLY", itemToAspectCardinality="SINGLE", aspectRequired=True)
    chosen["aspectValues"] = [{"localizedValue": "Album"}, {}]
    unsure = aspect("Features", aspectUsage="RECOMMENDED")
    assert parse_specifics({"aspects": [free, chosen, unsure, {}]}) == [
        Specific("Genre", required=False, several=True, max_length=65),
        Specific("Type", required=True, several=False, choices=("Album",)),
        Specific("Features", several=False),
    ]
    assert parse_specifics({}) == []


def test_an_answer_about_conditions_is_read_by_category() -> None:
    policies = [
        {"categoryId": "176985", "itemConditions": [{"conditionId": "1000"}, {"conditionId": "3000"}]},
        {"categoryId": "617", "itemConditions": [{"conditionId": "2000"}, {"conditionId": "6000"}, {}]},
        {"categoryId": "309", "itemConditions": []},
    ]
    told = parse_conditions({"itemConditionPolicies": policies})
    assert told == {"176985": NEW_OR_USED, "617": {"USED_ACCEPTABLE"}}
    assert parse_conditions({}) == {}


def test_a_release_without_a_category_is_held_to_no_rules() -> None:
    reel = replace(RELEASE, formats=(Format("Reel-To-Reel"),))
    made = compose(Copy("DM1", UPC), reel, PRICE, rules={CD.id: rules(Specific("Mood", required=True))})
    assert made.checked_against == CheckedAgainst(TABLE)


def test_the_table_names_each_specific_that_it_asks_for() -> None:
    assert table(VINYL).specific("Artist") == Specific("Artist", required=True)
    assert table(VINYL).specific("Mood") == Specific("Mood")


def test_that_a_category_takes_no_listings_comes_back_from_the_store() -> None:
    closed = CategoryRules(
        {"Artist": Specific("Artist")}, MEDIA, listable=False, asked_at=datetime(2026, 11, 1, tzinfo=UTC)
    )
    assert closed.stored().rules(datetime(2026, 11, 1, tzinfo=UTC)) == closed
