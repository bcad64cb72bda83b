"""How a seller sells: profiles, what they set, and what counts where they set nothing."""

from __future__ import annotations

from typing import Any

import pytest

from engine.codec import replace
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceRule
from engine.domain.listing.seller_profiles import Chosen, Profile, SellerSettings
from engine.domain.listing.seller_terms import Package, SellingTerms
from engine.errors import BadRequest, NotThere

DEFAULTS = SellingTerms("shop", "1", "2", "3", True, {"CD": Package(4), "*": Package(9)}, "/Music", "<p>{title}</p>")
MINE = Profile(
    "Mine",
    PriceRule(factor=0.9),
    Condition.USED_GOOD,
    fulfillment_policy=Chosen("11", "Post"),
    payment_policy=Chosen("22", "Pay"),
    return_policy=Chosen("33", "Back"),
    location=Chosen("barn", "The barn"),
    store_category="/Films",
    packages={"CD": Package(5)},
    best_offer=False,
    description="<p>{{ artist }}</p>",
)
OTHER = Profile("other")
BOTH = SellerSettings((MINE, OTHER), "other")


def test_what_a_profile_sets_counts_before_the_settings() -> None:
    parcels = {"CD": Package(5), "*": Package(9)}
    assert MINE.terms(DEFAULTS) == SellingTerms(
        "barn", "11", "22", "33", False, parcels, "/Films", "<p>{{ artist }}</p>"
    )
    assert OTHER.terms(DEFAULTS) == DEFAULTS
    assert OTHER.terms(SellingTerms()) == SellingTerms()


def test_a_new_batch_starts_with_the_price_rule_and_the_condition_of_its_profile() -> None:
    assert MINE.options() == Options(price_rule=PriceRule(factor=0.9), condition=Condition.USED_GOOD, profile="Mine")


NAME = "A profile has a name of 1 to 40 letters and digits; blanks and & + , . ( ) ' - may stand between them"
PARCEL = "The parcel for CD: weight and sizes are above zero"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"name": ""}, NAME),
        ({"name": "a/b"}, NAME),
        ({"name": " a"}, NAME),
        ({"name": "a\n"}, NAME),
        ({"name": "a?b"}, NAME),
        ({"name": "x" * 41}, NAME),
        ({"packages": {"*": Package(1), "CD": Package(0)}}, PARCEL),
        ({"packages": {"CD": Package(1, (1, 0, 1))}}, PARCEL),
        ({"packages": {"CD": Package(1, (1, 1, -1))}}, PARCEL),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        replace(MINE, **changed).checked()
    assert str(refusal.value) == problem


@pytest.mark.parametrize("name", ["x", "x" * 40, "My CDs", "LPs & 45s (new)", "Öl 2,5"])
def test_a_profile_that_can_be_used_is_kept_as_it_is(name: str) -> None:
    whole = replace(MINE, name=name, packages={"CD": Package(0.5, (0.1, 0.1, 0.1))})
    assert whole.checked() is whole
    with pytest.raises(BadRequest):
        replace(MINE, description="{nonsense}").checked()


def test_a_profile_is_found_by_its_name_and_otherwise_the_default_counts() -> None:
    assert [BOTH.find(name) for name in ("Mine", "other", "mine")] == [MINE, OTHER, None]
    assert [BOTH.profile(name) for name in ("Mine", "gone", "")] == [MINE, OTHER, OTHER]
    assert replace(BOTH, default="gone").profile("gone") == MINE
    assert BOTH.named("Mine") == MINE
    assert SellerSettings().profile() == Profile("Standard")
    with pytest.raises(NotThere) as refusal:
        BOTH.named("gone")
    assert str(refusal.value) == "There is no profile 'gone'; there are Mine, other"


def test_a_profile_takes_the_place_of_the_one_of_its_name() -> None:
    mine = replace(MINE, condition=None)
    assert BOTH.with_profile(mine) == SellerSettings((mine, OTHER), "other")
    assert BOTH.with_profile(Profile("a")) == SellerSettings((Profile("a"), MINE, OTHER), "other")
    assert BOTH.with_profile(Profile("Pop")) == SellerSettings((MINE, OTHER, Profile("Pop")), "other")
    assert SellerSettings().with_profile(MINE) == SellerSettings((MINE,), "Mine")


def test_there_are_so_many_profiles_and_no_more() -> None:
    full = SellerSettings(tuple(Profile(f"p{number:02}") for number in range(50)), "p00")
    assert len(full.with_profile(replace(MINE, name="p07")).profiles) == 50
    with pytest.raises(BadRequest) as refusal:
        full.with_profile(MINE)
    assert str(refusal.value) == "There are 50 profiles already: remove one first"
    with pytest.raises(BadRequest):
        BOTH.with_profile(Profile("a/b"))


def test_a_profile_that_is_not_the_default_can_be_removed() -> None:
    assert BOTH.without("Mine") == SellerSettings((OTHER,), "other")
    with pytest.raises(NotThere):
        BOTH.without("gone")
    with pytest.raises(BadRequest) as refusal:
        BOTH.without("other")
    assert str(refusal.value) == "other is the default profile: make another one the default first"


def test_another_profile_becomes_the_default() -> None:
    assert BOTH.with_default("Mine") == SellerSettings((MINE, OTHER), "Mine")
    with pytest.raises(NotThere):
        BOTH.with_default("gone")
