"""The editor of a price rule: where prices come from, and how they are adjusted."""

from __future__ import annotations

import streamlit as st

from console.widgets import price_table
from console.widgets.price_table import EMPTY
from console.widgets.text import code
from engine.public import DISCOGS_BASES, DISCOGS_TERMS, EBAY_LICENCE, NoPrice, PriceBasis, PriceRule

ENDINGS = {"any": None, ".99": 99, ".95": 95, ".50": 50, ".00": 0}

_BASES = {
    PriceBasis.FIXED: "My own prices",
    PriceBasis.COMPARABLE: "eBay asking prices",
    PriceBasis.DISCOGS_LOWEST: "Discogs, lowest price",
    PriceBasis.DISCOGS_SUGGESTED: "Discogs, suggested for the grade",
}
_OWN = "Rows for which neither the file nor this table has a price are drafted with “price” left to do."
_WARNINGS = {
    PriceBasis.COMPARABLE: (
        f":orange[eBay's [licence for its API]({EBAY_LICENCE}), 9.5, forbids suggesting prices by what it shows "
        "without eBay's written consent.] Choose this only if you have it."
    ),
    **dict.fromkeys(
        DISCOGS_BASES,
        f":orange[Discogs' [API terms]({DISCOGS_TERMS}) call the data of its marketplace restricted and allow no "
        "commercial use of it.] Choose this only if you may.",
    ),
}
_BY_GRADE = (
    "Suggestions depend on the grade: a copy without a condition gets none. They need a personal token of a user whose "
    "seller settings at Discogs are filled in, and one more call a row."
)


def draw(start: PriceRule, *, key: str = "", in_file: str = "") -> PriceRule:
    """Draw a rule to be changed, and return it as it is now.

    `key` tells its fields from those of another rule. `in_file` is the column of the file that holds prices.
    """
    wins = f"A price in {code(in_file)} always wins. " if in_file else ""
    basis = st.selectbox(
        "Price",
        list(_BASES),
        index=list(_BASES).index(start.basis) if start.basis in _BASES else 0,
        format_func=_BASES.__getitem__,
        key=f"basis{key}",
        help=f"{wins}A price is never made up.",
    )
    if basis in _WARNINGS:
        st.caption(_WARNINGS[basis])
    if basis is PriceBasis.DISCOGS_SUGGESTED:
        st.caption(_BY_GRADE)
    if basis is PriceBasis.FIXED:
        prices = price_table.prices(f"fixed_prices{key}", start.fixed)
        st.caption(EMPTY if prices else _OWN)
        return PriceRule(basis, fixed=prices)
    return _market(basis, start, key)


def without(start: NoPrice, *, key: str = "") -> NoPrice:
    """Draw the choice for rows for which no price is found."""
    choices = {NoPrice.DRAFT: "Draft without a price", NoPrice.HOLD: "Hold for my price"}
    return st.selectbox(
        "If no price is found",
        list(choices),
        index=list(choices).index(start) if start in choices else 0,
        format_func=choices.__getitem__,
        key=f"no_price{key}",
        help="eBay asks for a price when a draft is published, not before. **Draft without a price**: the draft says "
        "why none was found, is listed on Drafts under “No price”, and has an empty price in eBay's draft file. "
        "**Hold**: the row needs attention until you give it a price.",
    )


def _market(basis: PriceBasis, start: PriceRule, key: str) -> PriceRule:
    """Draw what is done with the prices that a market gives; return the rule."""
    with st.container(key=f"limits{key}"):
        first, second, third, fourth = st.columns(4, gap="xsmall")
    floor, ceiling = _dollars(start.floor_cents), _dollars(start.ceiling_cents)
    least, most = min(0.1, start.factor), max(5.0, start.factor)
    factor = first.number_input(
        "Factor", least, most, start.factor, 0.05, key=f"factor{key}", help="0.9 asks a tenth less"
    )
    floor = second.number_input("At least $", 0.0, None, floor, 0.5, key=f"floor{key}", placeholder="any")
    ceiling = third.number_input("At most $", 0.0, None, ceiling, 0.5, key=f"ceiling{key}", placeholder="any")
    endings = ENDINGS | {_ending(start.ending_cents): start.ending_cents}
    ending = fourth.selectbox(
        "Ends in",
        list(endings),
        index=list(endings).index(_ending(start.ending_cents)),
        key=f"ending{key}",
        help="The nearest price that ends so, within limits",
    )
    with st.expander("By format and condition"):
        st.caption(f"Factors in place of the one above. {EMPTY}")
        factors = price_table.factors(f"factors{key}", start.factors)
        st.caption("Prices for rows without a found price.")
        prices = price_table.prices(f"default_prices{key}", start.fixed)
    return PriceRule(basis, factor, _cents(floor), _cents(ceiling), prices, factors, endings[ending])


def possible(rule: PriceRule) -> bool:
    """Return whether a batch can be started with a rule."""
    return not (rule.floor_cents and rule.ceiling_cents and rule.floor_cents > rule.ceiling_cents)


def _dollars(cents: int | None) -> float | None:
    return None if cents is None else cents / 100


def _ending(cents: int | None) -> str:
    return "any" if cents is None else f".{cents:02}"


def _cents(dollars: float | None) -> int | None:
    return None if dollars is None else round(dollars * 100)
