"""What can be done with a batch: which buttons its state asks for, and what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import streamlit as st

from console import navigation
from console.actions import act
from console.context import Context, operator
from console.figures import number
from console.screens.batch_view import BatchScreen
from engine.domain.jobs import OPEN, Job, JobStatus

Action = Callable[[Context, Job], None]


@dataclass(frozen=True, slots=True)
class Choice:
    """A button. One that is not `possible` is shown, and cannot be pressed."""

    label: str
    icon: str
    action: Action
    primary: bool = False
    possible: bool = True
    shortcut: str | None = None


def choices(screen: BatchScreen) -> list[Choice]:
    """Return the buttons beside the title; at most one is primary, and none when a box below it has the primary one."""
    job, boxed = screen.job, decision(screen) is not None
    found = []
    if job.status in OPEN:
        found.append(Choice("Pause", "pause", pause, possible=not screen.batch.interrupted, shortcut="P"))
    if job.status is JobStatus.PAUSED and not boxed:
        found.append(Choice("Resume", "play_arrow", resume, primary=True, shortcut="P"))
    if screen.retrying:
        found.append(Choice("Retrying failed", "replay", retry, possible=False))
    elif screen.detail.retryable and job.status in {*OPEN, JobStatus.COMPLETED}:
        label = f"Retry failed ({number(screen.detail.retryable)})"
        found.append(Choice(label, "replay", retry, primary=not boxed, shortcut="F"))
    return found


def decision(screen: BatchScreen) -> Choice | None:
    """Return what a person must decide before the batch goes on, None when nothing waits for that."""
    job, left = screen.job, f"({number(screen.counts.left)} left)"
    if screen.batch.interrupted:
        return Choice(f"Recover batch {left}", "healing", recover, primary=True, shortcut="Ctrl+Enter")
    if job.status is JobStatus.FAILED:
        return Choice("Recover batch", "healing", recover, primary=True, shortcut="Ctrl+Enter")
    if job.status is JobStatus.PAUSED and job.error:
        return Choice(f"Resume {left}", "play_arrow", resume, primary=True, shortcut="Ctrl+Enter")
    return None


def rare(screen: BatchScreen) -> Mapping[str, Action]:
    """Return what is seldom wanted and possible now, by its name in the menu."""
    job, retryable = screen.job, screen.detail.retryable
    found: dict[str, Action] = {}
    if retryable:
        found[f":material/note_add: Failed rows as a new batch ({number(retryable)})"] = start_again
    if screen.detail.lacking and job.status is JobStatus.COMPLETED:
        found[":material/library_add_check: Complete items that lack a service"] = complete
    if job.status is JobStatus.CANCELLED:
        found[":material/healing: Put back into the queue"] = recover
    if job.status in {*OPEN, JobStatus.PAUSED, JobStatus.FAILED}:
        found[":material/cancel: Cancel batch"] = cancel
    return found


def draw(context: Context, screen: BatchScreen, *, disabled: bool) -> None:
    """Draw the buttons beside the title."""
    job, menu = screen.job, rare(screen)
    for choice in choices(screen):
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
    """Stop the batch after the rows in hand."""
    act(
        context,
        f"{job.name} pauses after the items in hand.",
        partial(context.engine.control.pause, job.job_id, by=operator()),
    )


def resume(context: Context, job: Job) -> None:
    """Let a paused batch go on."""
    act(context, f"{job.name} goes on.", partial(context.engine.control.resume, job.job_id, by=operator()))


def recover(context: Context, job: Job) -> None:
    """Put the batch back into the queue."""
    done = f"{job.name} is back in the queue; it goes on where it stopped."
    act(context, done, partial(context.engine.control.recover, job.job_id, by=operator()))


def retry(context: Context, job: Job) -> None:
    """Run the failed rows again, in place."""
    done = f"The failed items of {job.name} are tried again."
    act(context, done, partial(context.engine.control.retry_failed, job.job_id, by=operator()))


def complete(context: Context, job: Job) -> None:
    """Do those rows again that were drafted while a service was away."""
    done = f"The items of {job.name} that lack a service are done again; their drafts stay until then."
    act(context, done, partial(context.engine.control.complete, job.job_id, by=operator()))


def cancel(context: Context, job: Job) -> None:
    """Stop the batch for good; it can be put back."""
    done = f"{job.name} is cancelled. What is done stays done."
    act(context, done, partial(context.engine.control.cancel, job.job_id, by=operator()))


def start_again(context: Context, job: Job) -> None:
    """Start the failed rows as a batch of their own; pressed twice in one state of the batch, it is one new batch."""
    request_id = f"{job.job_id}-failed-{job.failed_upcs}-of-{job.processed_upcs}"
    again = partial(context.engine.retry_as_new, job.job_id, by=operator(), request_id=request_id)
    act(context, lambda made: f"The failed rows are a new batch: [open it](/batch?job_id={made.job_id})", again)


def _chosen(context: Context, job: Job, menu: Mapping[str, Action]) -> None:
    """Do what was chosen under More."""
    action = menu.get(st.session_state["more"])
    if action is not None:
        action(context, job)
