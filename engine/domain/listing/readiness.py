"""What is left to do before a draft can be published, in sentences and in words that are searched for. Pure.

None of it keeps a row from becoming a draft.

Source: contracts/UPSTREAMS.md 3.3; eBay's Inventory API v1.18.4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from engine.codec import OpenEnum
from engine.domain.batch.rows import Condition
from engine.domain.identify.candidates import descriptions
from engine.domain.identify.releases import Release
from engine.domain.listing.categories import FILMS, Category
from engine.domain.listing.category_rules import CategoryRules
from engine.domain.listing.grading import Graded
from engine.domain.listing.pricing import Price
from engine.domain.listing.seller_terms import SellingTerms

GRADES = {
    Condition.NEW: "New",
    Condition.LIKE_NEW: "Like New",
    Condition.USED_VERY_GOOD: "Very Good",
    Condition.USED_GOOD: "Good",
    Condition.USED_ACCEPTABLE: "Acceptable",
}


_RECORDABLE = {"CDr": "CD-R", "DVDr": "DVD-R", "Blu-ray-R": "BD-R"}


class DraftNeed(OpenEnum):
    """What a draft needs before it can be published, in the order in which it is told. Stored: never renamed."""

    PRICE = "price"
    CONDITION = "condition"
    CATEGORY = "category"
    SPECIFICS = "specifics"
    PICTURE = "picture"
    OFFICIAL_RELEASE = "official_release"  # nothing mends this one: eBay takes no bootlegs
    RIGHTS = "rights"  # nor this one: eBay takes recordable media from the owner of the rights alone
    PARCEL = "parcel"
    POLICIES = "policies"
    LOCATION = "location"
    DESCRIPTION = "description"


class ToDo(NamedTuple):
    """Something left to do: the sentence that an operator reads, and what the draft needs."""

    sentence: str
    needs: tuple[DraftNeed, ...]


def needs(to_do: Iterable[ToDo]) -> tuple[DraftNeed, ...]:
    """Return what is needed, each once, in its order."""
    found = {need for one in to_do for need in one.needs}
    return tuple(need for need in DraftNeed if need in found)


def unsaid(price: Price, graded: Graded, place: Category | None, release: Release) -> Iterator[ToDo]:
    """Yield what any listing needs and nobody has said; the price first, with the reason why there is none."""
    if not price:
        yield ToDo(f"There is no price. {price.reason}".rstrip(), (DraftNeed.PRICE,))
    if sentence := _ungraded(graded):
        yield ToDo(sentence, (DraftNeed.CONDITION,))
    if place is None:
        medium = release.format or "an unknown medium"
        yield ToDo(f"No category is known for {medium}: choose one at eBay.", (DraftNeed.CATEGORY,))


def _ungraded(graded: Graded) -> str:
    """Return what is to do about the condition of a copy, "" for nothing."""
    own = graded.own.written if graded.own else ""
    if graded.overstated and graded.condition:
        return f"{GRADES[graded.condition]} promises more than your grade {own}: correct one of them."
    if graded.condition:
        return ""
    if graded.own and graded.own.medium:
        promise = f"No condition of eBay's promises as little as your grade {own}"
        return f"{promise}: choose one for this draft, or for new batches on Seller settings."
    return "The condition is not set: only you can grade the copy."


def against(
    rules: CategoryRules, condition: str | None, place: Category | None, specifics: Mapping[str, list[str]]
) -> Iterator[ToDo]:
    """Yield what the rules of the category ask for and do not find, or find and do not take.

    `condition` is eBay's enum.
    """
    if place and not rules.listable:
        sentence = f"eBay has no category {place.name} ({place.id}) to list in: choose another."
        yield ToDo(sentence, (DraftNeed.CATEGORY,))
    if condition and place and condition not in rules.conditions:
        sentence = f"eBay does not take the condition {_named(condition)} in {place.name}: choose another."
        yield ToDo(sentence, (DraftNeed.CONDITION,))
    missing = (f"{name} is unknown: eBay asks for it." for name in rules.required if name not in specifics)
    refused = (rules.specific(name).refused(values) for name, values in specifics.items())
    yield from (ToDo(sentence, (DraftNeed.SPECIFICS,)) for sentence in (*missing, *filter(None, refused)))


def _named(condition: str) -> str:
    return GRADES.get(Condition(condition), condition)


def unfit(
    picture: str, condition: Condition | None, release: Release, *, own_photos: bool, warning: str
) -> Iterator[ToDo]:
    """Yield what eBay does not allow in a listing of this copy, and what would mend it.

    `picture` is the address of the first one, "" for none; `warning` says which photos of the file are not used.
    """
    problem = ""
    if not picture:
        problem = "There is no picture: eBay asks for at least one."
    elif condition is not Condition.NEW and not own_photos:
        problem = "The picture is a catalogue cover: for a used copy eBay wants your own photo."
    if problem:
        yield from (ToDo(sentence, (DraftNeed.PICTURE,)) for sentence in (problem, warning) if sentence)
    if "Unofficial Release" in descriptions(release):
        sentence = "The release is marked unofficial: eBay does not allow bootlegs."
        yield ToDo(sentence, (DraftNeed.OFFICIAL_RELEASE,))
    if burnt := [_RECORDABLE[item.name] for item in release.formats if item.name in _RECORDABLE]:
        sentence = f"It is a {burnt[0]}: eBay takes recordable media only from who owns the rights to what is on them."
        yield ToDo(sentence, (DraftNeed.RIGHTS,))


def notes(release: Release, place: Category | None) -> Iterator[str]:
    """Yield what a seller should look at before publishing, though nothing is left to do."""
    if "Promo" in descriptions(release):
        screener = "eBay takes no screeners of films, and asks" if place in FILMS else "eBay asks"
        yield f"It is marked as a promotional copy: {screener} that the listing says so."


def unset(terms: SellingTerms, medium: str) -> Iterator[ToDo]:
    """Yield what a buyer has to know and the seller has not set; the parcel where the postage goes by its weight."""
    if terms.by_weight and terms.package(medium) is None:
        kind = medium or "this medium"
        sentence = f"The postage goes by weight, and no parcel is set for {kind}: set one on Seller settings."
        yield ToDo(sentence, (DraftNeed.PARCEL,))
    if names := terms.unset:
        policies = (terms.fulfillment_policy, terms.payment_policy, terms.return_policy)
        needed = [DraftNeed.POLICIES] * (not all(policies)) + [DraftNeed.LOCATION] * (not terms.location_key)
        sentence = f"Not set: {', '.join(names)}. Choose it at eBay, or for all drafts on Seller settings."
        yield ToDo(sentence, tuple(needed))
