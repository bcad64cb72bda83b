"""Files as sellers have them: which rows can be used, which cannot, and why a file is refused."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from engine.domain.batch.rows import RowState
from engine.errors import UnreadableFile
from engine.reading import Sheet, open_file
from tests.support.recordings import FIELD, Recording


@dataclass(frozen=True)
class Answer:
    """What the reader must say of a file: rows that can be used and that cannot, and the columns that count."""

    usable: int
    invalid: int = 0
    columns: dict[str, str] = field(default_factory=dict)
    prices: tuple[int | None, ...] | None = None
    quantities: tuple[int, ...] | None = None


ANSWERS = {
    "addon-space.txt": Answer(4),
    "all-quoted-semicolon.csv": Answer(2, columns={"price": "Price"}),
    "amazon-active.txt": Answer(8, columns={"barcode": "product-id", "price": "price"}),
    "available-quantity.csv": Answer(3, columns={"barcode": "P:UPC"}, quantities=(2, 3, 4)),
    "bidi.txt": Answer(3),
    "clz-music.csv": Answer(8, columns={"barcode": "Barcode", "condition": "Media Condition"}),
    "columns-side-by-side.csv": Answer(12),
    "comma-list-header.csv": Answer(6),
    "comma-list-nl.txt": Answer(9),
    "comma-list.txt": Answer(6),
    "control-record.txt": Answer(3, prices=(490, 491, 492)),
    "dash-note.txt": Answer(4, quantities=(1, 1, 2, 1)),
    "date-lines.txt": Answer(3, 2),
    "discogs-grades.csv": Answer(5, prices=(499, 599, 699, 799, 899)),
    "dup-header-repeat.csv": Answer(2, 1),
    "ebay-active-few.csv": Answer(6, 54, columns={"barcode": "P:UPC, P:EAN"}),
    "ebay-active-half.csv": Answer(36, 24, columns={"barcode": "P:UPC, P:EAN"}),
    "ebay-active-used.csv": Answer(52, 8, columns={"barcode": "P:UPC, P:EAN"}),
    "empty-words.csv": Answer(4, 1, prices=(None, None, None, None, None)),
    "fixed-width.txt": Answer(2),
    "footer.txt": Answer(4, 2),
    "german.csv": Answer(3, columns={"barcode": "Strichcode", "price": "Preis"}, quantities=(2, 2, 2)),
    "gs1-ai.txt": Answer(3),
    "gs1.txt": Answer(4),
    "hash.txt": Answer(2, 2),
    "headers-with-digits.csv": Answer(3, prices=(490, 491, 492), quantities=(2, 2, 2)),
    "json.json": Answer(3, prices=(499, 499, 499)),
    "libib.csv": Answer(9, columns={"price": "price", "quantity": "copies"}),
    "list.tsv": Answer(1, prices=(499,)),
    "markdown.txt": Answer(3, 1),
    "mixed-lines.txt": Answer(6),
    "numbered.txt": Answer(8),
    "pages-header-repeat.txt": Answer(3, 2),
    "pair-upc-ean-both.csv": Answer(4, prices=(499, 599, 699, 799)),
    "qty-noheader.csv": Answer(4),
    "qty-suffix.txt": Answer(6, quantities=(1, 2, 3, 1, 1, 1)),
    "rows-per-shelf.csv": Answer(6),
    "scan-aim.txt": Answer(4),
    "scan-app-text.txt": Answer(4),
    "scan-codeid.txt": Answer(5),
    "scan-prefix.txt": Answer(4),
    "semi-list.txt": Answer(6),
    "several.csv": Answer(2, 3),
    "sku-before-upc.csv": Answer(2, columns={"barcode": "Barcode"}),
    "space-list.txt": Answer(6),
    "spaces-two-columns.txt": Answer(3),
    "stx-etx.txt": Answer(3),
    "title-above-six.csv": Answer(4, columns={"barcode": "UPC"}, prices=(499, 599, 699, 799)),
    "upc-blank-quantity.txt": Answer(6),
    "upc-plus-title-comma.txt": Answer(3),
    "upc-text-label.csv": Answer(3, prices=(499, 599, 699)),
    "x-sheet-per-box.xlsx": Answer(12),
    "x-title-block.xlsx": Answer(4, 1),
}
REFUSED = {
    "addon.txt": "15 digits, too many",
    "phone-lines.csv": "no column of barcodes: none of its columns .*Phone",
    "x-formula-nocache-only.xlsx": "formulas without a stored result",
}


def opened(recording: Recording, name: str) -> Sheet:
    return open_file(recording(f"{FIELD}/{name}").read_bytes(), name)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_sellers_file_is_read_as_its_seller_means_it(recording: Recording, name: str) -> None:
    right, sheet = ANSWERS[name], opened(recording, name)
    found, rows = sheet.check(), list(sheet.rows())
    assert (found.usable, found.counts[RowState.INVALID]) == (right.usable, right.invalid)
    assert {role: found.columns.get(role) for role in right.columns} == right.columns
    if right.prices:
        assert tuple(row.price_cents for row in rows) == right.prices
    if right.quantities:
        assert tuple(row.quantity for row in rows) == right.quantities


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_without_barcodes_is_refused_for_the_right_reason(recording: Recording, name: str) -> None:
    with pytest.raises(UnreadableFile, match=REFUSED[name]):
        opened(recording, name)


@pytest.mark.parametrize("name", ["discogs-collection.csv", "discogs-inventory.csv"])
def test_a_file_of_discogs_names_every_release_by_its_number(recording: Recording, name: str) -> None:
    rows = list(opened(recording, name).rows())
    assert [row.state for row in rows] == [RowState.READY] * 60
    assert all(row.named.discogs_id and row.gtin is None for row in rows)


@pytest.mark.parametrize(
    ("name", "photos"),
    [("photos-comma.csv", [2, 1]), ("photos-comma-inside-ok.csv", [1]), ("photo-columns-numbered.csv", [2])],
)
def test_a_sellers_photos_are_all_found(recording: Recording, name: str, photos: list[int]) -> None:
    assert [len(row.photos) for row in opened(recording, name).rows()] == photos


@pytest.mark.parametrize(
    ("name", "grades"),
    [
        ("discogs-grades.csv", ["VG", "NM", "M", "VG+", ""]),
        ("clz-music.csv", ["NM/VG+"] * 8),
        ("note-html.csv", [""]),
    ],
)
def test_a_sellers_own_grades_are_kept(recording: Recording, name: str, grades: list[str]) -> None:
    rows = opened(recording, name).rows()
    assert [row.grading.written if row.grading else "" for row in rows] == grades


def test_the_product_s_own_word_very_good_beside_vg_plus_is_goldmines(recording: Recording) -> None:
    (judged,) = opened(recording, "discogs-grades.csv").check().scales
    assert (judged.scale, judged.sure) == ("goldmine", True)
