"""The bar for the drafts that are ticked in the list: what can be done with all of them, in one step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import streamlit as st

from console.actions import Notice, act
from console.context import Context, operator
from console.figures import rows
from console.live import AWAY
from console.screens import drafts_actions
from console.screens.drafts_deeds import APPROVE, COMPOSE, HOLD, PUT_BACK, REMOVE, REOPEN, SEND, Deed, Draft, do
from console.screens.drafts_list import TABLE, read
from console.screens.drafts_view import Listing, Place
from console.widgets import tables

MORE = "drafts_more"


def draw(context: Context, page: Listing, place: Place | None) -> None:
    """Draw the bar; `place` is the row that is open beside the list."""
    try:
        shown = tuple(read(context, page).value)
    except AWAY:
        return
    chosen = tuple(shown[row] for row in tables.ticked(st.session_state.get(TABLE)) if row < len(shown))
    with st.container(horizontal=True, vertical_alignment="center", width="content", gap="xsmall", key="several"):
        if not chosen:
            st.caption("Tick several to approve, hold or remove them at once.", width="content")
            return
        st.caption(f"{len(chosen)} ticked", width="content")
        bar = _Bar(context, shown, chosen, place)
        bar.button(APPROVE)
        bar.button(HOLD)
        bar.removal()
        bar.menu()


@dataclass(frozen=True, slots=True)
class _Bar:
    """The buttons for the drafts `chosen` of those `shown`; `place` is the row that is open beside the list."""

    context: Context
    shown: tuple[Draft, ...]
    chosen: tuple[Draft, ...]
    place: Place | None

    def button(self, deed: Deed) -> None:
        count = len(deed.among(self.chosen))
        st.button(
            f"{deed.label} {count}",
            key=f"several_{deed.label}",
            icon=deed.symbol,
            disabled=not count,
            on_click=self.do,
            args=(deed,),
        )

    def removal(self) -> None:
        """Draw what asks once before drafts are removed."""
        of = REMOVE.among(self.chosen)
        with st.popover(f"Remove {len(of)}", icon=REMOVE.symbol, disabled=not of, key="several_remove"):
            sent = sum(bool(draft.get("offer_id")) for draft in of)
            where = f"{rows(sent, 'unpublished offer')} will be deleted at eBay. " if sent else ""
            st.markdown(f"{where}The rows are skipped, and their evidence stays here. You can put them back.")
            st.button(
                f"Remove these {len(of)}",
                key="several_removed",
                icon=REMOVE.symbol,
                on_click=self.do,
                args=(REMOVE,),
            )

    def menu(self) -> None:
        """Draw what is seldom wanted, as far as it is possible."""
        again = SEND if any(draft.get("offer_id") for draft in self.chosen) else COMPOSE
        counted = ((deed, len(deed.among(self.chosen))) for deed in (REOPEN, again, PUT_BACK))
        deeds = {f"{deed.symbol} {deed.label} ({count})": deed for deed, count in counted if count}
        st.menu_button("More", list(deeds), key=MORE, on_click=self.from_menu, args=(deeds,), width="content")

    def from_menu(self, deeds: Mapping[str, Deed]) -> None:
        """Do what was chosen under More."""
        if deed := deeds.get(st.session_state[MORE]):
            self.do(deed)

    def do(self, deed: Deed) -> None:
        """Do it with all of them it is for; those left as they were stay ticked."""
        done = partial(do, self.context.engine, deed, self.chosen, by=operator())
        result = act(self.context, lambda result: Notice(result.told(deed), "check" if result.done else "block"), done)
        if result is None:
            return
        left = [draft["sku"] for drafts in result.left.values() for draft in drafts]
        tables.let_go(TABLE, rows=[row for row, draft in enumerate(self.shown) if draft["sku"] in left])
        if self.place and self.place in map(Place.told, result.done):
            st.session_state[drafts_actions.OWN] = self.place
