"""The dialog that deletes a batch, and says first what it leaves at eBay."""

from __future__ import annotations

from functools import partial

import streamlit as st

from console import navigation
from console.actions import act
from console.context import Context
from console.formatting import rows
from console.poller import AWAY
from console.screens.batch.view import Look
from console.widgets import standing, writing
from console.widgets.dialogs import Dialog
from console.widgets.text import plain
from engine.public import Deletion, Job

OPENED, AGREED, DELETED = Dialog[bool]("deleting"), "leave_drafts", "deleted"
EVERY_SECONDS = 10.0


def open_dialog(_context: Context, _job: Job) -> None:
    """Have the dialog opened with the next drawing."""
    OPENED.open(True)


def dialog(context: Context, look: Look) -> None:
    """Draw the dialog when it was opened."""
    if OPENED.about:
        OPENED.draw_dialog(context, "Delete this batch", partial(_dialog, context, look().value.job))


def leave_if_deleted() -> None:
    """Go to the list of batches once this one is deleted: there is nothing here to draw any more."""
    if st.session_state.pop(DELETED, None):
        st.switch_page(navigation.BATCHES)


def _dialog(context: Context, job: Job) -> None:
    count = partial(context.engine.deletions.drafts, job.job_id)
    read = partial(context.poller.look, ("drafts at eBay", job.job_id), count, every=EVERY_SECONDS)
    try:
        drafts = read().value
    except AWAY:
        standing.not_read(context, read)
        return
    st.markdown(f"**{plain(job.name)}** is deleted with {rows(job.total_upcs or 0, 'row')} and its history, for good.")
    agreed = True
    if drafts:
        st.markdown(
            f":orange[:material/warning:] It leaves {rows(drafts, 'draft')} at eBay. They stay listed on Drafts, and "
            "the same discs are not drafted twice. To take them away, remove them on Drafts first."
        )
        agreed = st.checkbox(f"Leave {rows(drafts, 'draft')} at eBay", key=AGREED)
    writing.button(
        context,
        "Delete batch",
        icon=":material/delete:",
        type="primary",
        disabled=not agreed,
        key="delete_batch",
        on_click=_delete,
        args=(context, job, bool(drafts)),
    )


def _delete(context: Context, job: Job, leave_drafts: bool) -> None:
    OPENED.close()
    delete = partial(context.engine.deletions.delete, job.job_id, leave_drafts=leave_drafts)
    done: Deletion | None = act(context, f"{plain(job.name)} is deleted.", delete)
    if done:
        st.session_state[DELETED] = True
