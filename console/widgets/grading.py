"""The trade's grades: a choice for disc and sleeve, and the table of what they become at eBay."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from console import labels
from console.widgets import parts
from engine.public import Condition, Grade, Grading, usual_conditions

NOTHING = "No condition"
_GRADE, _USUAL, _YOURS = "Your grade", "Draft Maker's choice", "Yours"


def draw(current: Grading | None, key: str, *, about: str) -> Grading | None:
    """Draw the grades of disc and sleeve side by side; return them as chosen, None when neither is stated."""
    pair = parts.pair()
    medium = _choice(
        pair.cell(),
        "Your grade: disc",
        [grade for grade in Grade if grade.of_discs],
        current.medium if current else None,
        f"medium{key}",
        about,
    )
    sleeve = _choice(
        pair.cell(), "Your grade: sleeve", list(Grade), current.sleeve if current else None, f"sleeve{key}", about
    )
    if current and (medium, sleeve) == (current.medium, current.sleeve):
        return current
    return Grading(medium, sleeve) if medium or sleeve else None


def _choice(
    place: DeltaGenerator, label: str, grades: list[Grade], current: Grade | None, key: str, about: str
) -> Grade | None:
    return place.selectbox(
        label,
        grades,
        index=grades.index(current) if current in grades else None,
        format_func=lambda grade: grade.full_name,
        placeholder="Not stated",
        key=key,
        help=about,
    )


def table(chosen: Mapping[str, Condition], key: str) -> dict[str, Condition]:
    """Draw what each grade becomes at eBay; return the seller's own choices, by grade."""
    conditions = {name: condition for condition, name in labels.CONDITION_LABELS.items()}
    lines = pd.DataFrame(
        {
            _GRADE: [grade.full_name for grade in Grade],
            _USUAL: [usual(grade) for grade in Grade],
            _YOURS: [labels.CONDITION_LABELS.get(chosen[grade]) if grade in chosen else None for grade in Grade],
        }
    )
    typed = st.data_editor(
        lines,
        key=key,
        hide_index=True,
        placeholder="",
        disabled=[_GRADE, _USUAL],
        row_height=31,
        column_config={
            _GRADE: st.column_config.TextColumn(width=170, pinned=True),
            _USUAL: st.column_config.TextColumn(width=170),
            _YOURS: st.column_config.SelectboxColumn(width=120, options=list(conditions)),
        },
    )
    return chosen_in(typed)


def chosen_in(typed: pd.DataFrame) -> dict[str, Condition]:
    """Return the conditions that stand in the table, by grade; an empty cell leaves the grade to Draft Maker."""
    conditions = {name: condition for condition, name in labels.CONDITION_LABELS.items()}
    pairs = zip(Grade, typed[_YOURS], strict=True)
    return {str(grade): conditions[name] for grade, name in pairs if pd.notna(name) and name in conditions}


def usual(grade: Grade) -> str:
    """Return what a grade becomes of itself; a sleeve may become something where a disc becomes nothing."""
    usual = usual_conditions(grade)
    disc, sleeve = (labels.CONDITION_LABELS[condition] if condition else NOTHING for condition in usual)
    if not grade.of_discs:
        return f"Sleeve: {sleeve}"
    return disc if disc == sleeve else f"{disc}; sleeve: {sleeve}"
