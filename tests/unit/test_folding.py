"""Case, accents and letters of some alphabets do not keep texts apart; `words_before` is what rows had stored."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.folding import folded, words, words_before
from engine.domain.identify.candidates import difference
from engine.domain.identify.releases import Release


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("BJÖRK", "bjork"),
        ("Mø", "mo"),
        ("Łódź", "lodz"),
        ("Straße STRASSE", "strasse strasse"),
        ("Ænima", "aenima"),
        ("Đorđe", "dorde"),
        ("Œuvre", "oeuvre"),
        ("Sigur Rós – Ágætis Byrjun", "sigur ros – agaetis byrjun"),
        ("Þorláksson", "thorlaksson"),
        ("IŞIK ışık İstanbul", "isik isik istanbul"),
        ("ＡＢＣ", "abc"),
        ("Кино", "кино"),
        ("ケアレス", "ケアレス"),
        ("", ""),
    ],
)
def test_a_text_is_folded(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_folding_any_letter_twice_changes_nothing() -> None:
    letters = (letter for letter in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(letter)[0] != "C")
    assert not [letter for letter in letters if folded(folded(letter)) != folded(letter)]


@given(st.text(max_size=80))
def test_each_word_has_the_form_that_was_stored_before(text: str) -> None:
    now, before = words(text), words_before(text)
    assert len(now) == len(before)
    assert now == [folded(word) for word in before]


def test_words_are_what_stands_between_marks() -> None:
    assert words("AC/DC BJÖRK Ænima d’été") == ["ac", "dc", "bjork", "aenima", "d", "ete"]
    assert words_before("AC/DC BJÖRK Ænima d’été") == ["ac", "dc", "bjork", "ænima", "d", "ete"]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("Mø", "MO"), ("Łona", "Lona"), ("Die Ärzte", "Die Arzte"), ("Weiß", "Weiss"), ("Lasse Đ", "Lasse D")],
)
def test_two_services_that_spell_an_artist_differently_tell_of_the_same(ours: str, theirs: str) -> None:
    one, two = (Release(source="discogs", id="1", artist=artist, title="Début") for artist in (ours, theirs))
    assert difference(one, two) == ""
