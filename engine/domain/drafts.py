"""A draft: the inventory item and the unpublished offer that eBay is given, composed of what is known. Pure.

What is known of the release comes from the databases, what is known of the copy from the operator alone.

Source: contracts/UPSTREAMS.md 3.3 and 3.7; eBay's Inventory API v1.18.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.domain.aspects import aspects
from engine.domain.candidates import descriptions
from engine.domain.categories import Category, category, medium
from engine.domain.category_rules import CategoryRules, table
from engine.domain.decisions import NO_EDITS, Edits
from engine.domain.listings import description, plain, title
from engine.domain.photos import MAX_PHOTOS
from engine.domain.pricing import CURRENCY, Price, dollars
from engine.domain.releases import Release
from engine.domain.rows import Condition
from engine.domain.selling import SellingTerms
from engine.domain.upc import display

MARKETPLACE = "EBAY_US"
NO_CODE = "Does not apply"  # eBay's words for a product without a code of its own
MAX_NOTE = 1_000

_GRADES = {
    Condition.NEW: "New",
    Condition.LIKE_NEW: "Like New",
    Condition.USED_VERY_GOOD: "Very Good",
    Condition.USED_GOOD: "Good",
    Condition.USED_ACCEPTABLE: "Acceptable",
}


@dataclass(frozen=True, slots=True)
class Copy:
    """What the operator says of the copies that one draft offers; `condition` is None and `note` "" when unsaid.

    `photos` holds the https addresses of his own pictures of them, `photo_warning` the sentence that says which others
    he named and why they are not used. `quantity` holds what later batches `added`, by the SKUs of their rows.
    """

    sku: str
    gtin: str
    condition: Condition | None = None
    quantity: int = 1
    note: str = ""
    photos: tuple[str, ...] = ()
    photo_warning: str = ""
    added: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it is sent, kept and exported.

    `inventory_item` and `offer` are eBay's payloads. `category` is None when this program knows none for the medium.
    `image_url` is the first picture, "" when there is none. `not_publishable` says what is left to do before it can be
    published, `checked_against` which rules of the category say so.
    """

    copy: Copy
    title: str
    description: str
    category: Category | None
    price_cents: int
    image_url: str
    inventory_item: Mapping[str, Any]
    offer: Mapping[str, Any]
    not_publishable: tuple[str, ...]
    checked_against: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        """Return the draft as JSON types."""
        return {
            "sku": self.copy.sku,
            "title": self.title,
            "category_id": self.category.id if self.category else None,
            "category": self.category.name if self.category else None,
            "condition": self.inventory_item.get("condition"),
            "condition_description": self.inventory_item.get("conditionDescription", ""),
            "grade": self.copy.condition,
            "quantity": self.copy.quantity,
            "added": dict(self.copy.added),
            "note": self.copy.note,
            "price_cents": self.price_cents,
            "currency": CURRENCY,
            "upc": display(self.copy.gtin),
            "image_url": self.image_url,
            "own_photos": bool(self.copy.photos),
            "not_publishable": list(self.not_publishable),
            "checked_against": dict(self.checked_against),
            "inventory_item": dict(self.inventory_item),
            "offer": dict(self.offer),
        }


def compose(
    copy: Copy,
    release: Release,
    price: Price,
    cover_url: str = "",
    terms: SellingTerms | None = None,
    edits: Edits = NO_EDITS,
    rules: Mapping[str, CategoryRules] | None = None,
) -> Draft:
    """Return the draft that offers `copy` of `release` on the seller's `terms`, with a person's `edits` of its words.

    What he said of the copy and the price is in `copy` and `price` already.

    `cover_url` is the catalogue's cover by https, "" when there is none; the operator's own photos replace it. `rules`
    holds what eBay says of categories, by their number; of others the table is used.
    """
    terms = terms or SellingTerms()
    place = edits.category or category(release.formats)
    ruled = (rules or {}).get(place.id if place else "") or table(place)
    name = edits.title or title(release, copy.gtin)
    graded = _condition(copy, ruled)
    note = "" if "conditionDescription" in graded else copy.note
    text = description(release, copy.gtin, note=note, paragraph=edits.paragraph)
    pictures = list(copy.photos[:MAX_PHOTOS]) or [cover_url] * bool(cover_url)
    specifics = edits.applied(aspects(release, ruled))
    product = {
        "title": name,
        "description": text,
        "aspects": specifics,
        **_codes(copy.gtin),
        **({"imageUrls": pictures} if pictures else {}),
    }
    item = {
        "availability": {"shipToLocationAvailability": {"quantity": copy.quantity}},
        **graded,
        **terms.item_fields(medium(release.formats)),
        "product": product,
    }
    picture = next(iter(pictures), "")
    left = (
        *_unknown(copy, release, place),
        *_against(ruled, copy, place, specifics),
        *_unfit(copy, release, picture),
        *_unset(terms),
    )
    offer = _offer(copy, place, price, terms)
    return Draft(copy, name, text, place, price.cents, picture, item, offer, left, ruled.checked_against())


