"""Who has which role: the list that admins keep, and what the settings say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from console.actions import act
from console.context import Context, zone
from console.formatting import moment
from console.widgets import writing
from console.widgets.text import plain
from engine.public import access, people

NAME, ROLE = "person_name", "person_role"
MAY = {
    access.Role.VIEWER: "Viewer: sees batches, rows, drafts, settings",
    access.Role.OPERATOR: "Operator: does all with batches, drafts and seller settings",
    access.Role.ADMIN: "Admin: has keys, tokens, roles, the audit and the catalogue too",
}
BY_NOBODY = (
    "Nobody signs in to this console, so whoever reaches it is an admin: roles count where DM_SIGN_IN is oidc or iap."
)


def draw(context: Context, listed: Sequence[people.Listed], now: datetime) -> None:
    """Draw the cards."""
    if not context.settings.knows_people:
        st.info(BY_NOBODY, icon=":material/info:")
    with st.container(border=True, key="card_new_person", gap="small"):
        st.subheader("Give a role", anchor=False)
        _form(context)
    with st.container(border=True, key="card_people", gap="small"):
        st.subheader("Roles", anchor=False)
        for one in listed:
            _line(context, one, now)
        if not listed:
            st.caption("Nobody is listed yet.")
        _settings(context.engine.people.policy)


def _form(context: Context) -> None:
    name, role, action = st.columns([4, 4, 1.2], gap="small", vertical_alignment="bottom")
    name.text_input(
        "Who, as the sign-in names them", key=NAME, max_chars=people.MAX_NAME, placeholder="ann@example.com"
    )
    role.selectbox("What they may do", list(MAY), format_func=MAY.__getitem__, key=ROLE)
    with action:
        writing.button(
            context, "Give role", key="give_role", type="primary", on_click=_assign, args=(context,), width="stretch"
        )


def _line(context: Context, one: people.Listed, now: datetime) -> None:
    left, middle, right = st.columns([4, 5, 1.2], gap="small", vertical_alignment="center")
    left.markdown(f"**{plain(one.name)}** :gray-badge[{plain(one.role)}]")
    middle.caption(plain(f"{moment(one.at, now=now, zone=zone())} · by {one.by or 'nobody known'}"))
    with right:
        writing.button(
            context,
            "Remove",
            key=f"remove_{one.name}",
            help="Their groups, or what the settings say of everybody else, count from then on.",
            on_click=_remove,
            args=(context, one.name),
            width="stretch",
        )


def _settings(policy: people.RolePolicy) -> None:
    """Draw what the settings say, which is changed there only."""
    said = [f"{name} is admin always (DM_ADMINS)." for name in sorted(policy.admins)]
    said += [
        f"Whoever is in the group “{group}” has the role {role} (DM_ROLE_GROUPS)."
        for group, role in policy.groups.items()
    ]
    everybody = f"has the role {policy.otherwise}" if policy.otherwise else "does not get in"
    for sentence in (*said, f"Everybody else who is signed in {everybody} (DM_ROLE_ELSE)."):
        st.caption(plain(sentence))


def _assign(context: Context) -> None:
    state = st.session_state
    name, role = str(state[NAME] or "").strip(), state[ROLE]
    done = f"{plain(name)} has the role {plain(role)}."
    if act(context, done, lambda: context.engine.people.assign(name, role)):
        state[NAME] = ""


def _remove(context: Context, name: str) -> None:
    act(context, f"{plain(name)} is not listed any more.", lambda: context.engine.people.remove(name))
