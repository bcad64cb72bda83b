"""Text of others in Markdown, as Streamlit's own reader would see it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.widgets.text import code, plain, with_code
from tests.support.hostile import MARKERS, NASTY, as_shown

ICONS = re.compile(r":material_(\w+):|:streamlit:|:(?!\d\d:)[\w+-]+:")
ARROWS = re.compile(r"(^|\s)(<->|->|<-|--|>=|<=|~=)(\s|$)")
LINKS = re.compile(r"https?://|\bwww\.|\S@\S", re.IGNORECASE)
markup = st.text(st.sampled_from("ab1 \n\t`*_[]()<>#!$:/&=~-@.\\{}|^"), max_size=40)
anything = st.one_of(st.sampled_from([*NASTY, *MARKERS]), markup, st.text(max_size=60))


def nodes(written: str) -> list[str]:
    """Return the texts that are left between what is never seen, as Streamlit looks for icons and arrows in them."""
    return [as_shown(part) for part in written.replace(":material/", ":material_").split(":small[]")]


@given(anything)
def test_a_text_is_shown_as_it_was_typed_on_one_line(typed: str) -> None:
    assert as_shown(plain(typed)) == " ".join(typed.split())


@given(anything)
def test_no_sign_of_markup_is_left_without_its_backslash(typed: str) -> None:
    bare = re.sub(r"\\[\\`*_{}\[\]<>()#+\-.!|~$:^&=]", "", plain(typed).replace(":small[]", ""))
    assert not set(bare) & set("\\`*_{}[]<>()#+-.!|~$:^&=")


@given(anything)
def test_nothing_is_left_that_streamlit_makes_an_icon_an_arrow_or_a_link_of(typed: str) -> None:
    for part in nodes(plain(typed)):
        assert not ICONS.search(part), part
        assert not ARROWS.search(part), part
        assert not LINKS.search(part), part


@given(anything)
def test_text_in_the_letters_of_code_ends_where_it_is_said_to_end(typed: str) -> None:
    written = code(typed)
    assert as_shown(written) == " ".join(typed.split()) or written == f"`{typed}`"
    assert written == plain(typed) or not set(typed) & set("`$\\:\n")


@pytest.mark.parametrize("typed", ["Box 7 (shelf 2)", "20:15:30", "Beyoncé – 4", "7\" & 12'"])
def test_usual_names_are_only_escaped(typed: str) -> None:
    assert ":small[]" not in plain(typed)


@given(anything)
def test_a_text_without_code_in_it_is_shown_as_plain_text(typed: str) -> None:
    assert with_code(typed.replace("`", "")) == plain(typed.replace("`", ""))


def test_what_stands_in_backticks_is_shown_as_code() -> None:
    assert with_code("Start *one* with `python -m engine worker`; then ` look") == (
        "Start \\*one\\* with `python -m engine worker`; then \\` look"
    )
