"""What can be done with a batch: the buttons for its state, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

import streamlit as st

from console import navigation
from console.actions import act, redraw
from console.context import Context
from console.formatting import number, rows
from console.screens.batch import deletion, naming, unpriced
from console.screens.batch.items import narrow
from console.screens.batch.query import Query
from console.screens.batch.view import BatchScreen
from console.widgets.text import plain
from engine.public import ENDED, OPEN, Cause, Job, JobStatus, Visibility

Action = Callable[[Context, Job], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. One that is not `possible` is shown disabled."""

    label: str
    icon: str
    action: Action
    primary: bool = False
    possible: bool = True
    shortcut: str | None = None


def choices(screen: BatchScreen) -> list[Choice]:
    """Return the buttons beside the title; at most one is primary, none when the box below has the primary one."""
    job, boxed = screen.job, decision(screen) is not None
    found = []
    if job.status in OPEN:
        found.append(Choice("Pause", "pause", pause, possible=not screen.batch.interrupted, shortcut="P"))
    if job.status is JobStatus.PAUSED and not boxed:
        found.append(Choice("Resume", "play_arrow", resume, primary=True, shortcut="P"))
    if job.status in {*OPEN, JobStatus.COMPLETED}:
        found += _fixes(screen, boxed=boxed)
    return found


def _fixes(screen: BatchScreen, *, boxed: bool) -> list[Choice]:
    """Return what mends rows, the one that mends most of them first and, unless there is one in the box, primary."""
    detail = screen.detail
    if screen.retrying:
        return [Choice("Retrying failed", "replay", retry, possible=False)]
    unpriced_rows, several, worth = detail.without_price, detail.failed_for(Cause.AMBIGUOUS), detail.worth_a_try
    free = not screen.batch.pricing
    fixes = [
        (unpriced_rows, Choice(f"Price {rows(unpriced_rows)}", "price_change", price, possible=free)),
        (several, Choice(f"Choose releases ({number(several)})", "checklist", choose)),
        (worth, Choice(f"Retry failed ({number(worth)})", "replay", retry, shortcut="F")),
    ]
    found = [choice for count, choice in sorted(fixes, key=lambda fix: -fix[0]) if count]
    return [replace(choice, primary=not boxed and choice is found[0]) for choice in found]


def decision(screen: BatchScreen) -> Choice | None:
    """Return what a person must decide before the batch goes on, None when nothing must be decided."""
    job, left = screen.job, f"({number(screen.counts.left)} left)"
    if screen.batch.interrupted:
        return Choice(f"Recover batch {left}", "healing", recover, primary=True, shortcut="Ctrl+Enter")
    if job.status is JobStatus.FAILED:
        return Choice("Recover batch", "healing", recover, primary=True, shortcut="Ctrl+Enter")
    if job.status is JobStatus.PAUSED and job.error:
        return Choice(f"Resume {left}", "play_arrow", resume, primary=True, shortcut="Ctrl+Enter")
    return None


def rare(screen: BatchScreen) -> Mapping[str, Action]:
    """Return the rarely used actions that are possible now, by their name in the menu."""
    job, retryable = screen.job, screen.detail.retryable
    found: dict[str, Action] = {}
    if retryable and not screen.retrying:
        found[f":material/note_add: Failed rows as a new batch ({number(retryable)})"] = start_again
        if retryable > screen.detail.worth_a_try and job.status in {*OPEN, JobStatus.COMPLETED}:
            found[f":material/replay: Retry all failed, after a change elsewhere ({number(retryable)})"] = retry_all
    if screen.detail.lacking and job.status is JobStatus.COMPLETED:
        found[":material/library_add_check: Complete items that lack a service"] = complete
    if job.status is JobStatus.CANCELLED:
        found[":material/healing: Put back into the queue"] = recover
    if job.status in {*OPEN, JobStatus.PAUSED, JobStatus.FAILED}:
        found[":material/cancel: Cancel batch"] = cancel
    if not job.retry_of:
        found[":material/restart_alt: Start again with the same options"] = same_again
    found[":material/edit: Rename batch"] = naming.open_dialog
    if job.visibility is Visibility.ARCHIVED:
        found[":material/unarchive: Bring back from the archive"] = unarchive
    elif job.status in ENDED:
        found[":material/archive: Archive batch"] = archive
    if job.status not in OPEN:
        found[":material/delete: Delete batch"] = deletion.open_dialog
    return found


def draw(context: Context, screen: BatchScreen, *, disabled: bool) -> None:
    """Draw the buttons beside the title."""
    job, menu = screen.job, rare(screen) if context.may_steer else {}
    for choice in choices(screen) if context.may_steer else ():
        button(context, job, choice, disabled=disabled)
    if job.successful_upcs:
        st.page_link(
            navigation.DRAFTS,
            label="Drafts",
            icon=":material/sell:",
            query_params={"job_id": job.job_id},
            width="content",
        )
    st.link_button("Results CSV", f"/api/batch/{job.job_id}/results.csv", icon=":material/download:", disabled=disabled)
    if menu:
        st.menu_button(
            "More",
            list(menu),
            key="more",
            on_click=_chosen,
            args=(context, job, menu),
            disabled=disabled,
            width="content",
        )


