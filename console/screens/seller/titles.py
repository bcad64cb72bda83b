"""The templates of titles by format, and the titles that they make of real drafts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from console.widgets import price_table
from console.widgets.text import plain
from engine.public import (
    Engine,
    Example,
    Profile,
    changed,
    titles,
)


def draw(engine: Engine, profile: Profile, examples: Sequence[Example], key: str) -> Profile:
    """Draw the templates with a preview of each example; return the profile with what is typed there."""
    st.subheader("Titles", anchor=False)
    st.caption(
        "Each part is said whole or left out, those first that are worth most to a buyer. An empty line takes that of "
        "any other, and then Draft Maker's own, which the last column shows."
    )
    typed = st.data_editor(
        pd.DataFrame([_line(medium, name, profile.titles) for medium, name in price_table.FORMATS.items()]),
        key=f"titles{key}",
        hide_index=True,
        placeholder="",
        disabled=["Format", "Draft Maker's own"],
        row_height=33,
        column_config={
            "Format": st.column_config.TextColumn(width=90, pinned=True),
            "Your template": st.column_config.TextColumn(width=200, max_chars=300),
            "Draft Maker's own": st.column_config.TextColumn(width=270),
        },
    )
    with st.popover("Placeholders", icon=":material/data_object:"):
        st.markdown("\n".join(f"- `{{{name}}}` {meaning}" for name, meaning in titles.PLACEHOLDERS.items()))
    kept = {medium: text for medium, text in profile.titles.items() if medium not in price_table.FORMATS}
    profile = changed(profile, titles=kept | templates(typed))
    _preview(engine, profile.titles, examples)
    return profile


def templates(typed: pd.DataFrame) -> dict[str, str]:
    """Return the templates of a table, without empty ones."""
    texts = zip(price_table.FORMATS, typed["Your template"], strict=True)
    return {medium: text.strip() for medium, text in texts if isinstance(text, str) and text.strip()}


def _line(medium: str, name: str, known: Mapping[str, str]) -> dict[str, str | None]:
    own = titles.TEMPLATES.get(medium, titles.TEMPLATES["*"])
    return {"Format": name, "Your template": known.get(medium), "Draft Maker's own": own}


def _preview(engine: Engine, known: Mapping[str, str], examples: Sequence[Example]) -> None:
    """Draw what is wrong with the templates, or the title of each example with its length."""
    if problem := engine.previews.title_problem(known):
        st.caption(f":red[{plain(problem)}.]")
        return
    whose = "your newest drafts" if engine.previews.real(examples) else "made-up releases"
    st.caption(f"Preview with {whose}; a title has up to {titles.MAX_TITLE} characters")
    for made in engine.previews.titles(known, examples):
        st.markdown(f"{plain(made)} :gray[({len(made)})]")
