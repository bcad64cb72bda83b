"""The answers of the services, each through its parser. `tests/recorded` does the same with recorded ones."""

from typing import Any

import pytest

from engine.domain.identify.candidates import difference, same_release
from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing.market_prices import SuggestedPrice
from engine.upstream import coverart, discogs, ebay, musicbrainz
from engine.upstream.vocabulary import country, medium
from tests.support.answers import coverart as pictures
from tests.support.answers import discogs as made
from tests.support.answers import ebay as listings
from tests.support.answers import known


def test_a_discogs_search_keeps_releases_and_drops_masters() -> None:
    (hit,) = discogs.parse_search(known.metal_galaxy())
    assert (hit.id, hit.artist, hit.title, hit.year, hit.country) == (
        "14339492", "Babymetal", "Metal Galaxy", 2019, "US",
    )  # fmt: skip
    assert hit.barcodes == {"04029759143468", "00711297523737"}  # 7112975237 lost two digits, so it is no barcode
    assert hit.formats == (Format("Vinyl", 2, ("LP", "Album", "Limited Edition"), "Transparent"),)
    assert (hit.label, hit.have, hit.complete) == ("Ear Music", 100, False)
    assert hit.url == "https://www.discogs.com/release/14339492-Babymetal-Metal-Galaxy"


@pytest.mark.parametrize(
    ("told", "last"),
    [
        ({"page": 1, "pages": 2, "per_page": 100, "items": 140}, 2),
        ({"pages": "3"}, 3),
        ({"items": 100}, 1),
        ({"items": 101}, 2),
        ({"pages": 0, "items": 0}, 1),
        ({"pages": None, "items": "201"}, 3),
        ({"pages": -2, "items": []}, 1),
        ({"pages": True, "items": {}}, 1),
        ({}, 1),
        (None, 1),
        ([2], 1),
    ],
)
def test_the_pages_of_a_discogs_search_are_counted_from_what_it_tells_however_odd(told: object, last: int) -> None:
    assert discogs.last_page({"pagination": told, "results": []}) == last


def test_an_empty_discogs_search_has_no_releases() -> None:
    assert discogs.parse_search(made.search()) == []


def test_a_discogs_release_is_told_without_what_it_does_not_say() -> None:
    release = discogs.parse_release(known.faraway_tree())
    assert release.artist == "Enid Blyton Read By Kate Winslet"
    assert (release.label, release.catalog_number, release.country) == ("Not On Label", "", "")
    assert release.barcodes == {"09338684000223"}
    assert release.formats == (Format("CD", 13),)
    assert release.lowest_price_cents is None
    assert release.tracks[0] == Track("1-1", "Untitled")
    assert release.complete


def test_a_discogs_release_with_works_in_parts_is_read() -> None:
    release = discogs.parse_release(known.ummagumma())
    assert (release.id, release.artist, release.title, release.year) == ("8604223", "Pink Floyd", "Ummagumma", 2016)
    assert (release.label, release.catalog_number) == ("Pink Floyd Records", "PFRLP4"), "the first of two"
    assert release.barcodes == {"00825646493166"}
    assert (len(release.tracks), release.tracks[-1]) == (16, Track("D2.3", "Part 3 - Exit"))
    assert (release.have, release.lowest_price_cents) == (7067, 2768)


def test_a_musicbrainz_release_is_read() -> None:
    release = musicbrainz.parse_release(known.deuce_avenue())
    assert (release.id, release.artist, release.title) == (known.DEUCE_AVENUE, "Alan Vega", "Deuce Avenue")
    assert (release.country, release.year, release.genres) == ("France", 1990, ())
    assert release.barcodes == {"03229261055827"}
    assert release.formats == (Format("CD", 1, ("Album",)),)
    assert (len(release.tracks), release.tracks[3]) == (12, Track("4", "Bad Scene", "4:00"))


def test_a_musicbrainz_release_that_was_asked_for_without_its_artists_has_none() -> None:
    release = musicbrainz.parse_release(known.careless())
    assert (release.artist, release.label, release.country) == ("", "", "Japan")
    assert release.title == "ケアレス"


