"""The price rule of a new batch: what prices are taken from, and what becomes of what is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pandas as pd
import streamlit as st

from console import words
from engine.domain.pricing import DISCOGS_BASES, PriceBasis, PriceRule
from engine.public import Check

FORMATS = {"*": "Any other", "CD": "CD", "Vinyl": "Vinyl", "Cassette": "Cassette", "DVD": "DVD", "Blu-ray": "Blu-ray"}
CONDITIONS = {"Any": "*"} | {word: str(condition) for condition, word in words.CONDITION_WORDS.items()}
ENDINGS = {"any": None, ".99": 99, ".95": 95, ".50": 50, ".00": 0}

_BASES = {
    PriceBasis.COMPARABLE: "eBay asking prices",
    PriceBasis.FIXED: "Fixed price by format and condition",
    PriceBasis.DISCOGS_LOWEST: "Discogs, lowest price",
    PriceBasis.DISCOGS_SUGGESTED: "Discogs, suggested for the grade",
}
_TERMS = "https://support.discogs.com/hc/articles/360009334593-API-Terms-of-Use"
_RESTRICTED = (
    ":orange[Discogs calls data of its marketplace restricted.] "
    f"Read its [API terms]({_TERMS}) before you set prices by it."
)
_BY_GRADE = (
    "Suggestions are by grade: a copy without a condition gets none. They need a personal token of a user whose seller "
    "settings at Discogs are filled in, and one more call a row."
)
_EMPTY = "An empty cell takes what stands under Any, then that of any other."

V = TypeVar("V", int, float)


def draw(check: Check) -> PriceRule:
    """Draw where a price comes from when the row names none; return the rule."""
    in_file = f"A price in `{check.columns['price']}` always wins. " if "price" in check.columns else ""
    basis = st.selectbox(
        "Price",
        list(_BASES),
        format_func=_BASES.__getitem__,
        key="basis",
        help=f"{in_file}A row for which no price is found needs attention; a price is never made up.",
    )
    if basis in DISCOGS_BASES:
        st.caption(_RESTRICTED)
    if basis is PriceBasis.DISCOGS_SUGGESTED:
        st.caption(_BY_GRADE)
    if basis is PriceBasis.FIXED:
        prices = _prices("fixed_prices")
        st.caption(_EMPTY if prices else f":orange[Fill in at least one price.] {_EMPTY}")
        return PriceRule(basis, fixed=prices)
    with st.container(key="limits"):
        first, second, third, fourth = st.columns(4, gap="xsmall")
    factor = first.number_input("Factor", 0.1, 5.0, 1.0, 0.05, key="factor", help="0.9 asks a tenth less")
    floor = second.number_input("At least $", 0.0, None, None, 0.5, key="floor", placeholder="any")
    ceiling = third.number_input("At most $", 0.0, None, None, 0.5, key="ceiling", placeholder="any")
    ending = fourth.selectbox(
        "Ends in", list(ENDINGS), key="ending", help="The nearest price that ends so, within limits"
    )
    with st.expander("By format and condition"):
        st.caption(f"Factors in place of the one above. {_EMPTY}")
        factors = _factors()
        st.caption("Prices for rows for which none is found; without one such a row needs attention.")
        prices = _prices("default_prices")
    return PriceRule(basis, factor, _cents(floor), _cents(ceiling), prices, factors, ENDINGS[ending])


def possible(rule: PriceRule) -> bool:
    """Return whether a batch can be started with a rule."""
    if rule.basis is PriceBasis.FIXED:
        return bool(rule.fixed)
    return not (rule.floor_cents and rule.ceiling_cents and rule.floor_cents > rule.ceiling_cents)


def table(typed: pd.DataFrame, value: Callable[[float], V]) -> dict[str, dict[str, V]]:
    """Return what was typed into a table of formats and conditions, without empty cells, in the rule's words."""
    found: dict[str, dict[str, V]] = {}
    for medium, (_, row) in zip(FORMATS, typed.iterrows(), strict=True):
        known = {code: value(row[name]) for name, code in CONDITIONS.items() if pd.notna(row[name])}
        if known:
            found[medium] = known
    return found


def _prices(key: str) -> dict[str, dict[str, int]]:
    return table(_editor(key, number="dollar", least=0.99), lambda dollars: round(dollars * 100))


def _factors() -> dict[str, dict[str, float]]:
    return table(_editor("factors", number="%.2f", least=0.1), float)


def _editor(key: str, *, number: str, least: float) -> pd.DataFrame:
    """Draw an empty table of formats and conditions."""
    empty = pd.DataFrame(
        {"Format": list(FORMATS.values())}
        | {name: pd.Series([None] * len(FORMATS), dtype=float) for name in CONDITIONS}
    )
    return st.data_editor(
        empty,
        key=key,
        hide_index=True,
        placeholder="",
        disabled=["Format"],
        column_config={"Format": st.column_config.TextColumn(width=80, pinned=True)}
        | {name: st.column_config.NumberColumn(name, format=number, min_value=least, width=76) for name in CONDITIONS},
    )


def _cents(dollars: float | None) -> int | None:
    return None if dollars is None else round(dollars * 100)