def columns(job: Job) -> None:
    """Draw the way to the columns of the file, where the batch stopped because its first rows match badly."""
    first = job.engine.first_rows
    if first is None or not first.stopped or job.error is None:
        return
    layout = job.options.layout.packed()
    st.page_link(
        navigation.NEW_BATCH,
        label="Check the columns",
        icon=":material/view_column:",
        query_params={"file": job.gcs_path} | ({"layout": layout} if layout else {}),
        width="content",
    )


def button(context: Context, job: Job, choice: Choice, *, disabled: bool) -> None:
    """Draw one button."""
    st.button(
        choice.label,
        key=f"do_{choice.action.__name__}",
        icon=f":material/{choice.icon}:",
        type="primary" if choice.primary else "secondary",
        on_click=choice.action,
        args=(context, job),
        disabled=disabled or not choice.possible,
        shortcut=choice.shortcut,
    )


def pause(context: Context, job: Job) -> None:
    """Pause the batch after the rows in flight."""
    act(
        context,
        f"{plain(job.name)} pauses after the items in hand.",
        partial(context.engine.commands.pause, job.job_id),
    )


def resume(context: Context, job: Job) -> None:
    """Resume a paused batch."""
    act(context, f"{plain(job.name)} goes on.", partial(context.engine.commands.resume, job.job_id))


def recover(context: Context, job: Job) -> None:
    """Put the batch back into the queue."""
    done = f"{plain(job.name)} is back in the queue; it goes on where it stopped."
    act(context, done, partial(context.engine.commands.recover, job.job_id))


def retry(context: Context, job: Job) -> None:
    """Run those failed rows again, in place, for which another try may help."""
    done = f"The failed items of {plain(job.name)} are tried again."
    again = partial(context.engine.commands.retry_failed, job.job_id, as_it_is=True)
    act(context, done, again)


def retry_all(context: Context, job: Job) -> None:
    """Run all failed rows again, in place: something that they need may have changed elsewhere."""
    done = f"All failed items of {plain(job.name)} are tried again."
    act(context, done, partial(context.engine.commands.retry_failed, job.job_id))


def price(_context: Context, _job: Job) -> None:
    """Open the dialog that prices all rows without a price."""
    unpriced.open_dialog()


def choose(_context: Context, _job: Job) -> None:
    """Have the table show the rows that several releases match: each is opened there and one chosen."""
    narrow(Query("attention", Cause.AMBIGUOUS))
    redraw()


def complete(context: Context, job: Job) -> None:
    """Do the rows again that were drafted while a service was away."""
    done = f"The items of {plain(job.name)} that lack a service are done again; their drafts stay until then."
    act(context, done, partial(context.engine.commands.complete, job.job_id))


def cancel(context: Context, job: Job) -> None:
    """Stop the batch for good; it can be put back."""
    done = f"{plain(job.name)} is cancelled. What is done stays done."
    act(context, done, partial(context.engine.commands.cancel, job.job_id))


def archive(context: Context, job: Job) -> None:
    """Put the batch out of sight."""
    done = f"{plain(job.name)} is archived: the list shows it under Archived."
    act(context, done, partial(context.engine.archive.archive, job.job_id))


def unarchive(context: Context, job: Job) -> None:
    """Bring the batch back into the list."""
    done = f"{plain(job.name)} is back in the list."
    act(context, done, partial(context.engine.archive.unarchive, job.job_id))


def start_again(context: Context, job: Job) -> None:
    """Start the failed rows as a new batch; a second press in the same state of the batch makes no second one."""
    rounds = job.engine.rounds
    request_id = f"{job.job_id}-failed-{job.failed_upcs}-of-{job.processed_upcs}-{rounds}"
    again = partial(context.engine.retry_as_new, job.job_id, request_id=request_id)
    act(context, lambda made: f"The failed rows are a new batch: [open it](/batch?job_id={quote(made.job_id)})", again)


def same_again(context: Context, job: Job) -> None:
    """Start a new batch over the same file with the same options; pressed twice in a minute it is one."""
    request_id = f"{job.job_id}-again-{context.clock.now():%Y%m%d%H%M}"
    again = partial(context.engine.start_again, job.job_id, request_id=request_id)
    act(context, lambda made: _started(context, made), again)


def _started(context: Context, made: Job) -> str:
    """Return the sentence about a batch that was started over the file of another."""
    options = made.options
    before = context.engine.drafted_before(
        made.gcs_path, layout=options.layout, first=options.first, job_id=made.job_id
    )
    known = (
        f" {number(before)} of its barcodes {'has a draft' if before == 1 else 'have drafts'} already."
        if before
        else ""
    )
    return f"The same file is a new batch: [open it](/batch?job_id={quote(made.job_id)}).{known}"


def _chosen(context: Context, job: Job, menu: Mapping[str, Action]) -> None:
    """Do what was chosen under More."""
    action = menu.get(st.session_state["more"])
    if action is not None:
        action(context, job)
