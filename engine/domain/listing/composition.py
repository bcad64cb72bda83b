"""A draft: the inventory item and the unpublished offer that eBay is given, composed of what is known. Pure.

What is known of the release comes from the databases, what is known of the copy from the operator alone.

Source: contracts/UPSTREAMS.md 3.3 and 3.7; eBay's Inventory API v1.18.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.codec import Part, replace
from engine.domain.batch.decided import NO_EDITS, Edits
from engine.domain.batch.grades import Grading
from engine.domain.batch.rows import Condition
from engine.domain.identify.barcodes import display
from engine.domain.identify.releases import Release
from engine.domain.listing import grading
from engine.domain.listing.aspects import aspects
from engine.domain.listing.categories import Category, category, medium
from engine.domain.listing.category_rules import CategoryRules, CheckedAgainst, table
from engine.domain.listing.description.listing_text import ListingText, Said, listing_text
from engine.domain.listing.grading import Graded
from engine.domain.listing.photos import MAX_PHOTOS
from engine.domain.listing.pricing import CURRENCY, Price, dollars
from engine.domain.listing.readiness import GRADES, DraftNeed, ToDo, against, needs, notes, unfit, unsaid, unset
from engine.domain.listing.seller_terms import SellingTerms
from engine.domain.listing.titles import title
from engine.domain.listing.wording import plain, without_markup

MARKETPLACE = "EBAY_US"
NO_CODE = "Does not apply"  # eBay's words for a product without a code of its own
MAX_NOTE = 1_000


@dataclass(frozen=True, slots=True)
class Copy:
    """What the operator says of the copies that one draft offers; `condition` is None and `note` "" when unsaid.

    `own` are their grades by the trade's scale; `mapped` and `overstated` are as in `Graded`. `photos` holds the https
    addresses of the operator's own pictures, `photo_warning` the sentence that says which others they named and why not
    these. `quantity` holds what later batches `added`, by the SKUs of their rows.
    """

    sku: str
    gtin: str
    condition: Condition | None = None
    quantity: int = 1
    note: str = ""
    photos: tuple[str, ...] = ()
    photo_warning: str = ""
    added: Mapping[str, int] = field(default_factory=dict)
    own: Grading | None = None
    mapped: bool = False
    overstated: bool = False

    @property
    def graded(self) -> Graded:
        """Return how the copies are graded."""
        return Graded(self.condition, self.own, self.mapped, self.overstated)

    @property
    def words(self) -> str:
        """Return the operator's own words about the copies: their grades, and their note."""
        return " ".join(filter(None, (f"{self.own.sentence}." if self.own else "", self.note)))


class Draft(Part, frozen=True, omit_defaults=False):
    """A draft as it is sent, stored with its row and exported.

    `inventory_item` and `offer` are eBay's payloads. `category` is None when this program knows none for the medium.
    `grade` is the operator's, `condition` what it is called in the category; `grading` holds their own grades by the
    trade's scale. `quantity` holds what later batches `added`, by the SKUs of their rows. `image_url` is the first
    picture, "" when there is none; `own_photos` says that the pictures are the operator's. `not_publishable` says what
    is left to do before it can be published, `needs` the same in words that are searched for, `checked_against` which
    rules of the category say so; `notes` are worth a look all the same. `price_cents` is None
    while there is no price.
    """

    sku: str = ""
    title: str = ""
    category_id: str | None = None
    category: str | None = None
    condition: str | None = None
    condition_description: str = ""
    grade: Condition | None = None
    quantity: int = 1
    added: Mapping[str, int] = {}
    note: str = ""
    price_cents: int | None = None
    currency: str = CURRENCY
    upc: str = ""
    image_url: str = ""
    own_photos: bool = False
    not_publishable: tuple[str, ...] = ()
    needs: tuple[DraftNeed, ...] = ()
    checked_against: CheckedAgainst = CheckedAgainst()
    inventory_item: Mapping[str, object] = {}
    offer: Mapping[str, object] = {}
    grading: Grading | None = None
    notes: tuple[str, ...] = ()

    @property
    def description(self) -> str:
        """Return the text of the listing, HTML."""
        return str(self._product.get("description") or "")

    @property
    def aspects(self) -> Mapping[str, Sequence[str]]:
        """Return the item specifics."""
        known: Mapping[str, Sequence[str]] = self._product.get("aspects") or {}
        return known

    @property
    def pictures(self) -> Sequence[str]:
        """Return the addresses of all pictures."""
        known: Sequence[str] = self._product.get("imageUrls") or ()
        return known

    def with_to_do(self, more: ToDo) -> Draft:
        """Return the draft with one thing more that is left to do."""
        told = (*self.not_publishable, more.sentence)
        return replace(self, not_publishable=told, needs=needs([ToDo("", self.needs), more]))

    @property
    def _product(self) -> Mapping[str, Any]:
        known: Any = self.inventory_item.get("product")
        return known or {}


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

    What the person said of the copy and the price is in `copy` and `price` already.

    `cover_url` is the catalogue's cover by https, "" when there is none; the operator's own photos replace it. `rules`
    holds what eBay says of categories, by their number; of others the table is used.
    """
    terms = terms or SellingTerms()
    place, ruled = _placed(release, edits, rules or {})
    graded, kind = _condition(copy, ruled), medium(release.formats)
    text = _text(release, copy, terms, said_elsewhere="conditionDescription" in graded, paragraph=edits.paragraph or "")
    name = edits.title or title(release, copy.gtin, own=copy.own, templates=terms.titles)
    specifics = edits.applied({**aspects(release, ruled), **grading.specifics(copy.own, place, ruled)})
    pictures = list(copy.photos[:MAX_PHOTOS]) or [cover_url] * bool(cover_url)
    picture = next(iter(pictures), "")
    product = {"title": name, "description": text.html, "aspects": specifics, **_codes(copy.gtin), **_images(pictures)}
    to_do: list[ToDo] = [
        *unsaid(price, copy.graded, place, release),
        *against(ruled, graded.get("condition"), place, specifics),
        *unfit(picture, copy.condition, release, own_photos=bool(copy.photos), warning=copy.photo_warning),
        *unset(terms, kind),
        *([ToDo(text.to_do, (DraftNeed.DESCRIPTION,))] if text.to_do else []),
    ]
    return replace(
        _described(copy, place, price, ruled, graded),
        title=name,
        image_url=picture,
        not_publishable=tuple(one.sentence for one in to_do),
        needs=needs(to_do),
        notes=tuple(notes(release, place)),
        inventory_item=_inventory_item(copy, graded, terms.item_fields(kind), product),
        offer=_offer(copy, place, price, terms),
    )


def _placed(
    release: Release, edits: Edits, rules: Mapping[str, CategoryRules]
) -> tuple[Category | None, CategoryRules]:
    """Return the category with its rules: a person's choice, else the release's own unless its number is not sure."""
    place = edits.category or category(release.formats)
    ruled = rules.get(place.id if place else "") or table(place)
    if place and not edits.category and not ruled.confirm(place):
        return None, table(None)
    return place, ruled


def _text(release: Release, copy: Copy, terms: SellingTerms, *, said_elsewhere: bool, paragraph: str) -> ListingText:
    """Return the text of the listing, by the seller's template where there is one.

    `said_elsewhere` is whether the operator's words about the copy stand beside the condition.
    """
    said = said_of(copy, noted=said_elsewhere, paragraph=paragraph)
    return listing_text(release, copy.gtin, said, terms.texts, terms.description)


def said_of(copy: Copy, *, noted: bool, paragraph: str) -> Said:
    """Return the operator's words about a copy as its text has them; `noted` as in `Said`."""
    return Said(
        condition=GRADES[copy.condition] if copy.condition else "",
        grades=copy.own.names if copy.own else ("", ""),
        note=copy.note if noted else copy.words,
        paragraph=paragraph,
        noted=noted,
    )


