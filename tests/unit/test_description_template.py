"""The seller's template of a description: facts in, nothing invented, nothing but our own HTML."""

from __future__ import annotations

import re

import pytest

from engine.codec import replace
from engine.domain.batch.rows import Condition
from engine.domain.identify.releases import Release, Track
from engine.domain.listing.composition import Copy, compose
from engine.domain.listing.description_template import (
    EXAMPLE,
    MAX_TEMPLATE,
    PLACEHOLDERS,
    SAMPLE,
    SAMPLE_GTIN,
    preview,
    problem,
    rendered,
)
from engine.domain.listing.pricing import Price
from engine.domain.listing.seller_terms import SellingTerms
from engine.domain.listing.wording import MAX_DESCRIPTION

PRICE = Price(999, "file", "The price stands in the file.")
TAG = re.compile(r"</?(?:h2|p|ul|li|br)>")
BARE = Release("discogs", "1", "Somebody", "Something")


def test_a_template_is_filled_with_facts() -> None:
    text = "# {artist} - {title}\n\nLabel: {label}, {released}\n- {format}\n- {barcode}\n\nSent from Austin."
    assert rendered(text, SAMPLE, SAMPLE_GTIN) == (
        "<h2>The Sample Quartet - Songs &amp; Other Examples</h2><p>Label: Specimen, 1997</p>"
        "<ul><li>CD</li><li>012345678905</li></ul><p>Sent from Austin.</p>"
    )


def test_a_line_of_which_a_fact_is_not_known_is_left_out() -> None:
    text = "{artist}\nLabel: {label}\nCondition: {condition}\n- Catalogue number {catalog_number} of {label}"
    assert rendered(text, BARE, SAMPLE_GTIN) == "<p>Somebody</p>"
    assert "Condition: Good" in rendered(text, BARE, SAMPLE_GTIN, condition="Good")


def test_facts_and_tracks_have_lines_of_their_own() -> None:
    made = rendered("{tracks}\n{facts}", SAMPLE, SAMPLE_GTIN)
    assert made.startswith("<p>Tracks</p><ul><li>1 First Song 4:45</li>")
    assert "<li>Catalogue number: SP 1001</li>" in made


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "<img src=x onerror=y>", "</p><a href='x'>"])
def test_what_is_typed_or_known_is_never_html(hostile: str) -> None:
    release = replace(SAMPLE, artist=hostile, label=hostile, tracks=(Track("1", hostile),))
    text = f"# {{artist}}\n{hostile}\n- {hostile}\n\n{{facts}}\n{{tracks}}"
    made = rendered(text, release, SAMPLE_GTIN, note=hostile, paragraph=hostile, condition=hostile)
    assert not re.search(r"[<>]", TAG.sub("", made))


def test_a_value_that_looks_like_a_placeholder_is_only_text() -> None:
    assert rendered("{title}", replace(BARE, title="{note} {x}"), "", note="secret").endswith("<p>{note} {x}</p>")


def test_a_note_that_the_template_has_no_place_for_comes_first() -> None:
    made = rendered("{artist}", BARE, SAMPLE_GTIN, note="Small tear", paragraph="Two CDs")
    assert made == "<p>Small tear</p><p>Two CDs</p><p>Somebody</p>"
    assert rendered("{note}\n{artist}", BARE, SAMPLE_GTIN, note="Tear") == "<p>Tear<br>Somebody</p>"


def test_no_description_is_longer_than_ebay_takes_and_tracks_give_way_first() -> None:
    tracks = tuple(Track(str(number), "A song & another " * 4) for number in range(200))
    text = "{tracks}\n\n" + "Our words & yours.\n\n" * 80
    made = rendered(text[:MAX_TEMPLATE], replace(SAMPLE, tracks=tracks), SAMPLE_GTIN)
    assert len(made) <= MAX_DESCRIPTION
    assert re.search(r"and \d+ more", made)
    assert "Our words" in made
    crowded = rendered("&" * 400 + "\n\n" + "&" * 400 + "\n\n" + "&" * 400, SAMPLE, SAMPLE_GTIN)
    assert len(crowded) <= MAX_DESCRIPTION


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{price}", "Line 1 of the template: there is no placeholder {price}"),
        ("a\n{artist", "Line 2 of the template: a brace belongs to no placeholder"),
        ("artist}", "a brace belongs to no placeholder"),
        ("Tracks: {tracks}", "{tracks} is a line of its own"),
        ("{facts} {tracks}", "is a line of its own"),
        ("x" * (MAX_TEMPLATE + 1), "the most is 2,000"),
        ("x" * 501, "more than 500 characters"),
    ],
)
def test_what_is_wrong_with_a_template_is_said_with_its_line(text: str, said: str) -> None:
    assert said in problem(text)


def test_the_example_is_right_and_the_preview_has_every_placeholder_filled() -> None:
    assert problem(EXAMPLE) == problem("") == ""
    every = "\n".join(f"{{{name}}}" for name in PLACEHOLDERS)
    assert problem(every) == ""
    assert "{" not in preview(every)
    assert "Condition: Very Good" in preview(EXAMPLE)


def test_a_draft_has_the_text_of_the_template_and_no_grade_that_nobody_gave() -> None:
    terms = SellingTerms(description="Condition: {condition}\n{note}\n{artist}")
    copy = Copy("DM1", SAMPLE_GTIN, note="Small tear")
    assert compose(copy, SAMPLE, PRICE, terms=terms).description == "<p>Small tear<br>The Sample Quartet</p>"
    graded = Copy("DM1", SAMPLE_GTIN, Condition.USED_GOOD, note="Small tear")
    made = compose(graded, SAMPLE, PRICE, terms=terms).description
    assert made == "<p>Condition: Good<br>Small tear<br>The Sample Quartet</p>"
