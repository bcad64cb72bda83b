"""The words of a listing: whole words, plain lines, and never more than there is room for."""

from __future__ import annotations

import pytest

from engine.codec import replace
from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing import wording

GTIN = "00093624755524"
RELEASE = Release("discogs", "4", "Faze Action", "Moving Cities", formats=(Format("CD"),))
BARE = Release("discogs", "4", "", "")
BARCODE = "<ul><li>Barcode: 093624755524</li></ul>"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (" one\r\ntwo\t three\u00a0four ", "one two three four"),
        ("a\x00b\u202ec\ufeffd", "abcd"),
        ("a\u200cb\u200dc", "a\u200cb\u200dc"),
        ("\n", ""),
    ],
)
def test_plain_text_is_one_line_of_what_can_be_seen(text: str, shown: str) -> None:
    assert wording.plain(text) == shown


@pytest.mark.parametrize(
    ("text", "room", "whole", "cut"),
    [
        ("one two", 7, "one two", "one two"),
        ("one two three", 7, "one two", "one two"),
        ("one two three", 6, "one", "one"),
        ("one two", 3, "one", "one"),
        ("one two", 2, "", "on"),
        ("one, & (two", 8, "one", "one"),
        ("one; two", 5, "one", "one"),
        ("one & two", 6, "one", "one"),
        ("Xone X two", 6, "Xone X", "Xone X"),
        ("wholeword", 4, "", "whol"),
        ("a b c d", 4, "a b", "a b"),
    ],
)
def test_text_is_cut_at_the_end_of_a_word(text: str, room: int, whole: str, cut: str) -> None:
    assert (wording.shortened(text, room), wording.clipped(text, room)) == (whole, cut)


def test_html_shows_the_signs_that_html_is_made_of_and_leaves_quotation_marks() -> None:
    assert wording.safe("""<b> & "it's\"""") == """&lt;b&gt; &amp; "it's\""""


@pytest.mark.parametrize(
    ("formats", "name"),
    [
        ((), ""),
        ((Format("CD"), Format("DVD")), "CD"),
        ((Format("CD", 2, ("LP",)),), "2 CD"),
        ((Format("Vinyl", 1, ('12"', "LP")),), "Vinyl LP"),
        ((Format("Vinyl", 3, ('7"', "Single")),), '3 Vinyl 7"'),
        ((Format("Vinyl", 1, ('10"',)),), 'Vinyl 10"'),
        ((Format("Vinyl", 1, ("Album",)),), "Vinyl"),
        ((Format("Box\nSet"),), "Box Set"),
        ((Format(""),), ""),
    ],
)
def test_a_format_is_named_as_buyers_search_for_it(formats: tuple[Format, ...], name: str) -> None:
    assert wording.format_name(replace(RELEASE, formats=formats)) == name


def test_what_is_known_of_a_release_is_a_line_each() -> None:
    known = replace(
        RELEASE,
        formats=(Format("CD", 2, ("Album", "Promo")), Format("DVD", 1, ("Album",))),
        label="Rough <Trade>",
        catalog_number="R 1",
        released="1999-11",
        country="UK",
        genres=("Disco",),
        styles=("House",),
    )
    assert list(wording.facts(known, GTIN)) == [
        "<li>Format: 2 × CD, DVD, Album, Promo</li>",
        "<li>Label: Rough &lt;Trade&gt;</li>",
        "<li>Catalogue number: R 1</li>",
        "<li>Released: 1999-11</li>",
        "<li>Country: UK</li>",
        "<li>Genre: Disco, House</li>",
        "<li>Barcode: 093624755524</li>",
    ]
    (line, _) = wording.facts(replace(BARE, label="x" * 70), GTIN)
    assert line == f"<li>Label: {'x' * 65}</li>"


