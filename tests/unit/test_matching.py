"""Which release a barcode means."""

from __future__ import annotations

from dataclasses import replace as replaced
from typing import Any

import pytest

from engine.codec import replace
from engine.domain.identify.candidates import unite
from engine.domain.identify.decision import MAX_CANDIDATES, Decision
from engine.domain.identify.evidence import Confidence, Match, Verdict
from engine.domain.identify.matching import decide, medium_named
from engine.domain.identify.releases import Format, Release, Track
from tests.support.matched import GTIN, release


def judged(*discogs: Release, musicbrainz: tuple[Release, ...] = (), **more: Any) -> Decision:
    return decide(GTIN, discogs=discogs, musicbrainz=musicbrainz, **more)


def chosen(decision: Decision) -> str | None:
    best = decision.chosen
    return best.release.id if best else None


def test_two_services_that_describe_the_same_release_are_one_candidate() -> None:
    decision = judged(release(), musicbrainz=(release("musicbrainz", "mb", released="1999", country=""),))
    assert len(decision.candidates) == 1
    assert decision.confidence is Confidence.HIGH
    document = decision.evidence().candidates[0]
    assert (document.discogs_id, document.musicbrainz_id) == ("4", "mb")


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
    document = judged(*(release(number=str(number)) for number in range(25))).evidence()
    assert len(document.candidates) == MAX_CANDIDATES
    assert document.found == 25


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


def test_a_release_said_twice_by_one_service_is_one_candidate() -> None:
    assert len(judged(release(), replace(release(), have=3)).candidates) == 1


# every sentence, and what is kept

ALBUM = "Faze Action - Moving Cities"
FOUND = "Found at Discogs."


def reasons(*discogs: Release, **more: Any) -> tuple[str, ...]:
    return judged(*discogs, **more).reasons


def test_a_barcode_that_nobody_knows_says_so_and_who_did_not_answer() -> None:
    nothing = "No release with this barcode was found."
    assert judged() == Decision(Verdict.UNKNOWN, (), (nothing,))
    silent = (nothing, "Discogs gave no answer.", "coverart gave no answer.")
    assert judged(lacking=["discogs", "coverart"]) == Decision(
        Verdict.UNKNOWN, (), silent, lacking=("discogs", "coverart")
    )


def test_a_match_says_where_it_was_found() -> None:
    theirs = release("musicbrainz", "mb")
    assert reasons(release()) == (FOUND,)
    assert reasons(musicbrainz=(theirs,)) == ("Found at MusicBrainz.",)
    assert reasons(release(dump="2026-11-01")) == ("Found in the Discogs data dump of 2026-11-01.",)
    assert reasons(release(), musicbrainz=(theirs,)) == ("Discogs and MusicBrainz describe the same release.",)


def test_releases_just_like_it_are_counted() -> None:
    like = [release(number=str(number)) for number in range(1, 4)]
    alike = "this barcode and would look the same to a buyer: they differ in nothing but their number."
    assert reasons(*like[:2]) == (FOUND, f"One more release carries {alike}")
    assert reasons(*like) == (FOUND, f"2 more releases carry {alike}")


@pytest.mark.parametrize(
    ("other", "differ", "confidence"),
    [
        ({"label": "Warner"}, "label", Confidence.FAIR),
        ({"catalog_number": "R 1"}, "catalogue number", Confidence.FAIR),
        ({"country": "Canada"}, "country", Confidence.FAIR),
        ({"formats": (Format("CD", 1, ("Album", "Reissue")),)}, "edition", Confidence.FAIR),
        ({"label": "", "country": "", "formats": (Format("CD"),)}, "nothing but their number", Confidence.GOOD),
    ],
)
def test_what_releases_alike_differ_in_is_told(other: dict[str, Any], differ: str, confidence: Confidence) -> None:
    decision = judged(release(number="1"), release(number="22", **other))
    assert chosen(decision) == "1"
    assert decision.confidence is confidence
    assert decision.reasons[1].endswith(f"would look the same to a buyer: they differ in {differ}.")


