"""Files of a batch that a seller uploads elsewhere, and what its drafts still lack."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context
from console.formatting import number, rows
from console.screens.batch.view import BatchScreen
from engine.public import Plan

_LACKING = {
    "category": "a category: eBay refuses these lines until you fill it in",
    "condition": "a condition: eBay asks for it when you complete the draft",
    "photo": "a photo: add your own when you complete the draft",
    "price": "a price: eBay asks for it when you complete the draft",
}


def draw(context: Context, screen: BatchScreen) -> None:
    """Draw the links, each with what the file is and where to upload it."""
    base = f"/api/batch/{screen.job.job_id}"
    drafts = screen.counts.succeeded
    with st.container(border=True, key="card_uploads", gap="xsmall"):
        st.subheader("To upload elsewhere", anchor=False)
        st.link_button("eBay drafts", f"{base}/ebay-drafts.csv", icon=":material/upload_file:", disabled=not drafts)
        st.caption(
            "eBay's own template. Upload it in Seller Hub under Reports, Uploads; the drafts are then among Seller "
            "Hub's drafts. No connection to eBay is needed."
        )
        if screen.counts.drafted:
            _twins(screen, base)
        _missing(context, screen, base)
        st.link_button(
            "Discogs inventory", f"{base}/discogs-inventory.csv", icon=":material/album:", disabled=not drafts
        )
        st.caption(
            "The copies that Discogs knows, in US dollars. Upload it in Discogs under Inventory, Upload. "
            ":orange[Discogs puts them up for sale at once]; it refuses lines marked “needs grading” or “needs "
            "price” until you give a media condition and a price."
        )


def _twins(screen: BatchScreen, base: str) -> None:
    """Warn that rows which are at eBay already become second drafts."""
    at_ebay = rows(screen.counts.drafted, "offer")
    st.caption(
        f":orange[{at_ebay} of this batch, unpublished, would become second drafts]: eBay does not show such offers "
        "among Seller Hub's drafts. Use one way or the other."
    )
    if screen.counts.composed:
        label = f"Only the {number(screen.counts.composed)} not at eBay"
        st.link_button(label, f"{base}/ebay-drafts.csv?only=composed", icon=":material/filter_alt:", type="tertiary")


def _missing(context: Context, screen: BatchScreen, base: str) -> None:
    """Draw what the drafts lack, and further parts, after a click; the count is dropped when there are more drafts."""
    drafts, job_id = screen.counts.succeeded, screen.job.job_id
    counted, plan = st.session_state.get(_key(job_id), (0, None))
    if plan is None or counted != drafts:
        asked = partial(_count, context, job_id, drafts)
        st.button("What do they lack?", icon=":material/rule:", type="tertiary", disabled=not drafts, on_click=asked)
        return
    files = "one file" if len(plan.starts) == 1 else f"{number(len(plan.starts))} files of up to 15 MB"
    lines = [f"{rows(plan.drafts, 'draft')} in {files}."]
    lines += [
        f"{rows(plan.lacking[name], 'draft')} without {text}."
        for name, text in _LACKING.items()
        if name in plan.lacking
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))
    for part in range(2, len(plan.starts) + 1):
        st.link_button(
            f"eBay drafts, part {part}", f"{base}/ebay-drafts.csv?part={part}", icon=":material/upload_file:"
        )


def _count(context: Context, job_id: str, drafts: int) -> None:
    plan: Plan | None = act(context, "", partial(context.engine.exports.ebay_plan, job_id))
    if plan is not None:
        st.session_state[_key(job_id)] = (drafts, plan)


def _key(job_id: str) -> str:
    return f"uploads_{job_id}"
