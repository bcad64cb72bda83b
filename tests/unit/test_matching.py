"""Which release a barcode means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.domain.candidates import unite
from engine.domain.matching import MAX_CANDIDATES, Confidence, Decision, Verdict, decide, medium_named
from engine.domain.origins import origin
from engine.domain.releases import Format, Release, Source, Track

GTIN = "00093624755524"  # a US barcode


def release(source: Source = "discogs", number: str = "4", **facts: Any) -> Release:
    known: dict[str, Any] = {
        "artist": "Faze Action",
        "title": "Moving Cities",
        "released": "1999-11-02",
        "country": "US",
        "label": "F-111 Records",
        "catalog_number": "9 47555-2",
        "formats": (Format("CD", 1, ("Album",)),),
        "barcodes": frozenset({GTIN}),
    }
    return Release(source=source, id=number, **{**known, **facts})


def judged(*discogs: Release, musicbrainz: tuple[Release, ...] = (), **more: Any) -> Decision:
    return decide(GTIN, discogs=discogs, musicbrainz=musicbrainz, **more)


def chosen(decision: Decision) -> str | None:
    best = decision.chosen
    return best.release.id if best else None


def test_two_services_that_describe_the_same_release_are_one_candidate() -> None:
    decision = judged(release(), musicbrainz=(release("musicbrainz", "mb", released="1999", country=""),))
    assert len(decision.candidates) == 1
    assert decision.confidence is Confidence.HIGH
    document = decision.document()["candidates"][0]
    assert (document["discogs_id"], document["musicbrainz_id"]) == ("4", "mb")


@pytest.mark.parametrize(
    "theirs",
    [
        {"title": "MOVING CITIES"},
        {"artist": "The Faze Action"},
        {"artist": "Fazé  Action", "title": "Moving Cities!"},
        {"artist": "Faze Action feat. Zeke Manyika"},
        {"artist": "", "title": "Faze Action - Moving Cities"},
        {"released": "2000-01-10"},
        {"released": ""},
        {"formats": ()},
        {"formats": (Format("CDr"),)},
        {"country": "Europe", "label": "Warner", "catalog_number": ""},
    ],
)
def test_spelling_and_gaps_do_not_keep_the_two_services_apart(theirs: dict[str, Any]) -> None:
    assert len(unite([release()], [release("musicbrainz", "mb", **theirs)])) == 1


@pytest.mark.parametrize(
    "theirs",
    [
        {"title": "Moving Cities 2"},
        {"title": "Plans & Designs"},
        {"artist": "Somebody Else"},
        {"formats": (Format("Vinyl", 2, ('12"',)),)},
        {"released": "2007"},
    ],
)
def test_what_differs_stays_two_candidates(theirs: dict[str, Any]) -> None:
    assert len(unite([release()], [release("musicbrainz", "mb", **theirs)])) == 2


def test_descriptions_are_paired_with_the_closest_and_used_once() -> None:
    american, british = release(number="1"), release(number="2", country="UK", catalog_number="WEA 1")
    theirs = release("musicbrainz", "mb", country="UK", catalog_number="WEA1")
    paired = {pair.discogs.id: pair.musicbrainz for pair in unite([american, british], [theirs]) if pair.discogs}
    assert paired == {"1": None, "2": theirs}


def test_discogs_facts_come_first_and_musicbrainz_fills_the_gaps() -> None:
    ours = release(title="Moving Cities", released="", country="", tracks=())
    tracks = (Track("1", "Moving Cities"),)
    theirs = release("musicbrainz", "mb", title="moving cities", tracks=tracks, label="Warner")
    best = judged(ours, musicbrainz=(theirs,)).chosen
    assert best is not None
    facts = best.release
    assert (facts.title, facts.label, facts.released, facts.country) == (
        "Moving Cities",
        "F-111 Records",
        "1999-11-02",
        "US",
    )
    assert facts.tracks == tracks


def test_a_release_with_another_barcode_is_no_candidate() -> None:
    decision = judged(release(barcodes=frozenset({"00074646362822"})))
    assert decision.verdict is Verdict.UNKNOWN
    assert decision.candidates == ()


def test_two_releases_that_differ_only_in_their_number_are_not_ambiguous() -> None:
    decision = judged(release(number="6084161"), release(number="6084149"))
    assert chosen(decision) == "6084149"
    assert decision.confidence is Confidence.GOOD
    assert "differ in nothing but their number" in decision.reasons[-1]


@pytest.mark.parametrize(
    ("other", "differs_in"),
    [
        ({"artist": "Faze Action Two"}, "artist or title"),
        ({"title": "Moving Cities Faze"}, "artist or title"),
        ({"formats": (Format("Vinyl", 1, ("LP", "Album")),)}, "format"),
        ({"released": "2011"}, "year"),
    ],
)
def test_releases_that_a_buyer_could_tell_apart_are_ambiguous(other: dict[str, Any], differs_in: str) -> None:
    decision = judged(release(have=9_000), release(number="5", have=1, **other))
    assert decision.verdict is Verdict.AMBIGUOUS
    assert decision.chosen is None
    assert decision.confidence is None
    assert decision.reasons[0].startswith(f"Releases that differ in {differs_in} carry this barcode: Faze Action")


def test_the_third_release_can_make_a_barcode_ambiguous() -> None:
    decision = judged(release(number="1"), release(number="2"), release(number="3", released="2011"))
    assert decision.verdict is Verdict.AMBIGUOUS


def test_vinyl_sizes_are_told_apart_and_an_lp_is_twelve_inches_wide() -> None:
    record, same, small = (release(number=word, formats=(Format("Vinyl", 1, (word,)),)) for word in ("LP", '12"', '7"'))
    assert judged(record, same).verdict is Verdict.MATCHED
    assert judged(record, small).verdict is Verdict.AMBIGUOUS


@pytest.mark.parametrize(
    ("other", "said", "why"),
    [
        ({"formats": (Format("Vinyl"),)}, "CD", "the file says CD"),
        ({"released": "2011", "formats": (Format("CD", 1, ("Unofficial Release",)),)}, "", "Unofficial Release"),
        ({"released": "1998", "formats": (Format("CD", 1, ("Promo",)),)}, "", "Promo"),
        ({"released": "2011", "country": "Japan"}, "", "the barcode was given out for US"),
    ],
)
def test_a_reason_decides_between_releases_and_is_told(other: dict[str, Any], said: str, why: str) -> None:
    decision = judged(release(number="9"), release(number="1", have=9_000, **other), medium_said=said)
    assert chosen(decision) == "9"
    assert decision.confidence is Confidence.FAIR
    assert any("was set aside" in reason and why in reason for reason in decision.reasons)


@pytest.mark.parametrize(
    "other",
    [
        {"released": "2011", "country": "Europe"},
        {"released": "2011", "country": "USA & Canada"},
        {"released": "2011", "country": ""},
        {"title": "Plans", "country": "Japan"},
    ],
)
def test_the_country_decides_only_between_pressings_of_one_album_from_elsewhere(other: dict[str, Any]) -> None:
    assert judged(release(), release(number="1", **other)).verdict is Verdict.AMBIGUOUS


def test_a_label_that_differs_is_told_and_makes_the_match_fair() -> None:
    decision = judged(release(number="1"), release(number="2", label="Reissues", catalog_number="R 1"))
    assert chosen(decision) == "1"
    assert decision.confidence is Confidence.FAIR
    assert "differ in label and catalogue number" in decision.reasons[-1]


def test_of_releases_alike_the_ordinary_the_complete_and_the_common_one_is_taken() -> None:
    promo = release(number="1", have=500, formats=(Format("CD", 1, ("Album", "Promo")),))
    bare = release(number="2", have=400, label="")
    rare, common = release(number="3", have=3), release(number="4", have=30)
    ranked = [candidate.release.id for candidate in judged(promo, bare, rare, common).candidates]
    assert ranked == ["4", "3", "2", "1"]


def test_the_order_of_the_answers_does_not_matter() -> None:
    hits = [release(number=str(number), have=number % 3) for number in range(8)]
    assert judged(*hits) == judged(*reversed(hits))


def test_years_that_do_not_agree_are_told() -> None:
    decision = judged(release(), musicbrainz=(release("musicbrainz", "mb", released="2000"),))
    assert decision.chosen is not None
    assert decision.chosen.release.year == 1999
    assert "Discogs dates it 1999 and MusicBrainz 2000: Discogs' year was taken." in decision.reasons


def test_a_service_that_did_not_answer_is_told() -> None:
    decision = judged(release(), lacking=("musicbrainz",))
    assert decision.lacking == ("musicbrainz",)
    assert decision.reasons[-1] == "MusicBrainz gave no answer."


def test_no_more_than_ten_candidates_are_kept_and_their_number_is_told() -> None:
    document = judged(*(release(number=str(number)) for number in range(25))).document()
    assert len(document["candidates"]) == MAX_CANDIDATES
    assert document["found"] == 25


@pytest.mark.parametrize(
    ("cells", "medium"),
    [
        (("093624755524", "CD", "5.99"), "CD"),
        (("093624755524", " vinyl ", "LP"), "Vinyl"),
        (("CD", "Vinyl"), ""),
        (("093624755524", "nice CD"), ""),
        ((), ""),
    ],
)
def test_the_medium_is_taken_from_a_cell_that_says_nothing_else(cells: tuple[str, ...], medium: str) -> None:
    assert medium_named(cells) == medium


@pytest.mark.parametrize(
    ("gtin", "country"),
    [
        ("00074646362822", "US"),
        ("05018766952544", "UK"),
        ("04988006634893", "Japan"),
        ("07042881994101", "Norway"),
        ("05690351112345", "Iceland"),
        ("02000000000015", ""),
        ("00000040170725", ""),
    ],
)
def test_a_barcode_tells_where_it_was_given_out(gtin: str, country: str) -> None:
    assert origin(gtin) == country


def test_a_release_said_twice_by_one_service_is_one_candidate() -> None:
    assert len(judged(release(), replace(release(), have=3)).candidates) == 1
