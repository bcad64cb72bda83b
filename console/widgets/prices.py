"""What a price came from: the sample, and what the operator's rule makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from console import words
from console.figures import money
from console.widgets.facts import facts
from console.widgets.text import plain


def draw(price: Mapping[str, Any]) -> None:
    """Draw the price of a row with its reason, and the sample behind it where there is one."""
    named = f"{money(price.get('cents'))} · {words.price_source(str(price.get('source')))}"
    st.markdown(f"**Price** {plain(named)}")
    st.caption(plain(str(price.get("reason") or "")))
    evidence = price.get("evidence") or {}
    if before := evidence.get("instead_of"):
        st.caption(plain(f"Before: {money(before.get('cents'))}, {before.get('reason')}"))
        evidence = before.get("evidence") or {}
    if known := told(evidence):
        with st.expander(plain(_name(evidence)), icon=":material/query_stats:"):
            facts(known, marked=evidence.get("grade", ""))


def told(evidence: Mapping[str, Any]) -> dict[str, str]:
    """Return the sample of a price, what the rule says of it, and when it was asked for; {} where there is none."""
    if evidence.get("suggestions"):
        sample = _grades(evidence)
    elif evidence.get("used"):
        sample = _asking(evidence)
    else:
        return {}
    known = {**sample, **_rule(evidence), "Looked up on": str(evidence.get("asked_at") or "")[:10]}
    return {name: value for name, value in known.items() if value}


def _name(evidence: Mapping[str, Any]) -> str:
    if evidence.get("suggestions"):
        return "Discogs' suggestions by grade"
    span = f"{money(evidence['lowest_cents'])} to {money(evidence['highest_cents'])}"
    return f"{evidence['used']} of {evidence['asked']} asking prices, {span}"


def _grades(evidence: Mapping[str, Any]) -> dict[str, str]:
    """Return what Discogs suggests for each grade, the dearest first; the one that counted says so."""
    known = sorted(evidence["suggestions"].items(), key=lambda suggested: -suggested[1])
    return {grade: f"{money(cents)}{' · used' * (grade == evidence['grade'])}" for grade, cents in known}


def _asking(evidence: Mapping[str, Any]) -> dict[str, str]:
    """Return the asking prices that counted, those that did not, and their median."""
    used, left_out = (", ".join(map(money, evidence.get(name) or ())) for name in ("used_cents", "left_out_cents"))
    conditions = " and ".join(map(str.lower, evidence.get("searched", {}).get("conditions") or ()))
    return {
        "Asked for": conditions and f"{conditions} copies",
        "Counted": used,
        "Left out as outliers": left_out,
        "Median": money(evidence["median_cents"]),
    }


def _rule(evidence: Mapping[str, Any]) -> dict[str, str]:
    """Return what the operator's rule says, "" for what it leaves open."""
    factor, ending = evidence.get("factor", 1), evidence.get("ending_cents")
    return {
        "Your factor": f"{factor:g}" if factor != 1 else "",
        "Your ending": "" if ending is None else f".{ending:02}",
        "Your floor": money(evidence.get("floor_cents")),
        "Your ceiling": money(evidence.get("ceiling_cents")),
    }