def test_a_description_has_a_head_what_the_seller_says_the_facts_and_the_tracks() -> None:
    told = replace(RELEASE, artist="Faze <Action>", tracks=(Track("A1", "Kariba\n", "7:51"), Track("", "In <Out>")))
    said = wording.description(told, GTIN, note="Small\ntear & <more>", paragraph="Posted on Mondays.")
    assert said == (
        "<h2>Faze &lt;Action&gt; - Moving Cities</h2><p>Small tear &amp; &lt;more&gt;</p><p>Posted on Mondays.</p>"
        "<ul><li>Format: CD</li><li>Barcode: 093624755524</li></ul>"
        "<p>Tracks</p><ul><li>A1 Kariba 7:51</li><li>In &lt;Out&gt;</li></ul>"
    )


@pytest.mark.parametrize(
    ("facts", "head"),
    [
        ({}, "093624755524"),
        ({"artist": "x" * 101}, "x" * 100),
        ({"title": "Moving Cities"}, "Moving Cities"),
        ({"artist": "Faze\nAction", "title": "y" * 101}, f"Faze Action - {'y' * 100}"),
    ],
)
def test_a_description_is_headed_by_the_names_or_by_the_barcode(facts: dict[str, str], head: str) -> None:
    assert wording.description(replace(BARE, **facts), GTIN) == f"<h2>{head}</h2>{BARCODE}"


def test_what_the_seller_says_has_so_many_characters() -> None:
    said = wording.description(BARE, GTIN, note="n" * 501, paragraph="p" * 501)
    assert said == f"<h2>093624755524</h2><p>{'n' * 500}</p><p>{'p' * 500}</p>{BARCODE}"


def test_signs_that_html_spells_out_leave_less_room() -> None:
    said = wording.description(BARE, GTIN, note="&" * 500, paragraph="&" * 500)
    room = (4_000 - len("<h2>093624755524</h2>") - len(f"<p>{'&amp;' * 500}</p>")) // 5 - 7
    assert said == f"<h2>093624755524</h2><p>{'&amp;' * 500}</p><p>{'&amp;' * room}</p><ul></ul>"
    assert len(said) <= wording.MAX_DESCRIPTION


LINES = [f"<li>{number} {'t' * 10}</li>" for number in range(1, 6)]
TRACKS = tuple(Track(str(number), "t" * 10) for number in range(1, 6))
EDGES = len("<p>Tracks</p><ul></ul>")
MORE = len("<li>and {} more</li>") + len("5")


@pytest.mark.parametrize(
    ("room", "shown", "left"),
    [
        (EDGES + MORE + 5 * len(LINES[0]), 5, 0),
        (EDGES + MORE + 5 * len(LINES[0]) - 1, 4, 1),
        (EDGES + MORE + 2 * len(LINES[0]), 2, 3),
        (EDGES + MORE + len(LINES[0]), 1, 4),
    ],
)
def test_tracks_that_do_not_fit_are_counted(room: int, shown: int, left: int) -> None:
    more = f"<li>and {left} more</li>" if left else ""
    found = wording.tracks(replace(RELEASE, tracks=TRACKS), room)
    assert found == f"<p>Tracks</p><ul>{''.join(LINES[:shown])}{more}</ul>"
    assert len(found) <= room


def test_without_a_track_or_room_for_one_there_is_no_list() -> None:
    assert wording.tracks(RELEASE, 1_000) == ""
    assert wording.tracks(replace(RELEASE, tracks=TRACKS), EDGES + MORE + len(LINES[0]) - 1) == ""


def test_a_track_has_its_place_its_title_and_its_length() -> None:
    long = Track("A\n1", "t" * 101, "1:00\n")
    found = wording.tracks(replace(RELEASE, tracks=(long,)), 1_000)
    assert found == f"<p>Tracks</p><ul><li>A 1 {'t' * 100} 1:00</li></ul>"


@pytest.mark.parametrize(
    ("room", "fitting"), [(6, ["aa", "bb", "cc"]), (5, ["aa", "bb"]), (4, ["aa", "bb"]), (2, ["aa"]), (1, []), (-1, [])]
)
def test_pieces_are_packed_from_the_first_on(room: int, fitting: list[str]) -> None:
    assert wording.packed(["aa", "bb", "cc"], room) == fitting
