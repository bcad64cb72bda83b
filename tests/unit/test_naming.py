"""Which release a row means by what its file says: a number at Discogs, a catalogue number, an artist and a title."""

from __future__ import annotations

import pytest

from engine.codec import decode, encode, replace
from engine.domain.batch.draft_index import DraftRecord
from engine.domain.batch.items import Item
from engine.domain.batch.rows import Row, RowState
from engine.domain.identify.decision import Decision
from engine.domain.identify.evidence import Confidence, Verdict
from engine.domain.identify.hints import compared
from engine.domain.identify.matching import decide
from engine.domain.identify.named import Named
from engine.domain.identify.naming import decide_by_name, decide_by_number
from engine.errors import UnreadableFile
from engine.reading import open_file
from tests.support.matched import GTIN, release

OTHER = "00074646362822"
FILE = "release_id,Artist,Title,Catalog#,Label,UPC\n"


def chosen(decision: Decision) -> str | None:
    return decision.chosen.release.id if decision.chosen else None


def rows(content: str) -> list[Row]:
    return list(open_file(content.encode(), "rows.csv").rows())


@pytest.mark.parametrize(
    ("named", "agrees"),
    [
        (Named(catalog_number="947555 2"), {"catalog_number": True}),
        (Named(catalog_number="CK 1, 9-47555-2"), {"catalog_number": True}),
        (Named(catalog_number="CK 1"), {"catalog_number": False}),
        (Named(artist="FAZE ACTION (2)"), {"artist": True}),
        (Named(artist="Faze Action feat. Zeke Manyika"), {"artist": True}),
        (Named(artist="Nina Simone"), {"artist": False}),
        (Named(title="Moving cities!"), {"title": True}),
        (Named(title="Moving"), {"title": False}),
        (Named(label="F-111"), {"label": True}),
        (Named(country="United States"), {"country": True}),
        (Named(country="Deutschland"), {"country": False}),
        (Named(year="1999-11-02"), {"year": True}),
        (Named(year="02.11.2001"), {"year": False}),
        (Named(year="unknown"), {}),
        (Named(), {}),
    ],
)
def test_what_the_file_says_is_compared_with_the_release(named: Named, agrees: dict[str, bool]) -> None:
    assert compared(named, release()) == agrees


@pytest.mark.parametrize(
    ("named", "why"),
    [
        (Named(catalog_number="SOMA 92"), "catalogue number “SOMA 92”"),
        (Named(country="UK"), "country “UK”"),
        (Named(year="2011"), "year “2011”"),
        (Named(artist="Faze Action", title="Moving Cities", year="2011"), "year “2011”"),
    ],
)
def test_what_the_file_says_beside_a_barcode_decides_and_the_reasons_say_so(named: Named, why: str) -> None:
    other = release(number="5", catalog_number="SOMA 92", country="UK", released="2011")
    for hits in ((release(), other), (other, release())):
        decision = decide(GTIN, discogs=hits, named=named)
        assert chosen(decision) == "5"
        assert f"Faze Action - Moving Cities (CD, US, 1999) was set aside: the file says {why}." in decision.reasons


def test_words_that_speak_for_both_decide_nothing() -> None:
    named = Named(catalog_number="9 47555-2", year="2011")
    decision = decide(
        GTIN, discogs=(release(), release(number="5", catalog_number="SOMA 92", released="2011")), named=named
    )
    assert decision.verdict is Verdict.AMBIGUOUS


def test_the_file_never_speaks_against_the_barcode_silently() -> None:
    decision = decide(GTIN, discogs=(release(),), named=Named(artist="Nina Simone", title="Moving Cities"))
    assert (chosen(decision), decision.confidence) == ("4", Confidence.FAIR)
    assert "The file says artist “Nina Simone”, and this release has another: worth a look." in decision.reasons


def test_a_number_at_discogs_is_the_release() -> None:
    decision = decide_by_number(Named("4", artist="Faze Action"), release(), None)
    assert (chosen(decision), decision.confidence, decision.verdict) == ("4", Confidence.GOOD, Verdict.MATCHED)
    assert decision.reasons == ("The file names this release by its number at Discogs, 4.",)


@pytest.mark.parametrize(
    ("named", "gtin", "said"),
    [
        (Named("4"), OTHER, "The barcode of the file is not among those of this release: worth a look."),
        (Named("4", title="Plans"), GTIN, "The file says title “Plans”, and this release has another: worth a look."),
    ],
)
def test_what_speaks_against_the_numbered_release_is_said(named: Named, gtin: str, said: str) -> None:
    decision = decide_by_number(named, release(), gtin)
    assert (chosen(decision), decision.confidence) == ("4", Confidence.FAIR)
    assert said in decision.reasons


def test_a_release_that_discogs_gives_no_barcode_does_not_contradict_one() -> None:
    assert decide_by_number(Named("4"), release(barcodes=frozenset()), GTIN).confidence is Confidence.GOOD


