"""What a batch is found by."""

from __future__ import annotations

import pytest

from engine.domain.batch.names import EVERY, LONGEST, asked, terms


@pytest.mark.parametrize(
    "q", ["spring", "Spr", "s", "spring bjork", "BJÖRK, box", "box_14", "14.CSV", "csv", "spring bjørk box 14 csv"]
)
def test_a_batch_is_found_by_words_one_after_another_the_last_of_them_begun(q: str) -> None:
    assert asked(q) in terms("Spring – Björk box_14.csv")


@pytest.mark.parametrize("q", ["pring", "box spring", "spring box", "box 15", "14 csv extra"])
def test_a_batch_is_not_found_by_other_words(q: str) -> None:
    assert asked(q) not in terms("Spring – Björk box_14.csv")


@pytest.mark.parametrize("q", ["", "  ", "–", "*", "_"])
def test_a_search_without_letters_asks_for_nothing(q: str) -> None:
    assert asked(q) == ""


@pytest.mark.parametrize("name", ["", "***", "a" * 5_000, "a " * 5_000, "盒子 14", "x" * 31 + " y"])
def test_any_name_has_few_short_terms_and_the_one_that_every_batch_has(name: str) -> None:
    found = terms(name)
    assert EVERY in found
    assert len(found) <= 61 * LONGEST
    assert all(len(term) <= LONGEST for term in found)


def test_letters_past_the_longest_search_do_not_matter() -> None:
    name = "Everything from the estate of Mr. Miller"
    assert asked(name) in terms(name)
