"""Exports that sellers have of other places, and our own: known by their headers, each column mapped to what it holds.

Sources: the files themselves, as their places write them (seen 2026-11): Discogs collection and inventory, eBay Seller
Hub's report "Active listings" and its template of drafts, CLZ Music Collector, Libib, Amazon's "Active Listings Report"
(https://sellercentral.amazon.com/help/hub/reference/external/200386180 for its numbers of conditions), Shopify products
(https://help.shopify.com/en/manual/products/import-export/using-csv).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

from engine.domain.batch.layout import Role
from engine.domain.listing import spreadsheets
from engine.reading import names
from engine.reading.tables import Record, Table

Cells = tuple[str, ...]
Places = Mapping[str, int]
Adapt = Callable[[Iterator[Record], Places], Iterator[Record]]

_RESULTS = ("row", "upc", "status")  # our own columns begin so, behind those of the file
_OF_RESULTS: Mapping[str, Role] = {
    "price": Role.PRICE,
    "artist": Role.ARTIST,
    "title": Role.TITLE,
    "label": Role.LABEL,
    "year": Role.YEAR,
    "country": Role.COUNTRY,
    "seller sku": Role.SKU,
    "location": Role.LOCATION,
    "quantity": Role.QUANTITY,
    "condition": Role.CONDITION,
    "sleeve": Role.SLEEVE,
    "note": Role.NOTE,
    "photos": Role.PHOTOS,
    "discogs id": Role.DISCOGS_ID,
    "catalog number": Role.CATALOG_NUMBER,
}
_PRICES_OF_EBAY = ("start price", "auction buy it now price", "reserve price", "current price")
_CODE_OF_A_CURRENCY = 3  # letters
_AMAZON_CONDITIONS = {
    "1": "Used: Like New",
    "2": "Used: Very Good",
    "3": "Used: Good",
    "4": "Used: Acceptable",
    "11": "New",
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file that is known: what an operator calls one, and what its columns are for; None is for nothing.

    Columns that are not among `roles` are for what their names say. `adapt` makes its records into ours.
    """

    name: str
    roles: Mapping[int, Role | None] = field(default_factory=dict)
    adapt: Callable[[Iterator[Record]], Iterator[Record]] = iter

    def adapted(self, table: Table) -> Table:
        """Return the table of such a file with one record for each of its things."""
        return replace(table, records=lambda: self.adapt(table.records()))


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of export is known, by names that all stand in its header, and what its columns are for."""

    name: str
    signature: frozenset[str]
    roles: Mapping[str, Role | None] = field(default_factory=dict)
    adapt: Adapt | None = None


def role(export: Export | None, place: int, cell: str) -> Role | None:
    """Return what the column at `place`, called `cell`, is for in a file that may be a known export."""
    return export.roles[place] if export and place in export.roles else names.role(cell)


@lru_cache(maxsize=64)
def known(header: Cells) -> Export | None:
    """Return the export that has such a header, None when it is none that we know."""
    plain = [names.plain(cell) for cell in header]
    if any(tuple(plain[place : place + 3]) == _RESULTS for place in range(len(plain))):
        return _results(plain)
    found = set(plain)
    kind = next((kind for kind in _KINDS if kind.signature <= found), None)
    if kind is None:
        return None
    places = {name: place for place, name in reversed(list(enumerate(plain)))}
    roles = {place: kind.roles[name] for place, name in enumerate(plain) if name in kind.roles}
    return Export(kind.name, roles, partial(_adapted, kind.adapt, places) if kind.adapt else iter)


def _adapted(adapt: Adapt, places: Places, records: Iterator[Record]) -> Iterator[Record]:
    return adapt(records, places)


def _results(plain: list[str]) -> Export:
    """Return our own results: the file's own columns count first, then what we say of each row."""
    begin = max(place for place in range(len(plain)) if tuple(plain[place : place + 3]) == _RESULTS)
    roles = {place: _OF_RESULTS.get(plain[place]) for place in range(begin, len(plain))}
    return Export("a results file of Draft Maker", roles, _unprotected)


def _unprotected(records: Iterator[Record]) -> Iterator[Record]:
    """Yield records without the apostrophe that keeps a spreadsheet from running a cell."""
    for line, cells in records:
        yield line, tuple(cell[1:] if cell[:1] == "'" and spreadsheets.runs(cell[1:]) else cell for cell in cells)


