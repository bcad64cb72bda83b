"""What can be done with several drafts at once, and what becomes of each. No Streamlit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from textwrap import shorten
from typing import Any

from console.live import AWAY
from console.widgets.text import plain
from engine.domain.drafted import Review
from engine.domain.items import Item, ItemStatus
from engine.domain.jobs import Job, may_have_in_hand
from engine.errors import JobError
from engine.public import Engine

Draft = Mapping[str, Any]  # as `engine.domain.drafted.record` tells it
_NAMED = 3  # drafts that a sentence names
_LONGEST = 32  # characters of a title in it
_STANDING = frozenset({Review.OPEN, Review.APPROVED, Review.HELD})


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done with drafts: their `review` is noted, or with None their rows are done again as `wanted`.

    It is for drafts in one of the states `of`; `done` says what became of so many.
    """

    label: str
    done: str
    icon: str
    of: frozenset[Review]
    review: Review | None = None
    wanted: Mapping[str, Any] = field(default_factory=dict)

    @property
    def symbol(self) -> str:
        """Return the icon as Streamlit writes it."""
        return f":material/{self.icon}:"

    def among(self, chosen: Iterable[Draft]) -> list[Draft]:
        """Return those of the drafts that it is for."""
        return [draft for draft in chosen if Review(draft["review"]) in self.of]


APPROVE = Deed("Approve", "approved", "thumb_up", _STANDING - {Review.APPROVED}, Review.APPROVED)
HOLD = Deed("Hold", "held", "front_hand", _STANDING - {Review.HELD}, Review.HELD)
REOPEN = Deed("Review again", "to be reviewed again", "visibility", _STANDING - {Review.OPEN}, Review.OPEN)
SEND = Deed("Send again", "being sent again", "send", _STANDING)
COMPOSE = Deed("Compose again", "being composed again", "sync", _STANDING)
REMOVE = Deed("Remove", "being removed", "delete", _STANDING, wanted={"removed": True})
PUT_BACK = Deed("Put back", "being made again", "undo", frozenset({Review.REMOVED}), wanted={"removed": False})


@dataclass(frozen=True, slots=True)
class Result:
    """The drafts that something was done with, and those left as they were, by the reason."""

    done: tuple[Draft, ...]
    left: Mapping[str, Sequence[Draft]]

    def told(self, deed: Deed) -> str:
        """Return the outcome in Markdown: `18 approved; 2 not, changed in the meantime: A, B.` and the like."""
        parts = [f"{len(self.done) or 'None'} {deed.done}"]
        parts += [f"{len(drafts)} not, {reason}: {_names(drafts)}" for reason, drafts in self.left.items()]
        return f"{'; '.join(parts)}."


def do(engine: Engine, deed: Deed, chosen: Iterable[Draft], *, by: str) -> Result:
    """Do it with each draft that stands as it was seen; rows of one batch are done again in one call.

    Raises:
        StoreError, FilesAway: the store did not answer, and nothing was done for certain.
    """
    open_ = {draft["sku"]: draft for draft in deed.among(chosen)}
    done: list[Draft] = []
    left: dict[str, list[Draft]] = defaultdict(list)
    try:
        for draft, why in _outcomes(engine, deed, list(open_.values()), by):
            open_.pop(draft["sku"])
            (left[why] if why else done).append(draft)
    except AWAY:
        if not done:
            raise
        left["the store did not answer"] += open_.values()
    return Result(tuple(done), left)


def hindrance(job: Job, item: Item, seen: Draft) -> str:
    """Return why nothing is done with a row of `job`, "" when it stands as its draft was seen."""
    if item.wanted is not None or may_have_in_hand(job, item):
        return "being done again already"
    if item.status is ItemStatus.FAILED:
        return "needing attention"
    known = seen.get("changed_at")
    if known and item.changed_at and item.changed_at > known:
        return "changed in the meantime"
    return ""


def _outcomes(engine: Engine, deed: Deed, drafts: list[Draft], by: str) -> Iterator[tuple[Draft, str]]:
    """Yield each draft with why nothing was done with it, "" when something was."""
    for job_id, of_batch in groupby(sorted(drafts, key=_job_id), key=_job_id):
        rows = {draft["index"]: draft for draft in of_batch}
        try:
            items = engine.queries.items_at(job_id, list(rows))
            job = engine.queries.job(job_id)
        except JobError as error:
            yield from ((draft, plain(str(error))) for draft in rows.values())
            continue
        free = []
        for item in items:
            if why := hindrance(job, item, rows[item.index]):
                yield rows[item.index], why
            else:
                free.append(rows[item.index])
        groups = [free] * bool(free) if deed.review is None else [[draft] for draft in free]
        for group in groups:
            why = _refusal(partial(_change, engine, deed, job_id, group, by))
            yield from ((draft, why) for draft in group)


def _change(engine: Engine, deed: Deed, job_id: str, drafts: list[Draft], by: str) -> None:
    seen = {draft["index"]: draft["changed_at"] for draft in drafts if draft.get("changed_at")}
    if deed.review is None:
        engine.control.again(job_id, {draft["index"]: deed.wanted for draft in drafts}, by=by, seen=seen)
        return
    for draft in drafts:
        engine.control.review(job_id, draft["index"], deed.review, by=by, seen=seen.get(draft["index"]))


def _refusal(change: Callable[[], None]) -> str:
    """Return why a change was refused, "" when it was made."""
    try:
        change()
    except JobError as error:
        return plain(str(error))
    return ""


def _job_id(draft: Draft) -> str:
    return str(draft["job_id"])


def _names(drafts: Sequence[Draft]) -> str:
    titles = (shorten(str(draft.get("title") or draft["upc"]), _LONGEST, placeholder="…") for draft in drafts[:_NAMED])
    named = ", ".join(map(plain, titles))
    return f"{named} and {len(drafts) - _NAMED} more" if len(drafts) > _NAMED else named
