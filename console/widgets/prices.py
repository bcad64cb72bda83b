"""Where a price comes from: the sample, and the operator's rule applied to it."""

from __future__ import annotations

import streamlit as st
from msgspec import UnsetType

from console import labels
from console.formatting import money
from console.widgets.facts import facts
from console.widgets.text import plain
from engine.public import Price, PriceEvidence


def draw(price: Price) -> None:
    """Draw the price of a row, or that there is none, with its reason, and the sample behind it where there is one."""
    named = f"{money(price.cents)} · {labels.price_source(price.source)}" if price else "not set"
    st.markdown(f"**Price** {plain(named)}")
    st.caption(plain(price.reason))
    evidence = price.evidence
    if before := evidence.instead_of:
        st.caption(plain(f"Before: {money(before.cents)}, {before.reason}"))
        evidence = before.evidence
    if known := sample(evidence):
        with st.expander(plain(_name(evidence)), icon=":material/query_stats:"):
            facts(known, marked=evidence.grade or "")


def sample(evidence: PriceEvidence) -> dict[str, str]:
    """Return the sample behind a price, the rule applied to it, and when it was looked up; {} where there is none."""
    if evidence.suggestions:
        found = _grades(evidence)
    elif evidence.used:
        found = _asking(evidence)
    else:
        return {}
    known = {**found, **_rule(evidence), "Looked up on": (evidence.asked_at or "")[:10]}
    return {name: value for name, value in known.items() if value}


def _name(evidence: PriceEvidence) -> str:
    if evidence.suggestions:
        return "Discogs' suggestions by grade"
    span = f"{money(evidence.lowest_cents)} to {money(evidence.highest_cents)}"
    return f"{evidence.used} of {evidence.asked} asking prices, {span}"


def _grades(evidence: PriceEvidence) -> dict[str, str]:
    """Return what Discogs suggests for each grade, the highest price first; the one that was used is marked."""
    known = sorted((evidence.suggestions or {}).items(), key=lambda suggested: -suggested[1])
    return {grade: f"{money(cents)}{' · used' * (grade == evidence.grade)}" for grade, cents in known}


def _asking(evidence: PriceEvidence) -> dict[str, str]:
    """Return the asking prices that were used, those that were left out, and the median."""
    used, left_out = (", ".join(map(money, cents or ())) for cents in (evidence.used_cents, evidence.left_out_cents))
    conditions = " and ".join(map(str.lower, evidence.searched.conditions if evidence.searched else ()))
    return {
        "Asked for": conditions and f"{conditions} copies",
        "Counted": used,
        "Left out as outliers": left_out,
        "Median": money(evidence.median_cents),
    }


def _rule(evidence: PriceEvidence) -> dict[str, str]:
    """Return the operator's rule, "" for what it does not set."""
    factor, ending = evidence.factor or 1, evidence.ending_cents
    return {
        "Your factor": f"{factor:g}" if factor != 1 else "",
        "Your ending": f".{ending:02}" if isinstance(ending, int) else "",
        "Your floor": _limit(evidence.floor_cents),
        "Your ceiling": _limit(evidence.ceiling_cents),
    }


def _limit(cents: int | UnsetType | None) -> str:
    return money(cents) if isinstance(cents, int) else ""
