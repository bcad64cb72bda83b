"""The tokens by which programs call the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import pandas as pd
import streamlit as st

from console.actions import act
from console.context import Context, zone
from console.formatting import moment
from console.labels import Label
from console.widgets import tables, writing
from console.widgets.text import plain
from engine.public import access

NAME, SCOPE, DAYS, TEXT = "token_name", "token_scope", "token_days", "token_text"
MAY = {
    access.TokenScope.READ: "Read: batches, rows, drafts, exports",
    access.TokenScope.SUBMIT: "Submit: read, and start batches",
    access.TokenScope.STEER: "Steer: submit, and all that people do with batches, drafts and seller settings",
    access.TokenScope.ADMIN: "Admin: steer, and tokens, roles, the audit and the catalogue",
}
STATES = {
    access.TokenState.LIVE: Label("Counts", "green", "key"),
    access.TokenState.ENDED: Label("Ended", "gray", "event_busy"),
    access.TokenState.REVOKED: Label("Revoked", "red", "key_off"),
}


def draw(context: Context, tokens: Sequence[access.Token], now: datetime) -> None:
    """Draw the cards; what is entered here shows at once, and a new token this once."""
    with st.container(border=True, key="card_new_token", gap="small"):
        st.subheader("New token", anchor=False)
        _form(context)
    with st.container(border=True, key="card_tokens", gap="small"):
        st.subheader("Tokens", anchor=False)
        _standing(context, [token for token in tokens if token.state(now) is access.TokenState.LIVE], now)
        _ended([token for token in tokens if token.state(now) is not access.TokenState.LIVE], now)


def _form(context: Context) -> None:
    """Draw the fields for a token, and the one that was just made."""
    name, scope, days, action = st.columns([3, 4, 1.4, 1.2], gap="small", vertical_alignment="bottom")
    name.text_input("Who calls with it", key=NAME, max_chars=60, placeholder="nightly import")
    scope.selectbox("What it may do", list(MAY), format_func=MAY.__getitem__, key=SCOPE)
    days.number_input("Days it counts", 1, access.MOST_DAYS, access.USUAL_DAYS, key=DAYS)
    with action:
        writing.button(
            context, "Make token", key="make_token", type="primary", on_click=_make, args=(context,), width="stretch"
        )
    if text := st.session_state.pop(TEXT, ""):
        st.success("Copy the token now: it is shown this once, and kept nowhere.", icon=":material/key:")
        st.code(f"Authorization: Bearer {text}", language=None)
    st.caption("A program sends it with every call of the API; docs/security.md says what each may do.")


def _standing(context: Context, tokens: Sequence[access.Token], now: datetime) -> None:
    """Draw the tokens that count, each with the button that ends it."""
    if not tokens:
        st.caption("None counts. On this machine programs need none; from elsewhere they do, where people sign in.")
    at = partial(moment, now=now, zone=zone())
    for token in tokens:
        left, middle, right = st.columns([4, 5, 1.2], gap="small", vertical_alignment="center")
        left.markdown(f"**{plain(token.name)}** :gray-badge[{plain(token.scope)}]")
        used = f"last used {at(token.last_used_at)}" if token.last_used_at else "never used"
        middle.caption(plain(f"until {at(token.ends_at)} · {used} · made by {token.made_by or 'nobody known'}"))
        with right:
            writing.button(
                context,
                "Revoke",
                key=f"revoke_{token.token_id}",
                help="It counts no more from the next call on.",
                on_click=_revoke,
                args=(context, token),
                width="stretch",
            )


def _ended(tokens: Sequence[access.Token], now: datetime) -> None:
    """Draw the tokens that count no more. Draws nothing where there are none."""
    if not tokens:
        return
    at = partial(moment, now=now, zone=zone())
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "Name": token.name,
                    "State": [STATES[token.state(now)].text],
                    "May": str(token.scope),
                    "Last used": at(token.last_used_at),
                    "Ended": at(token.revoked_at or token.ends_at),
                    "Revoked by": token.revoked_by,
                }
                for token in tokens
            ]
        ),
        key="ended_tokens",
        hide_index=True,
        column_config={"State": tables.badges("State", list(STATES.values()), width=90)},
        alt="Tokens that count no more",
    )


def _make(context: Context) -> None:
    state = st.session_state
    made = act(
        context,
        "The token is made.",
        lambda: context.engine.tokens.make(str(state[NAME] or "").strip(), state[SCOPE], int(state[DAYS])),
    )
    if made:
        state[TEXT], state[NAME] = made.text, ""


def _revoke(context: Context, token: access.Token) -> None:
    done = f"The token {plain(token.name)} is revoked."
    act(context, done, lambda: context.engine.tokens.revoke(token.token_id))