def test_a_musicbrainz_release_is_told_in_the_words_of_discogs() -> None:
    release = musicbrainz.parse_release(known.kat_moda())
    assert release.formats == (Format("File", 1, ("EP",)),)
    assert (release.country, release.released) == ("", "2001")
    assert (release.label, release.catalog_number) == ("Purpose Maker", "PMD002")
    assert release.tracks[0] == Track("1", "Alarms", "5:18")


def test_the_discs_of_a_set_are_counted_and_their_tracks_numbered_by_disc() -> None:
    release = musicbrainz.parse_release(known.careless())
    assert release.formats == (Format("CD", 1, ("Single",)), Format("DVD", 1, ("DVD-Video",)))
    positions = [track.position for track in release.tracks]
    assert positions == ["1-1", "1-2", "1-3", "1-4", "2-1", "2-2", "2-3"]


def test_musicbrainz_searches_are_read() -> None:
    (mills,) = musicbrainz.parse_search(known.kat_moda_found())
    assert (mills.artist, mills.country, mills.complete) == ("Jeff Mills", "", False)
    (rumours,) = musicbrainz.parse_search(known.rumours_found())
    assert rumours.formats == (Format("Vinyl", 1, ('12"', "Album")),)
    assert (rumours.artist, rumours.country, rumours.year) == ("Fleetwood Mac", "UK", 1977)
    assert (rumours.label, rumours.catalog_number) == ("Warner Bros. Records", "K 56344")


def test_the_front_cover_is_told_in_its_sizes_the_largest_first() -> None:
    cover = f"https://coverartarchive.org/release/{known.KAT_MODA}/32921095540"
    assert coverart.parse_fronts(known.kat_moda_cover()) == (f"{cover}-1200.jpg", f"{cover}.jpg", f"{cover}-500.jpg")


@pytest.mark.parametrize(
    ("sizes", "image", "names"),
    [
        ({}, "1.jpg", ["1.jpg"]),
        ({"small": "1-250.jpg", "large": "1-500.jpg"}, "1.jpg", ["1.jpg", "1-500.jpg"]),  # an old upload
        ({"1200": "1-1200.jpg", "500": "1-500.jpg"}, "1.pdf", ["1-1200.jpg", "1-500.jpg"]),
        ({"250": "1-250.jpg"}, "1.pdf", []),  # eBay wants 500 pixels
        ({"1200": None, "500": ""}, "1.PNG", ["1.PNG"]),
    ],
)
def test_what_is_no_picture_or_too_small_is_no_front_cover(sizes: dict[str, Any], image: str, names: list[str]) -> None:
    root = "http://coverartarchive.org/release/x/"
    told = {name: file and root + file for name, file in sizes.items()}
    body = pictures.images("x", {**pictures.picture("x", 1), "image": root + image, "thumbnails": told})
    assert [address.rpartition("/")[2] for address in coverart.parse_fronts(body)] == names


def test_the_front_cover_is_fetched_by_https() -> None:
    body = pictures.images("x", pictures.picture("x", 1, sizes=False))
    assert coverart.parse_fronts(body) == ("https://coverartarchive.org/release/x/1.jpg",)


def test_a_release_with_only_a_back_has_no_front() -> None:
    assert coverart.parse_fronts(pictures.images("x", pictures.picture("x", 1, front=False))) == ()


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
    assert discogs.parse_release(made.release(1, "T", artists=names)).artist == artist


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
    assert discogs.parse_release(made.release(1, "T", released=said)).released == known


def test_a_price_is_told_in_cents() -> None:
    assert discogs.parse_release(made.release(1, "T", lowest_price=4.35)).lowest_price_cents == 435
    assert discogs.parse_release(made.release(1, "T", lowest_price=19.99)).lowest_price_cents == 1999


