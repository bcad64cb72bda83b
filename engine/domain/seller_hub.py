"""The eBay draft file: Seller Hub's template "Create new drafts", filled in. Pure.

A seller uploads it at Seller Hub → Reports → Uploads and finds true drafts under Listings → Drafts; no credentials are
needed. The template demands action and category alone, so what is not known stays empty and eBay asks for it when the
draft is completed; a line without a category is refused by eBay, the others are not touched by that.

Text from outside is made plain: one line, no control characters, and `<` and `>` as ‹ and ›, because titles and item
specifics hold no HTML. A cell that a spreadsheet would run begins with a blank, which HTML does not show; the usual
apostrophe would stand in the listing. A specific with several values tells the first one, because nothing says how this
template parts them.

Source: contracts/UPSTREAMS.md 3.6 (template of 2026).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.domain import spreadsheets
from engine.domain.aspects import NAMES
from engine.domain.categories import CONDITION_IDS
from engine.domain.listings import MAX_TITLE, clipped, plain, safe
from engine.domain.photos import refused
from engine.domain.pricing import dollars

MAX_BYTES = 15_000_000
MAX_PHOTOS = 12
TEMPLATE = (
    "#INFO,Version=0.0.2,Template= eBay-draft-listings-template_US,,,,,,,,\n"
    "#INFO Action and Category ID are required fields. 1) Set Action to Draft 2) Please find the category ID for your "
    "listings here: https://pages.ebay.com/sellerinformation/news/categorychanges.html,,,,,,,,,,\n"
    "\"#INFO After you've successfully uploaded your draft from the Seller Hub Reports tab, complete your drafts to "
    'active listings here: https://www.ebay.com/sh/lst/drafts",,,,,,,,,,\n'
    "#INFO,,,,,,,,,,\n"
)
COLUMNS = (
    "Action(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8)",
    "Custom label (SKU)",
    "Category ID",
    "Title",
    "UPC",
    "Price",
    "Quantity",
    "Item photo URL",
    "Condition ID",
    "Description",
    "Format",
)
HEAD = TEMPLATE + spreadsheets.line([*COLUMNS, *(f"C:{name}" for name in NAMES)])


@dataclass(frozen=True, slots=True)
class Plan:
    """How drafts are laid out in files.

    `starts` holds the index of the row that each file begins with, one file at least. `drafts` is the number of drafts
    in all of them, `lacking` how many of these have no `category`, `condition` or `photo`.
    """

    starts: tuple[int, ...] = (0,)
    drafts: int = 0
    lacking: Mapping[str, int] = field(default_factory=dict)

    def rows(self, part: int, total: int) -> tuple[int, int]:
        """Return the rows of file `part`, counted from 1: from an index up to and without another, of `total`."""
        bounds = (*self.starts, total)
        return bounds[part - 1], bounds[part]


def plan(drafts: Iterable[tuple[int, Mapping[str, Any]]], *, max_bytes: int = MAX_BYTES) -> Plan:
    """Return how drafts, each with the index of its row, are laid out in files of at most `max_bytes`.

    A single line that is longer has a file of its own.
    """
    head = len(HEAD.encode())
    starts, size, count, missing = [0], head, 0, Counter[str]()
    for index, draft in drafts:
        length = len(line(draft).encode())
        if size + length > max_bytes and size > head:
            starts.append(index)
            size = head
        size += length
        count += 1
        missing.update(lacking(draft))
    return Plan(tuple(starts), count, dict(missing))


def line(draft: Mapping[str, Any]) -> str:
    """Return the line of a draft as it is stored with its item; what the draft does not say is an empty cell."""
    item = draft.get("inventory_item") or {}
    product = item.get("product") or {}
    specifics = product.get("aspects") or {}
    cents = draft.get("price_cents")
    cells = [
        "Draft",
        _cell(draft.get("sku")),
        _cell(draft.get("category_id")),
        _cell(draft.get("title"), MAX_TITLE),
        _code(draft),
        "" if cents is None else dollars(cents),
        _cell(draft.get("quantity")),
        "|".join(photos(draft)),
        CONDITION_IDS.get(item.get("condition", ""), ""),
        _description(item, product),
        "FixedPrice",
        *(_cell(next(iter(specifics.get(name, ())), "")) for name in NAMES),
    ]
    return spreadsheets.line(cells)


def photos(draft: Mapping[str, Any]) -> list[str]:
    """Return the addresses of a draft's first twelve pictures; `~`, which uploads have failed on, as its code."""
    product = (draft.get("inventory_item") or {}).get("product") or {}
    usable = (url for url in product.get("imageUrls") or () if not refused(url))
    return [url.replace("~", "%7E") for url in usable][:MAX_PHOTOS]


def lacking(draft: Mapping[str, Any]) -> list[str]:
    """Return what a draft leaves to the seller: `category`, `condition`, `photo`."""
    item = draft.get("inventory_item") or {}
    known = {
        "category": draft.get("category_id"),
        "condition": item.get("condition"),
        "photo": photos(draft),
    }
    return [name for name, value in known.items() if not value]


def _cell(value: object, room: int | None = None) -> str:
    """Return text as a cell of at most `room` characters."""
    text = plain("" if value is None else str(value)).replace("<", "‹").replace(">", "›")
    if spreadsheets.runs(text):
        text = f" {text}"
    return text if room is None else clipped(text, room)


def _code(draft: Mapping[str, Any]) -> str:
    """Return the UPC or EAN; a carton's code is neither."""
    code = str(draft.get("upc") or "")
    return code if code.isascii() and code.isdigit() and len(code) in (12, 13) else ""


def _description(item: Mapping[str, Any], product: Mapping[str, Any]) -> str:
    """Return the listing's own HTML; the words about the condition come first, as the template has no cell for them."""
    words = plain(str(item.get("conditionDescription") or ""))
    text = (f"<p>{safe(words)}</p>" if words else "") + plain(str(product.get("description") or ""))
    return f" {text}" if spreadsheets.runs(text) else text
