"""A table of formats, conditions and grades into which an operator types their prices, or factors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import pandas as pd
import streamlit as st

from console import labels
from engine.public import Grade

FORMATS = {"*": "Any other", "CD": "CD", "Vinyl": "Vinyl", "Cassette": "Cassette", "DVD": "DVD", "Blu-ray": "Blu-ray"}
CONDITIONS = {"Any": "*"} | {label: str(condition) for condition, label in labels.CONDITION_LABELS.items()}
CONDITIONS |= {
    str(grade).capitalize() if len(grade) > 3 else str(grade): str(grade) for grade in Grade if grade.of_discs
}
EMPTY = (
    "An empty cell takes the value under Any, then the one for any other format. Further right are your grades "
    "(Sealed, M, NM …): for a disc that has one, it counts before the condition."
)

V = TypeVar("V", int, float)


def prices(key: str, start: Mapping[str, Mapping[str, int]] | None = None) -> dict[str, dict[str, int]]:
    """Draw a table for prices in dollars; return what stands in it in US cents, by format and condition.

    It begins with those of `start`; what that holds of formats that have no line stays as it is.
    """
    start = start or {}
    shown = {medium: {grade: cents / 100 for grade, cents in row.items()} for medium, row in start.items()}
    typed = values(_editor(key, shown, number="dollar", least=0.01), lambda dollars: round(dollars * 100))
    return _without_line(start) | typed


def factors(key: str, start: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Draw a table for factors, as `prices` does; return what stands in it, by format and condition."""
    return _without_line(start) | values(_editor(key, start, number="%.2f", least=0.01), float)


def _without_line(start: Mapping[str, Mapping[str, V]]) -> dict[str, dict[str, V]]:
    return {medium: dict(row) for medium, row in start.items() if medium not in FORMATS}


def values(typed: pd.DataFrame, value: Callable[[float], V]) -> dict[str, dict[str, V]]:
    """Return what was typed into a table of formats and conditions, without empty cells, keyed as in the rule."""
    found: dict[str, dict[str, V]] = {}
    for medium, (_, row) in zip(FORMATS, typed.iterrows(), strict=True):
        known = {code: value(row[name]) for name, code in CONDITIONS.items() if pd.notna(row[name])}
        if known:
            found[medium] = known
    return found


def _editor(key: str, start: Mapping[str, Mapping[str, float]], *, number: str, least: float) -> pd.DataFrame:
    """Draw a table of formats and conditions, filled in as far as `start` says."""
    known = pd.DataFrame(
        {"Format": list(FORMATS.values())}
        | {
            name: pd.Series([start.get(medium, {}).get(code) for medium in FORMATS], dtype=float)
            for name, code in CONDITIONS.items()
        }
    )
    return st.data_editor(
        known,
        key=key,
        hide_index=True,
        placeholder="",
        disabled=["Format"],
        column_config={"Format": st.column_config.TextColumn(width=80, pinned=True)}
        | {name: st.column_config.NumberColumn(name, format=number, min_value=least, width=96) for name in CONDITIONS},
    )