def test_the_parts_of_a_work_are_tracks_and_a_heading_is_none() -> None:
    lines = [made.heading("Side One"), made.work("Sonata", made.track("1a", "Allegro", "1:00"))]
    tracks = discogs.parse_release(made.release(1, "T", tracks=lines)).tracks
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
        ('10" Shellac', ("Shellac", ('10"',))),
        ('7" Flexi-disc', ("Flexi-disc", ('7"',))),
        ('12" Acetate', ("Acetate", ('12"',))),
        ("Acetate", ("Acetate", ())),
        ("Hybrid SACD", ("SACD", ("Hybrid",))),
        ("Hybrid SACD (CD layer)", ("SACD", ("Hybrid",))),
        ("Hybrid SACD (SACD layer, multichannel)", ("SACD", ("Hybrid",))),
        ("SACD (multichannel)", ("SACD", ("Multichannel",))),
        ("SHM-SACD", ("SACD", ("SHM-SACD",))),
        ("HQCD", ("CD", ("HQCD",))),
        ("UHQCD", ("CD", ("UHQCD",))),
        ("CD+G", ("CD", ("CD+G",))),
        ("8cm CD+G", ("CD", ("Mini", "CD+G"))),
        ("DTS CD", ("CD", ("DTS",))),
        ("Mixed Mode CD", ("CD", ("Mixed Mode",))),
        ("Minimax CD", ("CD", ("Minimax",))),
        ("Copy Control CD", ("CD", ("Copy Protected",))),
        ("DVD-R Video", ("DVDr", ("DVD-Video",))),
        ("DualDisc", ("Hybrid", ("DualDisc",))),
        ("DualDisc (DVD-Video side)", ("Hybrid", ("DualDisc",))),
        ("LaserDisc", ("Laserdisc", ())),
        ('12" LaserDisc', ("Laserdisc", ('12"',))),
        ("Reel-to-reel", ("Reel-To-Reel", ())),
        ("VCD", ("CD", ("VCD",))),
        ("VinylDisc", ("", ())),
        ("VinylDisc (Vinyl side)", ("", ())),
        ("DVDplus (CD side)", ("", ())),
        ("Data CD", ("", ())),
        (None, ("", ())),
    ],
)
def test_media_have_the_names_of_discogs(said: str | None, meant: tuple[str, tuple[str, ...]]) -> None:
    assert medium(said) == meant


def test_prices_in_other_currencies_are_left_out() -> None:
    assert ebay.parse_prices(listings.listings(("9.99", "USD"), ("5.00", "CAD"))) == [999]
    assert ebay.parse_prices({"total": 1, "itemSummaries": [{}]}) == []
    assert ebay.parse_prices(listings.listings()) == []


def test_suggestions_are_told_by_grade_in_cents() -> None:
    told = made.suggestions({"Mint (M)": 12.5, "Poor (P)": 0})
    assert discogs.parse_suggestions(told) == {"Mint (M)": SuggestedPrice(1250, "USD")}


@pytest.mark.parametrize(
    ("said", "formats"),
    [
        (["Hybrid SACD (CD layer)", "Hybrid SACD (SACD layer)"], [("SACD", 1, ("Hybrid",))]),
        (["DualDisc (CD side)", "DualDisc (DVD-Video side)"] * 2, [("Hybrid", 2, ("DualDisc",))]),
        (["CD", "VinylDisc (Vinyl side)", "VinylDisc (CD side)"], [("CD", 1, ())]),
        (["CD", "CD", "DVD-Video"], [("CD", 2, ()), ("DVD", 1, ("DVD-Video",))]),
        (["Copy Control CD", "Data CD"], [("CD", 1, ("Copy Protected",))]),
    ],
)
def test_sides_and_layers_of_a_disc_are_one_disc(
    said: list[str], formats: list[tuple[str, int, tuple[str, ...]]]
) -> None:
    body = {"id": "a", "title": "T", "media": [{"format": name} for name in said]}
    assert musicbrainz.parse_release(body).formats == tuple(Format(*each) for each in formats)


def test_a_release_on_a_hybrid_disc_is_the_same_at_both_services() -> None:
    ours = Release("discogs", "1", "A", "T", released="2004", formats=(Format("SACD", 1, ("Hybrid",)),))
    body = {"id": "a", "title": "T", "date": "2004", "artist-credit": [{"name": "A"}]}
    theirs = musicbrainz.parse_release({**body, "media": [{"format": "Hybrid SACD (CD layer)"}]})
    assert same_release(ours, theirs)
    assert difference(ours, theirs) == ""
