"""Every recorded answer, through the parser of its service."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.domain.releases import Format, Track
from engine.upstream import coverart, discogs, ebay, musicbrainz
from engine.upstream.words import country, medium

DATA = Path(__file__).parents[3] / "shared" / "data"


def recorded(name: str) -> Any:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the recorded answer {path} is not on this machine")
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_discogs_search_keeps_releases_and_drops_masters() -> None:
    (hit,) = discogs.parse_search(recorded("discogs/search_master_and_release_14339492.json"))
    assert (hit.id, hit.artist, hit.title, hit.year, hit.country) == (
        "14339492", "Babymetal", "Metal Galaxy", 2019, "US",
    )  # fmt: skip
    assert hit.barcodes == {"04029759143468", "00711297523737"}  # 7112975237 lost two digits, so it is no barcode
    assert hit.formats == (Format("Vinyl", 2, ("LP", "Album", "Limited Edition")),)
    assert (hit.label, hit.have, hit.complete) == ("Ear Music", 100, False)
    assert hit.url == "https://www.discogs.com/release/14339492-Babymetal-Metal-Galaxy"


def test_an_empty_discogs_search_has_no_releases() -> None:
    assert discogs.parse_search(recorded("discogs/search_empty.json")) == []


def test_a_discogs_release_is_told_without_what_it_does_not_say() -> None:
    release = discogs.parse_release(recorded("discogs/release_11578434.json"))
    assert release.artist == "Enid Blyton Read By Kate Winslet"
    assert (release.label, release.catalog_number, release.country) == ("Not On Label", "", "")
    assert release.barcodes == {"09338684000223"}
    assert release.formats == (Format("CD", 13),)
    assert release.lowest_price_cents is None
    assert release.tracks[0] == Track("1-1", "Untitled")
    assert release.complete


@pytest.mark.parametrize("name", ["release_11578434.json", "release_8604223.json"])
def test_every_recorded_discogs_release_is_read(name: str) -> None:
    body = recorded(f"discogs/{name}")
    release = discogs.parse_release(body)
    assert release.id == str(body["id"])
    assert release.title == body["title"]
    assert release.year == body["year"]
    assert release.tracks
    assert "(" not in release.artist


@pytest.mark.parametrize(
    "name",
    [
        "release_71d6f1d1-1190-4924-b2de-dfc1c2c8eea7.json",
        "release_e47d04a4-7460-427d-a731-cc82386d85f1.json",
        "picard_release_multidisc.json",
    ],
)
def test_every_recorded_musicbrainz_release_is_read(name: str) -> None:
    body = recorded(f"musicbrainz/{name}")
    release = musicbrainz.parse_release(body)
    assert (release.id, release.title) == (body["id"], body["title"])
    assert bool(release.artist) == ("artist-credit" in body)
    assert release.formats
    assert len(release.tracks) == sum(len(medium.get("tracks", [])) for medium in body["media"])
    assert release.genres == ()


def test_a_musicbrainz_release_is_told_in_the_words_of_discogs() -> None:
    release = musicbrainz.parse_release(recorded("musicbrainz/release_e47d04a4-7460-427d-a731-cc82386d85f1.json"))
    assert release.formats == (Format("File", 1, ("EP",)),)
    assert (release.country, release.released) == ("", "2001")
    assert (release.label, release.catalog_number) == ("Purpose Maker", "PMD002")
    assert release.tracks[0] == Track("1", "Alarms", "5:18")


def test_the_discs_of_a_set_are_counted_and_their_tracks_numbered_by_disc() -> None:
    body = recorded("musicbrainz/picard_release_multidisc.json")
    release = musicbrainz.parse_release(body)
    assert sum(item.quantity for item in release.formats) == len(body["media"])
    assert release.tracks[0].position == "1-1"
    assert release.tracks[-1].position.startswith(f"{len(body['media'])}-")


def test_musicbrainz_searches_are_read() -> None:
    (mills,) = musicbrainz.parse_search(recorded("musicbrainz/search_release_response.json"))
    assert (mills.artist, mills.country, mills.complete) == ("Jeff Mills", "", False)
    (rumours,) = musicbrainz.parse_search(recorded("musicbrainz/search_rumours_20260526.json"))
    assert rumours.formats == (Format("Vinyl", 1, ('12"', "Album")),)
    assert (rumours.artist, rumours.country, rumours.year) == ("Fleetwood Mac", "UK", 1977)
    assert (rumours.label, rumours.catalog_number) == ("Warner Bros. Records", "K 56344")


def test_the_front_cover_is_the_picture_of_500_pixels() -> None:
    front = coverart.parse_front(recorded("coverartarchive/release_e47d04a4-7460-427d-a731-cc82386d85f1.json"))
    assert front is not None
    assert front.endswith("32921095540-500.jpg")


def test_the_front_cover_is_fetched_by_https() -> None:
    image = {"front": True, "image": "http://coverartarchive.org/release/x/1.jpg", "thumbnails": {}}
    assert coverart.parse_front({"images": [image]}) == "https://coverartarchive.org/release/x/1.jpg"


def test_a_release_with_only_a_back_has_no_front() -> None:
    assert coverart.parse_front({"images": [{"front": False, "image": "http://x/1.jpg"}]}) is None


@pytest.mark.parametrize(
    ("names", "artist"),
    [
        ([("Nirvana (2)", "", "")], "Nirvana"),
        ([("E.B.E. (2)", "EBE", "")], "EBE"),
        ([("Various", "", "")], "Various"),
        ([("Robert Rich", "", "&"), ("Brian Lustmord", "B. Lustmord", "")], "Robert Rich & B. Lustmord"),
        (
            [("Ignaz Pleyel", "", "/"), ("Dieter Klöcker", "", ","), ("X (3)", "", "")],
            "Ignaz Pleyel / Dieter Klöcker, X",
        ),
        ([("Sole Artist", "", ",")], "Sole Artist"),
    ],
)
def test_artists_are_joined_as_on_the_sleeve(names: list[tuple[str, str, str]], artist: str) -> None:
    body = {"id": 1, "title": "T", "artists": [{"name": name, "anv": anv, "join": join} for name, anv, join in names]}
    assert discogs.parse_release(body).artist == artist


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("1999-03-00", "1999-03"),
        ("1999-00-00", "1999"),
        ("1999-03-07", "1999-03-07"),
        ("2011", "2011"),
        ("?", ""),
        ("", ""),
    ],
)
def test_only_the_known_part_of_a_date_is_kept(said: str, known: str) -> None:
    assert discogs.parse_release({"id": 1, "title": "T", "released": said}).released == known


def test_a_price_is_told_in_cents() -> None:
    assert discogs.parse_release({"id": 1, "title": "T", "lowest_price": 4.35}).lowest_price_cents == 435
    assert discogs.parse_release({"id": 1, "title": "T", "lowest_price": 19.99}).lowest_price_cents == 1999


def test_the_parts_of_a_work_are_tracks_and_a_heading_is_none() -> None:
    parts = [{"position": "1a", "type_": "track", "title": "Allegro", "duration": "1:00"}]
    lines = [
        {"position": "", "type_": "heading", "title": "Side One", "duration": ""},
        {"position": "", "type_": "index", "title": "Sonata", "duration": "", "sub_tracks": parts},
    ]
    tracks = discogs.parse_release({"id": 1, "title": "T", "tracklist": lines}).tracks
    assert tracks == (Track("1a", "Allegro", "1:00"),)


@pytest.mark.parametrize(
    ("code", "name"), [("US", "US"), ("GB", "UK"), ("XE", "Europe"), ("XW", ""), (None, ""), ("??", "")]
)
def test_countries_have_the_names_of_discogs(code: str | None, name: str) -> None:
    assert country(code) == name


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("CD", ("CD", ())),
        ('7" Vinyl', ("Vinyl", ('7"',))),
        ("Vinyl", ("Vinyl", ())),
        ("DVD-Video", ("DVD", ("DVD-Video",))),
        ("Digital Media", ("File", ())),
        ("Cassette", ("Cassette", ())),
        (None, ("", ())),
    ],
)
def test_media_have_the_names_of_discogs(said: str | None, meant: tuple[str, tuple[str, ...]]) -> None:
    assert medium(said) == meant


def test_prices_in_other_currencies_are_left_out() -> None:
    listings = [{"price": {"value": "9.99", "currency": "USD"}}, {"price": {"value": "5.00", "currency": "CAD"}}, {}]
    assert ebay.parse_prices({"total": 3, "itemSummaries": listings}) == [999]
    assert ebay.parse_prices({"total": 0}) == []