def _described(
    copy: Copy, place: Category | None, price: Price, rules: CategoryRules, graded: Mapping[str, str]
) -> Draft:
    """Return the draft with what is known of the copy, its price and its category."""
    return Draft(
        sku=copy.sku,
        category_id=place.id if place else None,
        category=place.name if place else None,
        condition=graded.get("condition"),
        condition_description=graded.get("conditionDescription", ""),
        grade=copy.condition,
        grading=copy.own,
        quantity=copy.quantity,
        added=copy.added,
        note=copy.note,
        price_cents=price.cents or None,
        upc=display(copy.gtin),
        own_photos=bool(copy.photos),
        checked_against=rules.checked_against(),
    )


def _inventory_item(
    copy: Copy, graded: Mapping[str, str], parcel: Mapping[str, object], product: Mapping[str, object]
) -> dict[str, object]:
    """Return the inventory item; `graded` and `parcel` are its fields of condition and package."""
    return {
        "availability": {"shipToLocationAvailability": {"quantity": copy.quantity}},
        **graded,
        **parcel,
        "product": product,
    }


def _offer(copy: Copy, place: Category | None, price: Price, terms: SellingTerms) -> dict[str, object]:
    """Return the offer, without a price where there is none: eBay asks for one only when it is published.

    eBay's own catalogue stays out of it, lest it replace what was matched here.
    """
    asked = {"pricingSummary": {"price": {"currency": CURRENCY, "value": dollars(price.cents)}}} if price else {}
    return {
        "sku": copy.sku,
        "marketplaceId": MARKETPLACE,
        "format": "FIXED_PRICE",
        "availableQuantity": copy.quantity,
        **({"categoryId": place.id} if place else {}),
        "listingDuration": "GTC",
        **asked,
        **terms.offer_fields(),
        "includeCatalogProductDetails": False,
    }


def _condition(copy: Copy, rules: CategoryRules) -> dict[str, str]:
    """Return the condition fields, {} when the operator gave no grade.

    The operator's own grade goes into the words beside it, by the trade's scale, or in eBay's words where a category
    knows only new and used. eBay ignores those words for a copy that is new or like new.
    """
    term = grading.taken(copy.graded, rules)
    if copy.condition is None or term is None:
        return {}
    words = plain(without_markup(copy.words))
    if copy.own is None and term != copy.condition:
        words = f"Graded {GRADES[copy.condition]} by the seller (eBay's scale). {words}".strip()
    text = words[:MAX_NOTE].rstrip()
    if not text or term in (Condition.NEW, Condition.LIKE_NEW):
        return {"condition": term}
    return {"condition": term, "conditionDescription": text}


def _codes(gtin: str) -> dict[str, list[str]]:
    """Return the barcode under the name that eBay knows it by; a carton's code (14 digits) is no product's."""
    code = display(gtin)
    if len(code) == len("000012345670") and code.startswith("0000"):
        return {"ean": [code[4:]]}  # an EAN of eight digits
    name = {12: "upc", 13: "ean"}.get(len(code))
    return {name: [code]} if name else {"upc": [NO_CODE]}


def _images(pictures: list[str]) -> dict[str, list[str]]:
    return {"imageUrls": pictures} if pictures else {}
