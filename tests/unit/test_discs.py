"""Tracks by disc: what positions say, and nothing more."""

from __future__ import annotations

import pytest

from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing.description.discs import discs

CDS, SET = (Format("CD", 3),), (Format("Box Set"), Format("CD", 2))
RECORDS, MIXED = (Format("Vinyl", 2, ("LP",)),), (Format("CD", 2), Format("DVD"))


def grouped(positions: str, formats: tuple[Format, ...]) -> dict[str, str]:
    """Return the positions on each disc, by its name."""
    release = Release(
        "discogs", "1", "A", "B", formats=formats, tracks=tuple(Track(one, "t") for one in positions.split(","))
    )
    return {disc.name: ",".join(track.position for track in disc.tracks) for disc in discs(release)}


CASES: dict[str, tuple[str, tuple[Format, ...], dict[str, str]]] = {
    "one disc": ("1,2,3", CDS, {"": "1,2,3"}),
    "no positions": (",", CDS, {"": ","}),
    "three CDs": ("1-1,1-02,2-1,3-1", CDS, {"CD 1": "1,02", "CD 2": "1", "CD 3": "1"}),
    "CDs in a box": ("1-1,2-1", SET, {"CD 1": "1", "CD 2": "1"}),
    "points": ("1.01,2.01", CDS, {"CD 1": "01", "CD 2": "01"}),
    "more discs than the format says": ("1-1,4-1", CDS, {"CD 1": "1", "Disc 4": "1"}),
    "several kinds": ("1-1,2-1,3-1", MIXED, {"Disc 1": "1", "Disc 2": "1", "Disc 3": "1"}),
    "no format": ("1-1,2-1", (), {"Disc 1": "1", "Disc 2": "1"}),
    "a box whose media nobody names": ("1-1", (Format("Box Set"),), {"Disc 1": "1"}),
    "reels": ("1-1,2-1", (Format("Reel-To-Reel", 2),), {"Part 1": "1", "Part 2": "1"}),
    "a cassette beside a CD": ("1-1,2-1", (Format("CD"), Format("Cassette")), {"Part 1": "1", "Part 2": "1"}),
    "cassettes": ("1-A1,1-B1", (Format("Cassette", 2),), {"Cassette 1 side A": "A1", "Cassette 1 side B": "B1"}),
    "named media": ("CD1-1,CD2-1,DVD-1,DVD-2", MIXED, {"CD 1": "1", "CD 2": "1", "DVD": "1,2"}),
    "named media in other words": ("CD 1-1,cd-2,BD-1,Blu-ray-2", (), {"CD 1": "1", "CD": "2", "Blu-ray": "1,2"}),
    "a named medium with a number of two digits": ("CD01.4,CD11:4", (), {"CD 1": "4", "CD 11": "4"}),
    "a prefix that is no medium": ("Video-1,ABC-2", CDS, {"": "Video-1,ABC-2"}),
    "a record": ("A1,A2,B", (Format("Vinyl"),), {"Side A": "A1,A2", "Side B": "B"}),
    "two records": ("A1,B1,C1,D1", RECORDS, {"Side A": "A1", "Side B": "B1", "Side C": "C1", "Side D": "D1"}),
    "records that are numbered": (
        "1-A1,1-B1,2-A1",
        RECORDS,
        {"Record 1 side A": "A1", "Record 1 side B": "B1", "Record 2 side A": "A1"},
    ),
    "named records": ("LP1-A1,LP2-C1", RECORDS, {"LP 1 side A": "A1", "LP 2 side C": "C1"}),
    "two sides that are both the first": ("A,AA", (Format("Vinyl", 1, ('7"',)),), {"Side A": "A", "Side AA": "AA"}),
    "parts of a side": ("A1a,A1b,Aa", (Format("Vinyl"),), {"Side A": "A1a,A1b,Aa"}),
    "letters on a CD are no sides": ("A1,B1", CDS, {"": "A1,B1"}),
    "letters where no format is known": ("A1,B1", (), {"Side A": "A1", "Side B": "B1"}),
    "a record with a CD": (
        "A1,B1,CD1,CD2",
        (Format("Vinyl"), Format("CD")),
        {"Side A": "A1", "Side B": "B1", "CD": "1,2"},
    ),
    "numbers that may be discs or tracks": ("CD1,CD2", CDS, {"": "CD1,CD2"}),
    "words": ("Intro,A to Z", (Format("Vinyl"),), {"": "Intro,A to Z"}),
}


@pytest.mark.parametrize(("positions", "formats", "found"), CASES.values(), ids=CASES)
def test_tracks_are_by_disc_where_their_positions_say_so(
    positions: str, formats: tuple[Format, ...], found: dict[str, str]
) -> None:
    assert grouped(positions, formats) == found


def test_titles_and_durations_stay_with_their_tracks() -> None:
    release = Release("discogs", "1", "A", "B", formats=CDS, tracks=(Track("2-1", "One", "1:00"),))
    assert discs(release)[0].tracks == (Track("1", "One", "1:00"),)
    assert discs(Release("discogs", "1", "A", "B")) == ()