@pytest.mark.parametrize(
    ("facts", "shown"),
    [
        ({"released": "2011"}, f"{ALBUM} (CD, US, 2011)"),
        ({"released": "2011", "country": "", "formats": ()}, f"{ALBUM} (2011)"),
        ({"title": "Plans", "released": ""}, "Faze Action - Plans (CD, US)"),
        ({"artist": "", "title": "Plans", "released": "", "country": "", "formats": ()}, "Plans"),
    ],
)
def test_releases_that_differ_are_named_as_a_buyer_knows_them(facts: dict[str, Any], shown: str) -> None:
    (reason,) = judged(release(), release(number="5", **facts)).reasons
    assert reason.endswith(f"carry this barcode: {ALBUM} (CD, US, 1999) and {shown}.")


@pytest.mark.parametrize(
    ("other", "said", "why"),
    [
        ({"formats": (Format("Vinyl"),)}, "CD", f"{ALBUM} (Vinyl, US, 1999) was set aside: the file says CD."),
        (
            {"released": "1998", "formats": (Format("CD", 1, ("Promo",)),)},
            "",
            f"{ALBUM} (CD, US, 1998) was set aside: it is marked Promo.",
        ),
        (
            {"released": "2011", "country": "Japan"},
            "",
            f"{ALBUM} (CD, Japan, 2011) was set aside: the barcode was given out for US.",
        ),
    ],
)
def test_a_release_that_is_set_aside_is_named_with_the_reason(other: dict[str, Any], said: str, why: str) -> None:
    assert reasons(release(), release(number="5", **other), medium_said=said) == (FOUND, why)


def test_a_medium_that_the_file_says_decides_nothing_where_the_best_is_another() -> None:
    vinyl, tape = release(formats=(Format("Vinyl"),)), release(number="5", formats=(Format("Cassette"),))
    assert judged(vinyl, tape, medium_said="CD").verdict is Verdict.AMBIGUOUS


def test_no_more_than_ten_releases_are_said_to_be_set_aside() -> None:
    promos = [
        release(number=str(number), released=str(2000 + number), formats=(Format("CD", 1, ("Promo",)),))
        for number in range(12)
    ]
    assert len(reasons(release(number="99"), *promos)) == 1 + MAX_CANDIDATES


@pytest.mark.parametrize("country", ["USA", "US", "USA & Canada", "UK & US", "Canada, US"])
def test_a_barcode_of_the_us_is_at_home_wherever_that_is_named(country: str) -> None:
    elsewhere = release(number="1", released="2011", country="Japan")
    decision = judged(elsewhere, release(number="22", country=country))
    assert (chosen(decision), decision.verdict) == ("22", Verdict.MATCHED)


@pytest.mark.parametrize("country", ["Japan & USA", "Worldwide", "Canada", "Europe & Japan"])
def test_a_release_that_is_sold_there_too_is_not_from_elsewhere(country: str) -> None:
    assert judged(release(), release(number="5", released="2011", country=country)).verdict is Verdict.AMBIGUOUS


def test_a_barcode_of_no_country_decides_nothing() -> None:
    book = "09780000000002"
    here = release(number="1", barcodes=frozenset({book}), country="")
    there = release(number="2", barcodes=frozenset({book}), country="Japan", released="2011")
    assert decide(book, discogs=[here, there]).verdict is Verdict.AMBIGUOUS


def test_candidates_stand_in_the_order_in_which_they_are_worth_taking() -> None:
    wrong_medium = release(number="1", formats=(Format("Vinyl"),), have=9)
    promo = release(number="2", released="1997", formats=(Format("CD", 1, ("Promo",)),), have=9)
    from_elsewhere = release(number="3", country="Japan", have=9)
    of_one_service = release(number="4", title="Plans", have=9)
    of_both, theirs = release(number="5"), release("musicbrainz", "mb")
    ranked = judged(
        wrong_medium, promo, from_elsewhere, of_one_service, of_both, musicbrainz=(theirs,), medium_said="CD"
    ).candidates
    assert [candidate.numbers[0] for candidate in ranked] == ["5", "4", "3", "2", "1"]
    assert ranked[0].numbers == ("5", "mb")


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"have": 1}, {"have": None}),
        ({"have": 2}, {"have": 1}),
        ({"have": None}, {"have": 9, "label": ""}),
        ({"have": None}, {"have": 9, "released": ""}),
        ({"have": None}, {"have": 9, "artist": ""}),
        ({"have": None}, {"have": 9, "title": ""}),
        ({"have": None}, {"have": 9, "formats": ()}),
        ({"number": "9"}, {"number": "10"}),
        ({"number": "18"}, {"number": "19"}),
    ],
)
def test_the_complete_the_common_and_the_older_entry_comes_first(better: dict[str, Any], worse: dict[str, Any]) -> None:
    first, second = release(**{"number": "50", **better}), release(**{"number": "4", **worse})
    if "number" in worse:
        first, second = release(**better), release(**worse)
    assert judged(second, first).candidates[0].release == first


