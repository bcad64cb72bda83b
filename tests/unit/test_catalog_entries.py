"""One release of a dump: what its XML says, in our words."""

import pytest

from engine.catalog.entries import may_have_barcode, parse, without_forbidden
from engine.domain.identify.releases import Format, Release, Track

CODE = '<identifiers><identifier type="Barcode" value="0 74646 36282 2"/></identifiers>'


def read(inside: str, code: str = CODE) -> Release:
    release = parse(f'<release id="3" status="Accepted">{inside}{code}</release>'.encode())
    assert release
    return release


def credit(name: str, anv: str = "", join: str = "") -> str:
    return f"<artist><id>1</id><name>{name}</name><anv>{anv}</anv><join>{join}</join><role/><tracks/></artist>"


def track(position: str, title: str, duration: str = "", parts: str = "") -> str:
    more = f"<sub_tracks>{parts}</sub_tracks>" if parts else ""
    title = f"<title>{title}</title>" if title else "<title/>"
    return f"<track><position>{position}</position>{title}<duration>{duration}</duration>{more}</track>"


@pytest.mark.parametrize(
    ("names", "artist"),
    [
        (credit("Nirvana (2)"), "Nirvana"),
        (credit("Prince", anv="The Artist"), "The Artist"),
        (credit("Simon", join="&amp;") + credit("Garfunkel"), "Simon & Garfunkel"),
        (credit("A", join=",") + credit("B (3)", join="Featuring") + credit("C"), "A, B Featuring C"),
        (credit("Various"), "Various"),
        ("", ""),
    ],
)
def test_artists_are_joined_as_on_the_sleeve(names: str, artist: str) -> None:
    assert read(f"<artists>{names}</artists>").artist == artist


@pytest.mark.parametrize(
    ("written", "released"),
    [("1999-07-13", "1999-07-13"), ("1999-03-00", "1999-03"), ("1999", "1999"), ("?", ""), ("", "")],
)
def test_of_a_date_what_is_known_is_taken(written: str, released: str) -> None:
    assert read(f"<released>{written}</released>").released == released


def test_the_first_label_counts_and_none_is_no_number() -> None:
    labels = '<labels><label name="Svek (2)" catno="none" id="5"/><label name="Other" catno="X 1" id="6"/></labels>'
    release = read(labels)
    assert (release.label, release.catalog_number) == ("Svek", "")


def test_formats_keep_their_number_and_descriptions() -> None:
    media = """<formats>
        <format name="CD" qty="2" text=""><descriptions><description>Album</description></descriptions></format>
        <format name="DVD" qty="1" text="PAL"/></formats>"""
    assert read(media).formats == (Format("CD", 2, ("Album",)), Format("DVD", 1, text="PAL"))


@pytest.mark.parametrize(
    ("lines", "tracks"),
    [
        (track("A", "One", "4:45"), [Track("A", "One", "4:45")]),
        (track("", "This Side") + track("A", "One"), [Track("A", "One")]),
        (track("", "") + track("A", "One"), [Track("A", "One")]),
        (track("", "One") + track("", "Two"), [Track("", "One"), Track("", "Two")]),
        (track("1", "One") + track("", "Hidden", "23:51"), [Track("1", "One"), Track("", "Hidden", "23:51")]),
        (track("", "Suite", "9:00", track("a", "Part") + track("b", "End")), [Track("a", "Part"), Track("b", "End")]),
    ],
)  # fmt: skip
def test_a_heading_is_no_track_and_a_work_is_told_by_its_parts(lines: str, tracks: list[Track]) -> None:
    assert list(read(f"<tracklist>{lines}</tracklist>").tracks) == tracks


def test_a_release_of_the_dump_is_complete_and_has_the_address_of_its_page() -> None:
    release = read("<title>A &amp; B</title><country>UK</country>")
    assert (release.title, release.country, release.id, release.complete) == ("A & B", "UK", "3", True)
    assert release.url == "https://www.discogs.com/release/3"
    assert (release.have, release.lowest_price_cents) == (None, None)


@pytest.mark.parametrize(
    "code",
    [
        '<identifier type="Barcode" value="none"/>',
        '<identifier type="Barcode" value="074646362823"/>',
        '<identifier type="Matrix / Runout" value="074646362822"/>',
        '<identifier type="Barcode"/>',
        "",
    ],
)
def test_a_release_without_a_valid_barcode_is_left_out(code: str) -> None:
    assert parse(f'<release id="3"><title>X</title><identifiers>{code}</identifiers></release>'.encode()) is None


def test_only_what_may_have_a_barcode_is_read() -> None:
    assert may_have_barcode(CODE.encode())
    assert may_have_barcode(CODE.replace('"', "'").encode())
    assert not may_have_barcode(b'<identifier type="Matrix / Runout" value="1"/>')


@pytest.mark.parametrize("character", ["\x07", "\x00", "\x0b", "\x1f", "&#7;", "&#31;", "&#x1F;", "&#x0b;"])
def test_characters_that_xml_does_not_allow_are_removed(character: str) -> None:
    assert without_forbidden(f"One{character}Two".encode()) == b"OneTwo"


@pytest.mark.parametrize("character", ["\t", "\n", "\r", "&#9;", "&#10;", "&#13;", "&#228;", "&#x1F4;", "é", "&amp;"])
def test_characters_that_xml_allows_stay(character: str) -> None:
    assert without_forbidden(f"One{character}Two".encode()) == f"One{character}Two".encode()
