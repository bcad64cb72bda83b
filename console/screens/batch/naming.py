"""The dialog that gives a batch another name."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console.actions import act
from console.context import Context
from console.screens.batch.view import Look
from console.widgets import writing
from console.widgets.dialogs import Dialog
from console.widgets.text import plain
from engine.public import Job

OPENED, NAME = Dialog[bool]("renaming"), "new_name"
LONGEST = 200


def open_dialog(_context: Context, _job: Job) -> None:
    """Have the dialog opened with the next drawing."""
    OPENED.open(True)


def dialog(context: Context, look: Look) -> None:
    """Draw the dialog when it was opened."""
    if OPENED.about:
        OPENED.draw_dialog(context, "Rename this batch", partial(_dialog, context, look().value.job))


def _dialog(context: Context, job: Job) -> None:
    name = st.text_input("Name", job.name, key=NAME, max_chars=LONGEST)
    writing.button(
        context,
        "Rename",
        icon=":material/edit:",
        type="primary",
        disabled=not name.strip(),
        key="rename_batch",
        on_click=_rename,
        args=(context, job),
    )


def _rename(context: Context, job: Job) -> None:
    OPENED.close()
    rename = partial(context.engine.commands.rename, job.job_id, st.session_state[NAME])
    act(context, lambda named: f"The batch is named {plain(named.name)}.", rename)
