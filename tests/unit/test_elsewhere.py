"""Barcodes of other things than records: what their numbers say."""

from __future__ import annotations

import pytest

from engine.domain.identify.elsewhere import kind, sentence


@pytest.mark.parametrize(
    ("gtin", "what"),
    [
        ("09780140328721", ("book", "")),
        ("09791032305690", ("book", "")),
        ("09790001138673", ("sheet music", "")),
        ("09771234567003", ("magazine", "")),
        ("00883929140114", ("film", "Warner")),
        ("00045496590420", ("game", "Nintendo")),
        ("00711719541028", ("game", "PlayStation")),
        ("00074646362822", None),
        ("07961220922684", None),
        ("10978014032872", None),
    ],
)
def test_a_number_tells_what_it_is_on(gtin: str, what: tuple[str, str] | None) -> None:
    assert kind(gtin) == what
    assert bool(sentence(gtin)) == bool(what)


def test_a_sentence_says_what_it_is_by_which_number_and_where_to_find_it() -> None:
    assert sentence("00045496590420") == (
        "It is probably a game, by its number one of Nintendo's: take it elsewhere with the file elsewhere.csv."
    )
