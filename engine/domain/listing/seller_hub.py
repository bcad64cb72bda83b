"""The eBay draft file: Seller Hub's template "Create new drafts", filled in. Pure.

A seller uploads it at Seller Hub → Reports → Uploads and finds true drafts under Listings → Drafts; no credentials are
needed. The template demands action and category alone, so what is not known stays empty and eBay asks for it when the
draft is completed; a line without a category is refused by eBay, the others are not touched by that.

Text from outside is made plain: one line, no control characters, and `<` and `>` as ‹ and ›, because titles and item
specifics hold no HTML. A cell that a spreadsheet would run begins with a blank, which HTML does not show; the usual
apostrophe would stand in the listing. A specific with several values shows the first one, because nothing says how this
template parts them.

Source: contracts/UPSTREAMS.md 3.6 (template of 2026).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.domain.listing import spreadsheets
from engine.domain.listing.aspects import NAMES
from engine.domain.listing.categories import CONDITION_IDS
from engine.domain.listing.composition import Draft
from engine.domain.listing.grading import RECORD_GRADING, SLEEVE_GRADING
from engine.domain.listing.photos import refused
from engine.domain.listing.pricing import dollars
from engine.domain.listing.titles import MAX_TITLE
from engine.domain.listing.wording import clipped, plain, safe

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
SPECIFICS = (*NAMES, RECORD_GRADING, SLEEVE_GRADING)
HEAD = TEMPLATE + spreadsheets.line([*COLUMNS, *(f"C:{name}" for name in SPECIFICS)])


@dataclass(frozen=True, slots=True)
class Plan:
    """How drafts are laid out in files.

    `starts` holds the index of the row that each file begins with, one file at least. `drafts` is the number of drafts
    in all of them, `lacking` how many of these have no `category`, `condition`, `photo` or `price`.
    """

    starts: tuple[int, ...] = (0,)
    drafts: int = 0
    lacking: Mapping[str, int] = field(default_factory=dict)

    def rows(self, part: int, total: int) -> tuple[int, int]:
        """Return the rows of file `part`, counted from 1: from an index up to and without another, of `total`."""
        bounds = (*self.starts, total)
        return bounds[part - 1], bounds[part]


def plan(drafts: Iterable[tuple[int, Draft]], *, max_bytes: int = MAX_BYTES) -> Plan:
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


def line(draft: Draft) -> str:
    """Return the line of a draft; what the draft does not say is an empty cell."""
    cents = draft.price_cents
    cells = [
        "Draft",
        _cell(draft.sku),
        _cell(draft.category_id),
        _cell(draft.title, MAX_TITLE),
        _code(draft),
        "" if cents is None else dollars(cents),
        _cell(draft.quantity),
        "|".join(photos(draft)),
        CONDITION_IDS.get(str(draft.condition)),
        _description(draft),
        "FixedPrice",
        *(_cell(next(iter(draft.aspects.get(name, ())), None)) for name in SPECIFICS),
    ]
    return spreadsheets.line(cells)


def photos(draft: Draft) -> list[str]:
    """Return the addresses of a draft's first twelve pictures; `~`, which uploads have failed on, as its code."""
    usable = (url for url in draft.pictures if not refused(url))
    return [url.replace("~", "%7E") for url in usable][:MAX_PHOTOS]


def lacking(draft: Draft) -> list[str]:
    """Return what a draft leaves to the seller: `category`, `condition`, `photo`, `price`."""
    known = {
        "category": draft.category_id,
        "condition": draft.condition,
        "photo": photos(draft),
        "price": draft.price_cents,
    }
    return [name for name, value in known.items() if not value]


def _cell(value: object, room: int | None = None) -> str:
    """Return text as a cell of at most `room` characters."""
    text = plain("" if value is None else str(value)).replace("<", "‹").replace(">", "›")
    if spreadsheets.runs(text):
        text = f" {text}"
    return text if room is None else clipped(text, room)


def _code(draft: Draft) -> str:
    """Return the UPC or EAN; a carton's code is neither."""
    code = draft.upc
    return code if code.isascii() and code.isdigit() and len(code) in (12, 13) else ""


def _description(draft: Draft) -> str:
    """Return the listing's own HTML; the words about the condition come first, as the template has no cell for them."""
    words = plain(draft.condition_description)
    text = (f"<p>{safe(words)}</p>" if words else "") + plain(draft.description)
    return f" {text}" if spreadsheets.runs(text) else text
