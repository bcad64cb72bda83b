"""What is left to do before a draft can be published: each thing in one sentence, and in words to search for."""

from __future__ import annotations

import dataclasses

import pytest

from engine.codec import replace
from engine.domain.batch.rows import Condition
from engine.domain.identify.releases import Format, Release
from engine.domain.listing import readiness
from engine.domain.listing.categories import CD, DISC, Category
from engine.domain.listing.category_rules import CategoryRules, Specific
from engine.domain.listing.grading import Graded
from engine.domain.listing.pricing import NO_PRICE, Price
from engine.domain.listing.readiness import DraftNeed, ToDo
from engine.domain.listing.seller_terms import Package, SellingTerms

RELEASE = Release("discogs", "4", "Faze Action", "Moving Cities", formats=(Format("File"),))
PRICE = Price(599, "file")
UNPRICED = ToDo("There is no price. Nobody offers it.", (DraftNeed.PRICE,))
UNGRADED = ToDo("The condition is not set: only you can grade the copy.", (DraftNeed.CONDITION,))


def test_what_nobody_has_said_is_asked_for_the_price_first() -> None:
    for_file = ToDo("No category is known for File: choose one at eBay.", (DraftNeed.CATEGORY,))
    assert list(readiness.unsaid(replace(NO_PRICE, reason=""), Graded(), CD, RELEASE)) == [
        ToDo("There is no price.", (DraftNeed.PRICE,)),
        UNGRADED,
    ]
    assert list(readiness.unsaid(PRICE, Graded(Condition.NEW), None, RELEASE)) == [for_file]
    assert list(readiness.unsaid(PRICE, Graded(Condition.NEW), CD, RELEASE)) == []
    nameless = ToDo("No category is known for an unknown medium: choose one at eBay.", (DraftNeed.CATEGORY,))
    assert list(readiness.unsaid(PRICE, Graded(Condition.NEW), None, replace(RELEASE, formats=()))) == [nameless]
    assert list(readiness.unsaid(Price(reason="Nobody offers it."), Graded(Condition.NEW), CD, RELEASE)) == [UNPRICED]


CLOSED = ToDo("eBay has no category Music CDs (176984) to list in: choose another.", (DraftNeed.CATEGORY,))
NOT_GOOD = ToDo("eBay does not take the condition Good in Music CDs: choose another.", (DraftNeed.CONDITION,))
RULES = CategoryRules(
    {
        "Artist": Specific("Artist", required=True),
        "Type": Specific("Type", choices=("Album",)),
        "Genre": Specific("Genre"),
    },
    frozenset({"NEW"}),
)


@pytest.mark.parametrize(
    ("rules", "condition", "place", "to_do"),
    [
        (RULES, Condition.NEW, CD, []),
        (RULES, None, CD, []),
        (RULES, Condition.USED_GOOD, CD, [NOT_GOOD]),
        (RULES, Condition.USED_GOOD, None, []),
        (CategoryRules(RULES.specifics, RULES.conditions, listable=False), Condition.NEW, CD, [CLOSED]),
        (CategoryRules(RULES.specifics, RULES.conditions, listable=False), Condition.NEW, None, []),
    ],
)
def test_a_category_takes_a_condition_and_listings_or_it_is_said(
    rules: CategoryRules, condition: Condition | None, place: Category | None, to_do: list[ToDo]
) -> None:
    assert list(readiness.against(rules, condition, place, {"Artist": ["Faze Action"]})) == to_do


def test_specifics_that_are_missing_or_that_ebay_does_not_take_are_named() -> None:
    assert list(readiness.against(RULES, None, CD, {"Type": ["Mixtape"], "Genre": ["Disco"]})) == [
        ToDo("Artist is unknown: eBay asks for it.", (DraftNeed.SPECIFICS,)),
        ToDo("eBay does not offer “Mixtape” for Type: choose one of its values.", (DraftNeed.SPECIFICS,)),
    ]


NO_PICTURE = ToDo("There is no picture: eBay asks for at least one.", (DraftNeed.PICTURE,))
A_COVER = ToDo("The picture is a catalogue cover: for a used copy eBay wants your own photo.", (DraftNeed.PICTURE,))
WARNING = ToDo("Photo 2 is not used.", (DraftNeed.PICTURE,))
COVER = "https://a/1.jpg"


