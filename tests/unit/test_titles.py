"""Titles: parts by a template, each whole or not at all, by their worth to a buyer, in eighty characters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.codec import decode, replace
from engine.domain.batch.grades import Grade, Grading
from engine.domain.identify.releases import Format, Release
from engine.domain.listing import titles
from engine.domain.listing.aspects import aspects
from engine.domain.listing.categories import category
from engine.domain.listing.category_rules import table
from engine.domain.listing.titles import EDITIONS, PLACEHOLDERS, title
from tests.support.hostile import UPC, hostile
from tests.support.titles import unsayable, words

LISTINGS = Path(__file__).parents[1] / "data" / "listings.jsonl"
REAL = [json.loads(line) for line in LISTINGS.read_text(encoding="utf-8").splitlines()]

CD = Release(
    "discogs",
    "4",
    "Faze Action",
    "Moving Cities",
    released="1999-11-02",
    country="US",
    label="F-111 Records",
    catalog_number="9 47555-2",
    formats=(Format("CD", 1, ("Album",)),),
    genres=("Electronic",),
    styles=("House", "Disco", "Dub"),
)
LP = replace(CD, formats=(Format("Vinyl", 1, ("LP", "Album", "Reissue", "Limited Edition"), "Red"),), styles=())


FAZE = "Faze Action -"


def of(release: Release, template: str = "", own: Grading | None = None) -> str:
    return title(release, UPC, own=own, templates={"*": template} if template else {})


@pytest.mark.parametrize("real", REAL, ids=[real["release"]["id"] for real in REAL])
def test_a_real_release_has_its_title_category_and_specifics(real: dict[str, Any]) -> None:
    release = decode(Release, real["release"], "listings")
    place = category(release.formats)
    assert title(release, UPC) == real["title"]
    assert (place and place.id) == real["category"]
    assert aspects(release, table(place)) == real["specifics"]


def test_there_are_more_than_eighty_of_them() -> None:
    assert len(REAL) > 80


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({}, f"{FAZE} Moving Cities CD 1999 F-111 Records 9 47555-2 House Disco"),
        ({"country": "Japan"}, f"{FAZE} Moving Cities CD 1999 F-111 Records 9 47555-2 Japan House Disco"),
        ({"artist": "Beatles, The"}, "The Beatles - Moving Cities CD 1999 F-111 Records 9 47555-2 House Disco"),
        ({"artist": "No Artist", "label": "Not On Label"}, "Moving Cities CD 1999 9 47555-2 House Disco Electronic"),
        ({"artist": "Moving Cities"}, "Moving Cities CD 1999 F-111 Records 9 47555-2 House Disco Electronic"),
        ({"label": "Disco Records", "styles": ()}, f"{FAZE} Moving Cities CD 1999 Disco Records 9 47555-2 Electronic"),
        ({"title": "Moving CD"}, f"{FAZE} Moving CD 1999 F-111 Records 9 47555-2 House Disco Electronic"),
        ({"title": "Hits Of 1999"}, f"{FAZE} Hits Of 1999 CD F-111 Records 9 47555-2 House Disco Electronic"),
        ({"label": "x" * 60}, f"{FAZE} Moving Cities CD 1999 9 47555-2 House Disco Electronic"),
        ({"catalog_number": "A 1, A 2"}, f"{FAZE} Moving Cities CD 1999 F-111 Records A 1 House Disco Electronic"),
        ({"artist": "x" * 500}, "Moving Cities CD 1999 F-111 Records 9 47555-2 House Disco Electronic"),
        ({"artist": "", "title": "y" * 500}, f"{'y' * 77} CD"),
        ({"title": "Word " * 30}, f"{FAZE}{' Word' * 12} CD"),
        ({"title": f"Songs ({'Film ' * 20})"}, f"{FAZE} Songs CD 1999 F-111 Records 9 47555-2 House Disco Electronic"),
    ],
)  # fmt: skip
def test_a_title_says_what_fits_and_nothing_twice(facts: dict[str, Any], shown: str) -> None:
    assert of(replace(CD, **facts)) == shown
    assert len(shown) <= 80


def test_media_are_named_as_far_as_they_fit_and_the_shortest_way_is_reserved() -> None:
    both = replace(CD, artist="Ann", formats=(Format("CD"), Format("DVD")))
    assert of(replace(both, title="x" * 65)) == f"Ann - {'x' * 65} CD + DVD"
    assert of(replace(both, title="x" * 66)).startswith(f"Ann - {'x' * 66} CD ")
    assert of(replace(both, title="x" * 71)) == f"Ann - {'x' * 71} CD"
    assert of(replace(both, title="x" * 72)) == f"{'x' * 72} CD 1999"
    recorded = replace(both, title="CD Hits", formats=(Format("CDr"),))
    assert of(recorded, "{title} {media}") == "CD Hits CD-R"
    assert of(replace(recorded, formats=(Format("CD"),)), "{title} {media}") == "CD Hits"


def test_an_artist_alone_is_a_title() -> None:
    assert of(replace(CD, title="")).startswith("Faze Action CD 1999 F-111 Records")


def test_of_nothing_the_barcode_is_said() -> None:
    bare = Release("discogs", "4", " ", "")
    assert of(bare) == "Barcode 093624755524"


def test_a_part_that_does_not_fit_is_skipped_and_a_shorter_one_behind_it_taken() -> None:
    long = replace(LP, title="Moving Cities And Their Longest Streets Of All", label="Rec")
    assert of(long) == "Faze Action - Moving Cities And Their Longest Streets Of All LP Reissue Limited"
    assert of(replace(long, title="Moving Cities And Their Longest Streets Of All Time")).endswith(
        "Time LP Reissue Red"
    )


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (Grading(Grade.SEALED), "Sealed"),
        (Grading(Grade.VERY_GOOD_PLUS), "VG+"),
        (Grading(Grade.NEAR_MINT, Grade.VERY_GOOD), "NM/VG"),
        (Grading(Grade.NEAR_MINT, Grade.GENERIC), "NM"),
        (Grading(None, Grade.VERY_GOOD), ""),
    ],
)
def test_sealed_and_grades_are_the_sellers_word(own: Grading, said: str) -> None:
    assert of(CD, "{title} {sealed} {grade}", own) == f"Moving Cities {said}".strip()
    assert of(CD, "{title} {sealed} {grade}") == "Moving Cities"


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{title} by {artist}", "Moving Cities by Faze Action"),
        ("{artist} | {title} | {media}", "Faze Action | Moving Cities | CD"),
        ("{artist} - {title} ({year}) [{label}]", "Faze Action - Moving Cities (1999) [F-111 Records]"),
        ("{title} ({color})", "Moving Cities"),
        ("{color} - {title} -", "Moving Cities"),
        ("Fast post: {title}", "Fast post: Moving Cities"),
        ("{title} {genre}", "Moving Cities House Disco Electronic"),
    ],
)
def test_a_template_says_what_stands_where(template: str, shown: str) -> None:
    assert of(CD, template) == shown


def test_a_template_is_the_sellers_for_the_medium_or_for_any() -> None:
    templates = {"Vinyl": "{title} {media} {color}", "*": "{title}"}
    assert title(LP, UPC, templates=templates) == "Moving Cities LP Red Vinyl"
    assert title(CD, UPC, templates=templates) == "Moving Cities"
    film = replace(CD, formats=(Format("DVD", 1, ("PAL", "Promo")),))
    assert title(film, UPC, templates={"Vinyl": "{title}"}).startswith("Faze Action - Moving Cities DVD PAL Promo 1999")


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{title} {price} {cost}", "The template of a title: there is no placeholder {price}"),
        ("{title", "The template of a title: a brace belongs to no placeholder"),
        ("{title} }", "The template of a title: a brace belongs to no placeholder"),
        ("{artist}", "The template of a title: {title} has to be in it"),
        ("{title} {year} {year}", "The template of a title: {year} stands in it twice"),
        ("{title}\n{artist}", "The template of a title is one line"),
        ("{artist}-{title}", "The template of a title: a blank has to part {artist} from {title}"),
        (
            f"{{title}} {'x' * 31}",
            "The template of a title has 31 characters of its own words, and the most is 30",
        ),
        ("{title}" + " " * 294, "The template of a title has 301 characters, and the most is 300"),
    ],
)
def test_a_template_that_cannot_be_used_is_told_with_its_fault(template: str, why: str) -> None:
    assert titles.problem(template) == why
    assert titles.problems({"*": "{title}", "CD": template}) == why


def test_a_template_for_an_unknown_medium_is_told() -> None:
    told = titles.problems({"*": "{title}", "Discs": "{title}", "Tapes": "{title}"})
    assert told.startswith("There is no kind of medium “Discs”: choose one of *, CD, DualDisc, Vinyl, Cassette, DVD, ")
    assert titles.problems(dict.fromkeys(titles.KINDS, "{title}")) == ""


@pytest.mark.parametrize(
    "template", ["", " ", "{title}", titles.MUSIC, titles.FILMS, f"{{title}} {'x' * 30}", "{title}" + " " * 293]
)
def test_a_good_template_has_no_fault(template: str) -> None:
    assert titles.problem(template) == ""


templates = st.lists(st.sampled_from([*PLACEHOLDERS, ""]), unique=True, max_size=8).map(
    lambda names: " ".join(
        [*(f"{{{name}}}" if name else "own words -" for name in names if name != "title"), "{title}"]
    )
)


@settings(deadline=None)
@given(hostile, templates, st.none() | st.sampled_from(list(Grade)).map(Grading))
def test_any_metadata_by_any_template_makes_a_title(release: Release, template: str, own: Grading | None) -> None:
    made = of(release, template, own)
    assert 0 < len(made) <= 80
    assert made == " ".join(made.split())
    assert unsayable(made, release, UPC, own) <= {"own", "words"}


@settings(deadline=None)
@given(hostile, st.lists(st.sampled_from([*EDITIONS, "PAL", "NTSC"]), unique=True, max_size=4))
def test_every_edition_that_fits_is_said(release: Release, said: list[str]) -> None:
    pressed = replace(release, formats=(Format("CD", 1, tuple(said)), *release.formats))
    short = of(pressed, "{artist} - {title} {media} {standard} {edition}")
    for word in said:
        way = EDITIONS.get(word, (word,))[-1]
        spoken = set(words(short))
        assert spoken & set(words(way)) or len(short) + 1 + len(way) > 80 or word == "PAL"
