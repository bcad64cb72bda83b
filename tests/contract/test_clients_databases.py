"""Discogs, MusicBrainz and the Cover Art Archive: the clients against the sandbox, over HTTP."""

import re
from collections.abc import Iterator

import pytest
import requests

from engine.domain.identify.releases import Release
from engine.errors import CredentialsRefused
from engine.sandbox import catalogue
from engine.upstream.coverart import CoverArt
from engine.upstream.discogs import Discogs
from engine.upstream.http import HttpTransport
from engine.upstream.musicbrainz import MusicBrainz
from tests.support.barcode_table import table
from tests.support.sandbox_server import Sandbox, running

BOTH, DISCOGS_ONLY, MUSICBRAINZ_ONLY = "00074646362822", "00752743004318", "00093624755524"
TWO_RELEASES = "00829707951718"
NOWHERE = "00012345678905"
TEST_BARCODES = 7


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running() as started:
        yield started


@pytest.fixture
def line(sandbox: Sandbox) -> Iterator[HttpTransport]:
    with requests.Session() as session:
        yield HttpTransport(session, "DraftMaker/0.1 +tests@example.org")


@pytest.fixture
def discogs(sandbox: Sandbox, line: HttpTransport) -> Discogs:
    return Discogs(line, f"{sandbox.url}/discogs", token="sandbox")


@pytest.fixture
def musicbrainz(sandbox: Sandbox, line: HttpTransport) -> MusicBrainz:
    return MusicBrainz(line, f"{sandbox.url}/musicbrainz")


@pytest.fixture
def coverart(sandbox: Sandbox, line: HttpTransport) -> CoverArt:
    return CoverArt(line, f"{sandbox.url}/coverart")


def facts(release: Release) -> tuple[str, str, str, str, str, str]:
    return (
        release.artist,
        release.title,
        release.label,
        str(release.year or ""),
        release.format,
        release.country,
    )


def test_every_barcode_of_the_table_is_found_with_the_facts_of_the_table(
    discogs: Discogs, musicbrainz: MusicBrainz
) -> None:
    by_barcode = musicbrainz.search([line.gtin14 for line in table()])
    for line in table():
        artist, label = (re.sub(r" \(\d+\)", "", name) for name in (line.artist, line.label))
        expected = (artist, line.title, label, line.released[:4], line.format, line.country)
        found = [discogs.release(hit.id) for hit in discogs.search(line.gtin14)] + by_barcode[line.gtin14]
        assert found, line
        assert {facts(release) for release in found if release} == {expected}


def test_a_release_that_both_know_is_found_at_both(discogs: Discogs, musicbrainz: MusicBrainz) -> None:
    assert [hit.title for hit in discogs.search(BOTH)] == ["Profound Sounds Vol. 1"]
    assert [hit.title for hit in musicbrainz.search([BOTH])[BOTH]] == ["Profound Sounds Vol. 1"]


def test_some_releases_only_one_of_them_knows(discogs: Discogs, musicbrainz: MusicBrainz) -> None:
    assert discogs.search(DISCOGS_ONLY)
    assert not discogs.search(MUSICBRAINZ_ONLY)
    found = musicbrainz.search([DISCOGS_ONLY, MUSICBRAINZ_ONLY])
    assert not found[DISCOGS_ONLY]
    assert found[MUSICBRAINZ_ONLY]


def test_a_barcode_that_nobody_knows_is_found_nowhere(discogs: Discogs, musicbrainz: MusicBrainz) -> None:
    assert discogs.search(NOWHERE) == []
    assert musicbrainz.search([NOWHERE]) == {NOWHERE: []}


def test_a_barcode_on_two_releases_finds_both(discogs: Discogs) -> None:
    assert {hit.id for hit in discogs.search(TWO_RELEASES)} == {"6084149", "6084161"}