@pytest.mark.parametrize(
    ("picture", "condition", "own_photos", "to_do"),
    [
        ("", Condition.NEW, False, [NO_PICTURE, WARNING]),
        (COVER, Condition.USED_GOOD, False, [A_COVER, WARNING]),
        (COVER, None, False, [A_COVER, WARNING]),
        (COVER, Condition.NEW, False, []),
        (COVER, Condition.USED_GOOD, True, []),
    ],
)
def test_a_copy_is_pictured_as_ebay_wants_it_or_it_is_said(
    picture: str, condition: Condition | None, own_photos: bool, to_do: list[ToDo]
) -> None:
    found = readiness.unfit(picture, condition, RELEASE, own_photos=own_photos, warning="Photo 2 is not used.")
    assert list(found) == to_do
    silent = readiness.unfit(picture, condition, RELEASE, own_photos=own_photos, warning="")
    assert list(silent) == [one for one in to_do if one != WARNING]


def test_a_bootleg_is_never_to_be_published() -> None:
    pirated = replace(RELEASE, formats=(Format("CD", 1, ("Unofficial Release",)),))
    sentence = "The release is marked unofficial: eBay does not allow bootlegs."
    found = readiness.unfit(COVER, Condition.NEW, pirated, own_photos=True, warning="")
    assert list(found) == [ToDo(sentence, (DraftNeed.OFFICIAL_RELEASE,))]


@pytest.mark.parametrize(
    ("terms", "names", "needed"),
    [
        (SellingTerms("shop", "11", "22"), "returns", (DraftNeed.POLICIES,)),
        (SellingTerms("", "11", "22", "33"), "the place it is sent from", (DraftNeed.LOCATION,)),
        (
            SellingTerms(),
            "postage, payment, returns, the place it is sent from",
            (DraftNeed.POLICIES, DraftNeed.LOCATION),
        ),
    ],
)
def test_what_a_buyer_has_to_know_of_the_terms_is_asked_for(
    terms: SellingTerms, names: str, needed: tuple[DraftNeed, ...]
) -> None:
    sentence = f"Not set: {names}. Choose it at eBay, or for all drafts on Seller settings."
    assert list(readiness.unset(terms, "CD")) == [ToDo(sentence, needed)]
    assert list(readiness.unset(SellingTerms("shop", "11", "22", "33"), "CD")) == []


def test_a_parcel_is_asked_for_where_the_postage_goes_by_weight() -> None:
    terms = SellingTerms("shop", "11", "22", "33", packages={"CD": Package(4)}, by_weight=True)
    sentence = "The postage goes by weight, and no parcel is set for Vinyl: set one on Seller settings."
    assert list(readiness.unset(terms, "Vinyl")) == [ToDo(sentence, (DraftNeed.PARCEL,))]
    assert list(readiness.unset(terms, "CD")) == []
    assert list(readiness.unset(dataclasses.replace(terms, by_weight=False), "Vinyl")) == []


@pytest.mark.parametrize(("name", "word"), [("CDr", "CD-R"), ("DVDr", "DVD-R"), ("Blu-ray-R", "BD-R")])
def test_recordable_media_are_told_of(name: str, word: str) -> None:
    release = Release("discogs", "1", "A", "T", formats=(Format("Box Set"), Format(name)))
    (found,) = readiness.unfit("https://x/p.jpg", Condition.NEW, release, own_photos=True, warning="")
    assert found.needs == (DraftNeed.RIGHTS,)
    assert found.sentence.startswith(f"It is a {word}: eBay takes recordable media only")


def test_a_promotional_copy_is_worth_a_look_and_nothing_left_to_do() -> None:
    release = Release("discogs", "1", "A", "T", formats=(Format("CD", 1, ("Promo",)),))
    (note,) = readiness.notes(release, CD)
    assert note == "It is marked as a promotional copy: eBay asks that the listing says so."
    (note,) = readiness.notes(release, DISC)
    assert "no screeners of films" in note
    assert not list(readiness.unfit("https://x/p.jpg", Condition.NEW, release, own_photos=True, warning=""))


def test_needs_stand_once_and_in_their_order() -> None:
    to_do = [ToDo("a", (DraftNeed.LOCATION, DraftNeed.POLICIES)), UNGRADED, UNPRICED, UNGRADED]
    assert readiness.needs(to_do) == (DraftNeed.PRICE, DraftNeed.CONDITION, DraftNeed.POLICIES, DraftNeed.LOCATION)
