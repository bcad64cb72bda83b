"""Fixes that are under way or ended lately: how far they are, what they left alone, and what takes them back."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import streamlit as st

from console import labels
from console.actions import act
from console.context import Context
from console.formatting import number, rows, span
from console.poller import AWAY
from console.screens.attention import fixing, view
from console.widgets import writing
from console.widgets.text import plain
from engine.public import Fix, FixState, advice_on

SHOWN_FOR = timedelta(minutes=10)  # after its end
_TAKEN_BACK = {FixState.WAITING: ("Undo", "undo"), FixState.RUNNING: ("Stop", "stop_circle")}


def shows(context: Context) -> object:
    """Return what the cards show; while one counts down to its beginning that is something else every second."""
    found, now = view.fixes(context), context.clock.now()
    waits = any(fix.state is FixState.WAITING for fix in found)
    return found, now.replace(microsecond=0) if waits else now.replace(second=0, microsecond=0)


def draw(context: Context) -> None:
    """Draw a card for each; none while nothing was fixed lately, or nobody knows."""
    try:
        found = view.fixes(context)
    except AWAY:
        return
    now = context.clock.now()
    for fix in found:
        if fix.state is not FixState.UNDONE and (fix.ended_at is None or now - fix.ended_at < SHOWN_FOR):
            _card(context, fix)


def _card(context: Context, fix: Fix) -> None:
    left = max(timedelta(0), fix.due_at - context.clock.now()) if fix.due_at else timedelta(0)
    with st.container(border=True, key=f"card_{fix.fix_id}", gap="xxsmall"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(sentence(fix, left), width="content")
            if fix.state in _TAKEN_BACK and context.may_steer:
                _button(context, fix, *_TAKEN_BACK[fix.state])
        if not fix.over:
            st.progress(min(1.0, (fix.done + fix.left_alone) / max(1, fix.total)))
        for reason, count in fix.left.items():
            st.caption(f"{rows(count)} left alone, because {plain(reason)}.")


def sentence(fix: Fix, left: timedelta) -> str:
    """Return what a fix does and how far it is, in Markdown."""
    words, advice = fixing.WORDS[fix.remedy.kind], advice_on(fix.rows.cause)
    what = f"**{words.name}** · {advice.name}"
    by = f" · by {plain(labels.person(fix.by))}" if fix.by else ""
    if fix.state is FixState.WAITING:
        return f"{what} · {rows(fix.total)}, begins in {span(left)}{by}"
    how_far = f"{number(fix.done)} of {rows(fix.total)} queued"
    return f"{what} · {how_far}{', stopped' if fix.state is FixState.STOPPED else ''}{by}"


def _button(context: Context, fix: Fix, name: str, icon: str) -> None:
    key, args = f"{name}_{fix.fix_id}", (context, fix)
    writing.button(context, name, icon=f":material/{icon}:", key=key, on_click=_take_back, args=args)


def _take_back(context: Context, fix: Fix) -> None:
    """Undo a fix that waits, stop one that has begun."""
    change = context.engine.fixes.undo if fix.state is FixState.WAITING else context.engine.fixes.stop
    done = "Undone: nothing was changed." if fix.state is FixState.WAITING else "Stopped. What was queued goes on."
    act(context, done, partial(change, fix.fix_id))