def test_every_test_barcode_finds_two_releases_that_differ(discogs: Discogs) -> None:
    test_barcodes = {
        gtin for entry in catalogue.load().discogs.values() if entry["id"] >= 900_000_000 for gtin in entry["barcodes"]
    }
    assert len(test_barcodes) == TEST_BARCODES
    for gtin in test_barcodes:
        first, second = discogs.search(gtin)
        assert facts(first) != facts(second) or first.formats != second.formats or first.released != second.released


def test_the_spellings_are_asked_for_one_by_one_until_one_finds(sandbox: Sandbox, discogs: Discogs) -> None:
    spaced = next(entry for entry in catalogue.load().discogs.values() if entry["search"] == "spaced")
    before = sandbox.ledger()["last"]
    (hit,) = discogs.search(spaced["barcodes"][0])
    asked = [call["key"] for call in sandbox.ledger("discogs", since=before)["calls"]]
    assert hit.id == str(spaced["id"])
    assert " " in asked[-1]
    assert len(asked) in (2, 3)


def test_many_barcodes_are_one_question_to_musicbrainz(sandbox: Sandbox, musicbrainz: MusicBrainz) -> None:
    before = sandbox.ledger()["last"]
    found = musicbrainz.search([BOTH, MUSICBRAINZ_ONLY, NOWHERE])
    assert sandbox.ledger("musicbrainz", since=before)["counts"]["musicbrainz"]["calls"] == 1
    assert [len(found[gtin]) for gtin in (BOTH, MUSICBRAINZ_ONLY, NOWHERE)] == [1, 1, 0]


def test_a_release_is_told_with_its_tracks(discogs: Discogs, musicbrainz: MusicBrainz) -> None:
    (hit,) = musicbrainz.search([BOTH])[BOTH]
    for release in (discogs.release(3), musicbrainz.release(hit.id)):
        assert release is not None
        assert release.complete
        assert (release.tracks[0].title, release.tracks[0].duration) == ("Untitled 8", "7:00")
        assert BOTH in release.barcodes


def test_a_release_that_is_not_there_is_none(discogs: Discogs, musicbrainz: MusicBrainz, coverart: CoverArt) -> None:
    assert discogs.release(1) is None
    assert musicbrainz.release("00000000-0000-0000-0000-000000000000") is None
    assert coverart.fronts("00000000-0000-0000-0000-000000000000") is None


def test_a_front_cover_is_told_by_https_where_there_is_one(coverart: CoverArt) -> None:
    for mbid, entry in list(catalogue.load().musicbrainz.items())[:20]:
        fronts = coverart.fronts(mbid)
        assert (fronts is not None) == catalogue.has_front(entry)
        assert fronts is None or all(front.startswith("https://") for front in fronts.addresses)


def test_the_picture_of_a_cover_is_a_picture(line: HttpTransport, coverart: CoverArt) -> None:
    mbid = next(mbid for mbid, entry in catalogue.load().musicbrainz.items() if catalogue.has_front(entry))
    fronts = coverart.fronts(mbid)
    assert fronts
    for front in fronts.addresses:
        picture = line.session.get(front.replace("https://", "http://"), timeout=5)
        assert picture.headers["Content-Type"] == "image/png"
        assert picture.content.startswith(b"\x89PNG")


def test_a_token_that_is_accepted_has_a_name(discogs: Discogs) -> None:
    assert discogs.identity() == "sandbox"


def test_a_wrong_token_is_refused(sandbox: Sandbox, line: HttpTransport) -> None:
    wrong = Discogs(line, f"{sandbox.url}/discogs", token="not-the-token")
    with pytest.raises(CredentialsRefused, match="Press Connect Discogs"):
        wrong.search(BOTH)
    assert wrong.release(3) is not None


def test_no_token_cannot_be_checked(sandbox: Sandbox, line: HttpTransport) -> None:
    with pytest.raises(CredentialsRefused, match="Press Connect Discogs"):
        Discogs(line, f"{sandbox.url}/discogs", token="").identity()