# what a person and late answers add


def test_a_candidate_is_found_by_a_number_of_either_service() -> None:
    decision = judged(release(), release(number="5", title="Plans"), musicbrainz=(release("musicbrainz", "mb"),))
    first, second = decision.candidates
    assert (decision.candidate(["mb"]), decision.candidate(["7", "5"])) == (first, second)
    assert (decision.candidate(["7"]), decision.candidate([])) == (None, None)


def test_a_service_that_gave_no_answer_in_the_end_is_added() -> None:
    decision = judged(release(), lacking=("discogs",))
    assert decision.lacking_too(["musicbrainz"]) == replaced(
        decision,
        lacking=("discogs", "musicbrainz"),
        reasons=(*decision.reasons, "MusicBrainz gave no answer."),
    )
    assert decision.lacking_too(()) == decision


def test_a_person_chooses_whatever_was_judged() -> None:
    decision = judged(release(number="1"), release(number="2", released="2011"), lacking=("musicbrainz",))
    first, second = decision.candidates
    assert decision.choose(second, "Chosen by ann.") == Decision(
        Verdict.MATCHED,
        (second, first),
        ("Chosen by ann.", *decision.reasons),
        Confidence.CHOSEN,
        ("musicbrainz",),
    )


def test_the_best_of_several_is_worth_a_look() -> None:
    decision = judged(release(number="1"), release(number="2", released="2011"))
    taken = decision.best("The best was taken.")
    assert taken == replaced(decision, reasons=(*decision.reasons, "The best was taken."), confidence=Confidence.FAIR)
    assert taken.chosen == decision.candidates[0]


def test_all_of_a_decision_is_kept() -> None:
    decision = judged(release(), release(number="5"), lacking=("musicbrainz",))
    assert decision.evidence() == Match(
        Verdict.MATCHED,
        Confidence.GOOD,
        decision.reasons,
        ("musicbrainz",),
        2,
        tuple(candidate.summary for candidate in decision.candidates),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("9362-47555-2", "Discogs has this barcode as “9362-47555-2”, without the zeros in front and the check digit."),
        ("0 9362-47555-2", "Discogs has this barcode as “0 9362-47555-2”, without its check digit."),
        ("93624755524", "Discogs has this barcode as “93624755524”, without the zeros in front."),
    ],
)
def test_a_match_by_an_incomplete_barcode_says_so_and_is_worth_a_look(text: str, said: str) -> None:
    decision = judged(release(barcodes=frozenset(), completed={GTIN: text}))
    assert (chosen(decision), decision.confidence) == ("4", Confidence.FAIR)
    assert decision.reasons[:2] == ("Found at Discogs.", said)


def test_an_incomplete_barcode_that_the_other_service_has_in_full_is_nothing_to_say() -> None:
    decision = judged(
        release(barcodes=frozenset(), completed={GTIN: "0 9362-47555-2"}), musicbrainz=(release("musicbrainz", "mb"),)
    )
    assert (decision.confidence, decision.reasons) == (
        Confidence.HIGH,
        ("Discogs and MusicBrainz describe the same release.",),
    )


def test_of_releases_alike_the_one_with_the_whole_barcode_is_taken() -> None:
    half = release(number="3", barcodes=frozenset(), completed={GTIN: "0 9362-47555-2"})
    assert chosen(judged(half, release(number="4"))) == "4"
