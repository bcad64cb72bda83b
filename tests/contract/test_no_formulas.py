"""No cell of any file that is handed out is one that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.codec import replace
from engine.domain.batch.items import Outcome
from engine.domain.batch.pick_list import Pick
from engine.domain.identify.candidates import Candidate
from engine.domain.identify.releases import Format, Release
from engine.domain.listing import discogs_inventory, seller_hub, spreadsheets
from engine.domain.listing.composition import Copy, compose
from engine.domain.listing.pricing import Price
from engine.errors import Cause, ItemError
from tests.support.batch_runs import FIXED, Batches, Chosen, barcode
from tests.support.hostile import copies, hostile
from tests.support.working import Work

STARTS = "=+-@\t\r\n＝＋－＠"
PAYLOADS = [
    '=HYPERLINK("http://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "＝1＋1",
    "\t=1",
    "=1+1\n=2",
    "one\r=2",
]
NUMBER = re.compile(r"[+-]?[\d.,]+")
PRICE = Price(599, "fixed", "")
formulas = st.builds(str.__add__, st.sampled_from(list(STARTS)), st.text(max_size=20)) | st.sampled_from(PAYLOADS)


def cells(lines: Iterable[str]) -> Iterator[str]:
    for line in csv.reader(io.StringIO("".join(lines), newline=""), strict=True):
        yield from line


def run(lines: Iterable[str]) -> list[str]:
    """Return the cells that a spreadsheet would run."""
    return [cell for cell in cells(lines) if cell.startswith(tuple(STARTS)) and not NUMBER.fullmatch(cell)]


@given(st.lists(formulas | st.text(max_size=20), max_size=6))
def test_a_safe_line_holds_no_formula_and_reads_back(said: list[str]) -> None:
    line = spreadsheets.safe_line(said)
    assert run([line]) == []
    assert [cell.removeprefix("'") for cell in cells([line])] == [cell.removeprefix("'") for cell in said]


@given(st.tuples(*[formulas] * 7))
def test_a_pick_list_holds_no_formula(said: tuple[str, ...]) -> None:
    shelf, number, artist, title, kind, upc, sku = said
    assert run([spreadsheets.safe_line(Pick(shelf, number, 1, artist, title, kind, upc, sku, 1).cells)]) == []


@settings(deadline=None)
@given(hostile, copies, formulas)
def test_lines_for_ebay_and_discogs_hold_no_formula(release: Release, copy: Copy, formula: str) -> None:
    worst = replace(release, artist=formula, title=formula, label=formula, catalog_number=formula)
    draft = replace(compose(copy, worst, PRICE), sku=formula, title=formula, condition_description=formula)
    matched = replace(Candidate(discogs=worst).summary, discogs_id="1")
    assert run([seller_hub.line(draft)]) == []
    assert run(discogs_inventory.lines(matched, draft, note=formula)) == []


class Hostile(Chosen):
    """A pipeline whose releases and errors are formulas."""

    def change(self, work: Work) -> None:
        said = PAYLOADS[work.row.index % len(PAYLOADS)]
        if work.row.index % 3 == 2:
            raise ItemError(Cause.NO_MATCH, said)
        release = Release("discogs", "1", said, said, label=said, catalog_number=said, formats=(Format("CD"),))
        copy = Copy(work.sku, work.row.gtin or "", work.row.condition, work.row.quantity, work.row.note)
        draft = compose(copy, release, PRICE)
        work.item = replace(
            work.item, outcome=Outcome.COMPOSED, release=Candidate(discogs=release).summary, draft=draft, sku=work.sku
        )


@pytest.fixture
def job_id(batches: Batches) -> str:
    """Return a batch whose file, releases and errors are formulas."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(["barcode", "note", "shelf", "SKU", *PAYLOADS])
    for number, payload in enumerate(PAYLOADS * 3):
        write([barcode(number), payload, payload, payload, *PAYLOADS])
    for payload in PAYLOADS:
        write([payload, payload])
    name: str = batches.upload(text.getvalue().encode(), FIXED, "=shop.csv")
    batches.run(Hostile())
    return name


def test_no_file_of_a_batch_holds_a_formula(batches: Batches, job_id: str) -> None:
    exports = batches.exports
    files = {
        "results": list(exports.results_csv(job_id)),
        "pick list": list(exports.pick_list_csv(job_id)),
        "elsewhere": list(exports.elsewhere_csv(job_id)),
        "eBay": list(exports.ebay_drafts(job_id).lines),
        "Discogs": list(exports.discogs_inventory(job_id)),
    }
    assert {name: run(lines) for name, lines in files.items()} == {name: [] for name in files}
    assert min(len(files[name]) for name in ("results", "pick list", "eBay", "Discogs")) > 10
    failed = "".join(exports.failed_txt(job_id)).splitlines()
    assert len(failed) > len(PAYLOADS)
    assert [line for line in failed if line.startswith(tuple(STARTS)) and not NUMBER.fullmatch(line)] == []


def test_a_barcode_that_a_spreadsheet_wrote_as_a_formula_is_listed_as_its_digits(batches: Batches) -> None:
    name = batches.upload(f'barcode,shelf\n"=""{barcode(0)}""",A1\n'.encode(), FIXED, "shop.csv")
    batches.run(Chosen({0: _fails}))
    assert list(batches.exports.failed_txt(name)) == [f"{barcode(0)}\n"]


def _fails(_work: Work) -> None:
    raise ItemError(Cause.NO_MATCH, "Nobody knows it.")
