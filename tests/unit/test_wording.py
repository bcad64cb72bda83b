"""The words of a listing: whole words, plain lines, and never more than there is room for."""

from __future__ import annotations

import pytest

from engine.domain.listing import wording


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
