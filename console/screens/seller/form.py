"""The parts of a profile that need nothing of eBay: price and condition, grades, parcels."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from console import labels
from console.widgets import grading, price_rule, price_table
from engine.public import Condition, Package, Profile, changed

SIZES = ("Length", "Width", "Height")


def price_and_condition(profile: Profile, key: str) -> Profile:
    """Draw what a new batch starts with; return the profile with what is chosen there."""
    st.subheader("A new batch starts with", anchor=False)
    grades = list(Condition)
    graded = st.selectbox(
        "Condition",
        grades,
        index=grades.index(profile.condition) if profile.condition else None,
        format_func=labels.CONDITION_LABELS.__getitem__,
        placeholder="Not stated",
        key=f"condition{key}",
        help="The grading of copies whose row has none. It is never guessed.",
    )
    rule = price_rule.draw(profile.price_rule, key=key)
    no_price = price_rule.without(profile.no_price, key=key)
    if not price_rule.possible(rule):
        st.caption(":orange[A rule needs a price, and its floor is not above its ceiling.]")
    return changed(profile, condition=graded, price_rule=rule, no_price=no_price)


def grades(profile: Profile, key: str) -> Profile:
    """Draw what the trade's grades become at eBay; return the profile with what is chosen there."""
    st.subheader("Your grades at eBay", anchor=False)
    st.caption(
        "What a copy that you grade by Goldmine or Record Collector is called at eBay; of disc and sleeve the lower "
        "one counts. Draft Maker's choice never promises more than the grade. Only you can say that a sealed "
        "copy is New."
    )
    return changed(profile, grade_map=grading.table(profile.grade_map, f"grades{key}"))


def parcels(profile: Profile, key: str) -> Profile:
    """Draw the parcels by medium; return the profile with what is typed there."""
    st.subheader("Parcels", anchor=False)
    st.caption("Weight in ounces, sizes in inches; all three sizes or none. An empty line takes that of any other.")
    lines = [_line(name, profile.packages.get(medium)) for medium, name in price_table.FORMATS.items()]
    typed = st.data_editor(
        pd.DataFrame(lines),
        key=f"parcels{key}",
        hide_index=True,
        placeholder="",
        disabled=["Format"],
        row_height=33,
        column_config={"Format": st.column_config.TextColumn(width=90, pinned=True)}
        | {
            name: st.column_config.NumberColumn(name, min_value=0.1, max_value=10_000, format="%g", width=80)
            for name in ("Ounces", *SIZES)
        },
    )
    kept = {medium: package for medium, package in profile.packages.items() if medium not in price_table.FORMATS}
    return changed(profile, packages=kept | packages(typed))


def packages(typed: pd.DataFrame) -> dict[str, Package]:
    """Return the parcels of a table; a line without a weight has none, and one without all sizes has no sizes."""
    found: dict[str, Package] = {}
    for medium, (_, row) in zip(price_table.FORMATS, typed.iterrows(), strict=True):
        if pd.isna(row["Ounces"]):
            continue
        sizes = [float(row[size]) for size in SIZES if pd.notna(row[size])]
        inches = (sizes[0], sizes[1], sizes[2]) if len(sizes) == len(SIZES) else None
        found[medium] = Package(float(row["Ounces"]), inches)
    return found


def _line(name: str, package: Package | None) -> dict[str, object]:
    inches = (package.inches if package else None) or (None, None, None)
    ounces = package.ounces if package else None
    numbers = dict(zip(("Ounces", *SIZES), (ounces, *inches), strict=True))
    return {"Format": name, **{title: float("nan") if value is None else value for title, value in numbers.items()}}