def _offer(copy: Copy, place: Category | None, price: Price, terms: SellingTerms) -> dict[str, Any]:
    """Return the offer. eBay's own catalogue stays out of it, lest it replace what was matched here."""
    return {
        "sku": copy.sku,
        "marketplaceId": MARKETPLACE,
        "format": "FIXED_PRICE",
        "availableQuantity": copy.quantity,
        **({"categoryId": place.id} if place else {}),
        "listingDuration": "GTC",
        "pricingSummary": {"price": {"currency": CURRENCY, "value": dollars(price.cents)}},
        **terms.offer_fields(),
        "includeCatalogProductDetails": False,
    }


def _condition(copy: Copy, rules: CategoryRules) -> dict[str, str]:
    """Return the condition fields, {} when the operator gave no grade.

    Where a category knows only new and used, the operator's own grade goes into the words beside it. eBay ignores those
    words for a copy that is new or like new.
    """
    if copy.condition is None:
        return {}
    term = rules.condition(copy.condition)
    words = [plain(copy.note)]
    if term != copy.condition:
        words.insert(0, f"Graded {_GRADES[copy.condition]} by the seller.")
    told = " ".join(filter(None, words))[:MAX_NOTE]
    if not told or term in (Condition.NEW, Condition.LIKE_NEW):
        return {"condition": term}
    return {"condition": term, "conditionDescription": told}


def _codes(gtin: str) -> dict[str, list[str]]:
    """Return the barcode under the name that eBay knows it by; a carton's code (14 digits) is no product's."""
    code = display(gtin)
    name = {12: "upc", 13: "ean"}.get(len(code))
    return {name: [code]} if name else {"upc": [NO_CODE]}


def _unknown(copy: Copy, release: Release, place: Category | None) -> Iterator[str]:
    """Yield, as sentences, what any listing needs and nobody has said."""
    if copy.condition is None:
        yield "The condition is not set: only you can grade the copy."
    if place is None:
        yield f"No category is known for {release.format or 'an unknown medium'}: choose one at eBay."


def _against(
    rules: CategoryRules, copy: Copy, place: Category | None, specifics: Mapping[str, list[str]]
) -> Iterator[str]:
    """Yield what the rules of the category ask for and do not find, or find and do not take."""
    if place and not rules.listable:
        yield f"eBay has no category {place.name} ({place.id}) to list in: choose another."
    if copy.condition and place and not rules.takes(copy.condition):
        yield f"eBay does not take the condition {_GRADES[copy.condition]} in {place.name}: choose another."
    for name in rules.required:
        if name not in specifics:
            yield f"{name} is unknown: eBay asks for it."
    yield from filter(None, (rules.specific(name).refused(values) for name, values in specifics.items()))


def _unfit(copy: Copy, release: Release, picture: str) -> Iterator[str]:
    """Yield what eBay does not allow in a listing of this copy, and what would mend it."""
    told = ""
    if not picture:
        told = "There is no picture: eBay asks for at least one."
    elif copy.condition is not Condition.NEW and not copy.photos:
        told = "The picture is a catalogue cover: for a used copy eBay wants your own photo."
    if told:
        yield told
        yield from filter(None, [copy.photo_warning])
    if "Unofficial Release" in descriptions(release):
        yield "The release is marked unofficial: eBay does not allow bootlegs."


def _unset(terms: SellingTerms) -> Iterator[str]:
    if unset := terms.unset:
        yield f"Not set: {', '.join(unset)}. Choose it at eBay, or for all drafts in the settings."
