"""The Discogs inventory file: the operator's grading by a table, and nothing that nobody said."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given, settings

from engine.codec import decode, replace
from engine.domain.batch.grades import GRADE_NAMES, OF_MEDIA, Grade, graded, lower
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition, Row
from engine.domain.identify.candidates import Candidate
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.identify.releases import Format, Release
from engine.domain.listing import discogs_inventory, grading
from engine.domain.listing.composition import Copy, Draft, compose
from engine.domain.listing.pricing import Price
from engine.reading import open_file
from tests.support.hostile import UPC, copies, hostile

PRICE = Price(1250, "file", "The price stands in the file.")
RELEASE = Release(
    source="discogs",
    id="4712",
    artist="Faze Action",
    title="Moving Cities",
    label="F-111 Records",
    catalog_number="9 47555-2",
    formats=(Format("CD"),),
)
MATCHED = Candidate(discogs=RELEASE).summary


def read(*lines: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join((discogs_inventory.HEAD, *lines)), newline=""), strict=True))


def listed(note: str = "", **copy: Any) -> list[dict[str, str]]:
    made = compose(Copy(**{"sku": "DM1", "gtin": UPC, **copy}), RELEASE, PRICE)
    return read(*discogs_inventory.lines(MATCHED, made, note=note))


def test_a_graded_copy_is_one_line_under_discogs_own_names() -> None:
    assert listed("Small tear", condition=Condition.USED_GOOD) == [
        {
            "release_id": "4712",
            "price": "12.50",
            "media_condition": "Good (G)",
            "sleeve_condition": "",
            "comments": "Small tear",
            "external_id": "DM1",
            "status": "Draft",
            "artist": "Faze Action",
            "title": "Moving Cities",
            "label": "F-111 Records",
            "catno": "9 47555-2",
            "format": "CD",
            "needs": "",
            "ebay_condition": "Good",
        }
    ]


@pytest.mark.parametrize(
    ("condition", "grade", "needs"),
    [
        (Condition.NEW, "Mint (M)", ""),
        (Condition.LIKE_NEW, "Near Mint (NM or M-)", ""),
        (Condition.USED_VERY_GOOD, "Very Good (VG)", ""),
        (Condition.USED_GOOD, "Good (G)", ""),
        (Condition.USED_ACCEPTABLE, "Fair (F)", ""),
        (None, "", "needs grading"),
    ],
)
def test_a_grade_is_the_operators_or_none(condition: Condition | None, grade: str, needs: str) -> None:
    (found,) = listed(condition=condition)
    assert (found["media_condition"], found["sleeve_condition"], found["needs"]) == (grade, "", needs)


@pytest.mark.parametrize(("condition", "needs"), [(Condition.NEW, "needs price"), (None, "needs grading, needs price")])
def test_a_copy_without_a_price_has_an_empty_one_which_discogs_refuses(condition: Condition | None, needs: str) -> None:
    made = compose(Copy("DM1", UPC, condition), RELEASE, Price())
    (found,) = read(*discogs_inventory.lines(MATCHED, made))
    assert (found["price"], found["needs"]) == ("", needs)


def test_every_copy_is_a_line_of_its_own() -> None:
    found = listed(quantity=3)
    assert len(found) == 3
    assert {row["external_id"] for row in found} == {"DM1"}


@pytest.mark.parametrize(("number", "is_listed"), [("4712", True), (None, False), ("", False), ("x", False)])
def test_only_releases_with_a_number_at_discogs_are_listed(number: str | None, *, is_listed: bool) -> None:
    assert discogs_inventory.listed(ReleaseSummary(discogs_id=number)) is is_listed


@settings(deadline=None)
@given(hostile, copies)
def test_any_metadata_makes_lines_that_can_be_read(release: Release, copy: Copy) -> None:
    made = compose(copy, release, PRICE)
    matched = replace(Candidate(discogs=release).summary, discogs_id="1")
    raw = list(discogs_inventory.lines(matched, made, note=copy.note))
    assert len(read(*raw)) == copy.quantity
    assert raw[0].count("\n") == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029]", raw[0])
    assert not any(cell.startswith(("=", "@")) for cell in read(raw[0])[0].values())


def test_what_a_draft_does_not_say_is_an_empty_cell() -> None:
    (found,) = read(*discogs_inventory.lines(ReleaseSummary(), Draft()))
    said = {"status": "Draft", "needs": "needs grading, needs price"}
    assert found == dict.fromkeys(discogs_inventory.COLUMNS, "") | said


def test_a_grade_that_only_a_newer_version_knows_is_left_to_the_seller() -> None:
    newer = decode(Draft, {"grade": "USED_LIKE_A_BRICK"})
    (found,) = read(*discogs_inventory.lines(MATCHED, newer))
    assert found["media_condition"] == ""


def test_a_cell_that_a_spreadsheet_would_run_begins_with_a_blank() -> None:
    (found,) = read(*discogs_inventory.lines(MATCHED, Draft(sku="DM1"), note="=1+1\nTwo"))
    assert found["comments"] == " =1+1 Two"


def test_both_grades_of_the_seller_are_told_in_discogs_words() -> None:
    (found,) = listed(condition=Condition.USED_VERY_GOOD, own=graded("VG+/NM"), mapped=True)
    assert (found["media_condition"], found["sleeve_condition"]) == ("Very Good Plus (VG+)", "Near Mint (NM or M-)")
    assert (found["ebay_condition"], found["needs"]) == ("", "")
    (found,) = listed(own=graded("EX-/no cover"))
    assert (found["media_condition"], found["sleeve_condition"]) == ("Very Good (VG)", "No Cover")
    (found,) = listed(own=graded("sealed"))
    assert found["media_condition"] == "Near Mint (NM or M-)"


MEDIA_GRADES = [name for grade, name in GRADE_NAMES.items() if grade in ["M", "NM", "VG+", "VG", "G+", "G", "F", "P"]]


@pytest.mark.parametrize("grade", OF_MEDIA)
def test_every_grade_is_one_that_discogs_takes_and_no_better(grade: Grade) -> None:
    name = discogs_inventory.grade_name(grade)
    assert name in MEDIA_GRADES
    found = graded(name)
    assert found is not None
    assert found.medium is not None
    assert lower(found.medium, grade) is found.medium or found.medium is grade


def reread(*lines: str) -> list[Row]:
    """Return the rows of our own file, read with the barcode that it lacks."""
    columns, *rest = csv.reader(io.StringIO("".join((discogs_inventory.HEAD, *lines))))
    text = io.StringIO()
    csv.writer(text).writerows([["UPC", *columns], *([UPC, *cells] for cells in rest)])
    return list(open_file(text.getvalue().encode(), "discogs-inventory.csv").rows())


@pytest.mark.parametrize("condition", Condition)
def test_a_condition_in_ebays_words_reads_back_as_it_was(condition: Condition) -> None:
    made = compose(Copy("DM1", UPC, condition), RELEASE, PRICE)
    (row,) = reread(*discogs_inventory.lines(MATCHED, made))
    assert (row.condition, row.grading) == (condition, None)


@pytest.mark.parametrize("own", ["M", "NM/VG+", "VG+/generic", "VG/VG", "G+", "G", "F", "P"])
def test_grades_read_back_as_they_were(own: str) -> None:
    copy = grading.graded(Row(0, 1, grading=graded(own)), Options())
    made = compose(Copy("DM1", UPC, copy.condition, own=copy.own, mapped=True), RELEASE, PRICE)
    (row,) = reread(*discogs_inventory.lines(MATCHED, made))
    assert (row.condition, row.grading) == (None, graded(own))


def test_who_has_graded_anew_at_discogs_means_that_and_a_file_of_an_earlier_version_promises_no_more() -> None:
    made = compose(Copy("DM1", UPC, Condition.USED_VERY_GOOD), RELEASE, PRICE)
    (line,) = discogs_inventory.lines(MATCHED, made)
    (row,) = reread(line.replace("Very Good (VG)", "Good Plus (G+)"))
    assert (row.condition, row.grading) == (None, graded("G+"))
    (row,) = reread(line.removesuffix("Very Good\n") + "\n")
    assert (row.condition, row.grading) == (None, graded("VG"))
