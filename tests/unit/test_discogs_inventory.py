"""The Discogs inventory file: the operator's grading by a table, and nothing that nobody said."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given, settings

from engine.domain import discogs_inventory
from engine.domain.candidates import Candidate
from engine.domain.drafts import Copy, compose
from engine.domain.pricing import Price
from engine.domain.releases import Format, Release
from engine.domain.rows import Condition
from tests.hostile import UPC, copies, hostile

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
MATCHED = Candidate(discogs=RELEASE).document()


def read(*lines: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join((discogs_inventory.HEAD, *lines)), newline=""), strict=True))


def listed(note: str = "", **copy: Any) -> list[dict[str, str]]:
    made = compose(Copy(**{"sku": "DM1", "gtin": UPC, **copy}), RELEASE, PRICE).document()
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


def test_every_copy_is_a_line_of_its_own() -> None:
    found = listed(quantity=3)
    assert len(found) == 3
    assert {row["external_id"] for row in found} == {"DM1"}


@pytest.mark.parametrize(
    ("number", "is_listed"), [("4712", True), (4712, True), (None, False), ("", False), ("x", False)]
)
def test_only_releases_with_a_number_at_discogs_are_listed(number: object, *, is_listed: bool) -> None:
    assert discogs_inventory.listed({"discogs_id": number}) is is_listed


@settings(deadline=None)
@given(hostile, copies)
def test_any_metadata_makes_lines_that_can_be_read(release: Release, copy: Copy) -> None:
    made = compose(copy, release, PRICE).document()
    raw = list(discogs_inventory.lines(Candidate(discogs=release).document() | {"discogs_id": 1}, made, note=copy.note))
    assert len(read(*raw)) == copy.quantity
    assert raw[0].count("\n") == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029]", raw[0])
    assert not any(cell.startswith(("=", "@")) for cell in read(raw[0])[0].values())
