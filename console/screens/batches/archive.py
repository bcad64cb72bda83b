"""Archive, or bring back, all batches that the filters of the list ask for."""

from __future__ import annotations

from functools import partial

from console.actions import act
from console.context import Context, zone
from console.formatting import rows
from console.screens.batches.query import Query
from console.widgets import writing


def draw(context: Context, query: Query, matching: int) -> None:
    """Draw the button for all `matching` batches, for who may press it."""
    if not context.may_steer:
        return
    verb, icon = ("Bring back", "unarchive") if query.archived else ("Archive", "archive")
    writing.button(
        context,
        f"{verb} {rows(matching, 'batch', 'batches')}",
        icon=f":material/{icon}:",
        key="archive_all",
        on_click=_move,
        args=(context, query),
        type="tertiary",
    )


def _move(context: Context, query: Query) -> None:
    archive, wanted = context.engine.archive, query.wanted(zone())
    move = archive.unarchive_all if query.archived else archive.archive_all
    act(context, _unarchived if query.archived else _archived, partial(move, wanted))


def _archived(count: int) -> str:
    return f"{rows(count, 'batch is', 'batches are')} archived; those that have not ended stay in the list."


def _unarchived(count: int) -> str:
    return f"{rows(count, 'batch is', 'batches are')} back in the list."