def _of_amazon(records: Iterator[Record], places: Places) -> Iterator[Record]:
    """Yield records with the words that Amazon's numbers of conditions stand for."""
    place = places.get("item condition", -1)
    for line, cells in records:
        word = _AMAZON_CONDITIONS.get(cells[place].strip()) if 0 <= place < len(cells) else None
        yield line, (*cells[:place], word, *cells[place + 1 :]) if word else cells


def _of_ebay(records: Iterator[Record], places: Places) -> Iterator[Record]:
    """Yield records whose prices name their currency where that is not the dollar: so none is taken for dollars."""
    prices = {places[name] for name in _PRICES_OF_EBAY if name in places}
    for line, cells in records:
        currency = _cell(cells, places["currency"]) if "currency" in places else ""
        if len(currency) == _CODE_OF_A_CURRENCY and currency != "USD":
            cells = tuple(
                f"{currency} {cell}" if cell and place in prices else cell for place, cell in enumerate(cells)
            )
        yield line, cells


def _of_shopify(records: Iterator[Record], places: Places) -> Iterator[Record]:
    """Yield one record a variant; lines that add a picture to a product give it to the first of its variants."""
    handle, image = places["handle"], places["image src"]
    variant = [places[name] for name in ("variant barcode", "variant sku", "variant price") if name in places]
    product: list[Record] = []
    for line, cells in records:
        first = product[0][1] if product else ()
        if product and _cell(first, handle) != _cell(cells, handle):
            yield from product
            product = []
        if not product or any(_cell(cells, place) for place in variant):
            product.append((line, cells))
        elif address := _cell(cells, image):
            pictures = "|".join(filter(None, (_cell(first, image), address)))
            product[0] = product[0][0], (*first[:image], pictures, *first[image + 1 :])
    yield from product


def flat(entry: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what a line of our own results as JSON says of its row in the file, by the names of results as CSV.

    None when it is no such line.
    """
    file = entry.get("file")
    if not isinstance(file, Mapping) or not {"row", "upc", "status"} <= entry.keys():
        return None
    cents, grading = file.get("price_cents"), file.get("grading") or {}
    return {
        "row": entry["row"],
        "upc": file.get("value", ""),
        "status": entry["status"],
        "quantity": file.get("quantity", 1),
        "condition": file.get("condition") or grading.get("medium") or "",
        "sleeve": grading.get("sleeve") or "",
        "price": f"{cents / 100:.2f}" if isinstance(cents, int) else "",
        "note": file.get("note", ""),
        "photos": "|".join(file.get("photos", ())),
        "seller_sku": file.get("seller_sku", ""),
        "location": file.get("location", ""),
        **(file.get("named") or {}),
    }


def _cell(cells: Cells, place: int) -> str:
    return cells[place].strip() if place < len(cells) else ""


_KINDS = (
    _Kind("a Discogs collection", frozenset({"release id", "collectionfolder"})),
    _Kind(
        "a Discogs inventory",
        frozenset({"listing id", "release id", "media condition"}),
        {"external id": Role.SKU, "comments": Role.NOTE},
    ),
    _Kind(
        "a Discogs inventory of Draft Maker",
        frozenset({"release id", "media condition", "external id", "needs"}),
        {"external id": Role.SKU, "comments": Role.NOTE},
    ),
    _Kind(
        "an eBay report of active listings",
        frozenset({"item number", "custom label sku", "available quantity"}),
        {"title": None},  # a headline, not the title of a release
        _of_ebay,
    ),
    _Kind(
        "an eBay draft file",
        frozenset({"custom label sku", "category id", "item photo url", "condition id"}),
        {
            "title": None,
            "c artist": Role.ARTIST,
            "c release title": Role.TITLE,
            "c record label": Role.LABEL,
            "c release year": Role.YEAR,
            "c catalog number": Role.CATALOG_NUMBER,
            "c country of release": Role.COUNTRY,
        },
    ),
    _Kind(
        "a CLZ Music export",
        frozenset({"barcode", "cat no", "package sleeve condition"}),
        {"package sleeve condition": Role.SLEEVE},
    ),
    _Kind(
        "a Libib export",
        frozenset({"item type", "creators", "ean isbn 13", "upc isbn 10"}),
        {"creators": Role.ARTIST, "publisher": Role.LABEL, "publish date": Role.YEAR},
    ),
    _Kind(
        "an Amazon report of active listings",
        frozenset({"item name", "seller sku", "product id", "item condition"}),
        {"item note": Role.NOTE, "image url": None},  # Amazon's picture of the product, not of the copy
        _of_amazon,
    ),
    _Kind(
        "a Shopify export of products",
        frozenset({"handle", "variant barcode", "image src"}),
        {"title": None},
        _of_shopify,
    ),
)