def test_a_catalogue_number_with_an_artist_is_a_release() -> None:
    named = Named(catalog_number="9 47555-2", artist="Faze Action")
    decision = decide_by_name(named, discogs=(release(), release(number="5", catalog_number="9 47555-1")))
    assert (chosen(decision), decision.confidence) == ("4", Confidence.GOOD)
    assert decision.reasons[0] == "Found by catalogue number “9 47555-2” and artist “Faze Action”."


def test_a_catalogue_number_on_releases_that_differ_is_held() -> None:
    named = Named(catalog_number="9 47555-2", artist="Faze Action")
    decision = decide_by_name(named, discogs=(release(), release(number="5", released="2011")))
    assert (decision.verdict, len(decision.candidates), chosen(decision)) == (Verdict.AMBIGUOUS, 2, None)
    assert (
        chosen(decide_by_name(replace(named, year="2011"), discogs=(release(), release(number="5", released="2011"))))
        == "5"
    )


def test_an_artist_and_a_title_are_taken_only_where_one_release_fits_all() -> None:
    named = Named(artist="Faze Action", title="Moving Cities")
    alone = decide_by_name(named, discogs=(release(),), musicbrainz=(release("musicbrainz", "mb"),))
    assert (chosen(alone), alone.confidence) == ("4", Confidence.FAIR)
    alike = decide_by_name(named, discogs=(release(), release(number="5")))
    assert (alike.verdict, len(alike.candidates), chosen(alike)) == (Verdict.AMBIGUOUS, 2, None)
    assert alike.reasons[0].startswith("2 releases have artist “Faze Action” and title “Moving Cities”: choose one.")
    assert chosen(decide_by_name(named, discogs=(release(),), more=True)) is None
    two = (release(), release(number="5", country="UK"))
    assert chosen(decide_by_name(replace(named, country="UK"), discogs=two)) == "5"


def test_two_services_are_not_one_release_where_the_pressings_differ() -> None:
    named = Named(artist="Faze Action", title="Moving Cities")
    decision = decide_by_name(named, discogs=(release(),), musicbrainz=(release("musicbrainz", "mb", country="UK"),))
    assert (decision.verdict, len(decision.candidates)) == (Verdict.AMBIGUOUS, 2)


def test_what_nobody_finds_is_unknown_and_what_does_not_fit_is_held() -> None:
    named = Named(catalog_number="X 1", artist="Nina Simone")
    assert decide_by_name(named).verdict is Verdict.UNKNOWN
    near = decide_by_name(named, discogs=(release(),))
    assert (near.verdict, chosen(near), len(near.candidates)) == (Verdict.AMBIGUOUS, None, 1)


def test_rows_without_a_barcode_that_name_a_release_are_rows() -> None:
    found = rows(
        f"{FILE}249504,,,,,\n,Nina,Live,,,\n,Nina,,CK 1,,\n,,,CK 1,Columbia,Does not apply\n,Nina,,,,\n,,Live,CK 1,,\n"
    )
    assert [row.state for row in found] == [RowState.READY] * 4 + [RowState.INVALID] * 2
    assert [row.shown for row in found[:4]] == ["Discogs 249504", "Nina – Live", "CK 1 (Nina)", "CK 1 (Columbia)"]
    assert all(row.gtin is None and row.problem == "" for row in found[:4])


def test_a_file_without_a_column_of_barcodes_is_read_where_something_else_names_releases() -> None:
    (row,) = rows("Catalog#,Artist,Title,release_id\nCK 1,Nina,Live,249504\n")
    assert (row.key, row.state) == ("discogs-249504", RowState.READY)
    with pytest.raises(UnreadableFile, match="no column of barcodes"):
        rows("Artist,Year\nNina,1999\n")


def test_a_mistyped_barcode_is_to_be_mended_unless_the_number_of_the_release_is_there() -> None:
    wrong, numbered = rows(f"{FILE},Nina,Live,CK 1,,074646362823\n249504,Nina,Live,CK 1,,074646362823\n")
    assert wrong.state is RowState.INVALID
    assert numbered.state is RowState.READY
    assert numbered.warning.startswith("The barcode is not used, only the number of the release: The last digit should")


def test_rows_of_one_release_repeat_and_one_barcode_may_be_two_releases() -> None:
    found = rows(
        f"{FILE}1,,,,,\n1,,,,,\n,NINA,Live,,,\n,Nina,live,,,\n1,,,,,074646362822\n2,,,,,074646362822\n1,,,,,074646362822\n"
    )
    assert [row.repeat_of for row in found] == [None, 0, None, 2, None, None, 4]
    assert [found[0].copies, found[2].copies, found[4].copies, found[5].copies] == [2, 2, 2, 1]


def test_documents_of_earlier_versions_have_no_key_and_no_names() -> None:
    item = Item(0, 1, "074646362822", OTHER)
    fields = {name: value for name, value in encode(item).items() if name != "named"}
    assert decode(Item, fields) == item
    record = DraftRecord("DM1", OTHER, "074646362822", "job", 0, item.started_at)  # type: ignore[arg-type]
    assert record.may_be("249504")
    assert replace(record, key="discogs-4").may_be("4")
    assert not replace(record, key="discogs-4").may_be("5")
