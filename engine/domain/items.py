"""One row of a batch on its way to a draft, and what became of it.

A row that nobody has worked on has no document: it waits. What is stored is what was done.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, Self

from engine.domain.rows import Row
from engine.domain.upc import display
from engine.errors import Cause, IllegalTransition

MAX_HISTORY = 5
MAX_WORDS = 30  # a row is found by so many of its words
BEGINNING = 5  # by their first letters, from two up to so many
_WORD = re.compile(r"\w+")


class ItemStatus(StrEnum):
    """The state of a row. Stored: never renamed."""

    WAITING = "waiting"  # never stored: no document yet
    WORKING = "working"  # an intent is stored and its outcome is not
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class Outcome(StrEnum):
    """What a row that succeeded has become."""

    DRAFTED = "drafted"  # an unpublished offer at eBay
    COMPOSED = "composed"  # a draft kept here and exported; nothing was sent


DONE = frozenset({ItemStatus.SUCCEEDED, ItemStatus.FAILED, ItemStatus.SKIPPED})
SOURCES = ("discogs", "musicbrainz")  # the services that a row may lack
NOT_RETRYABLE = frozenset({Cause.INVALID_BARCODE})


@dataclass(frozen=True, slots=True)
class Item:
    """A row with a document of its own, `batch_jobs/{job_id}/items/{index:06d}`.

    `upc` is the barcode as an operator writes it (the file's own text when it cannot be used), `gtin` the canonical
    GTIN-14. `cause` and `error` say why a row failed or was skipped. `attempts` counts the runs that ended in an
    answer about this row; waiting for a service is none. `intent` is stored before the first write to eBay
    (`{"sku", "at"}`) and stays. `release` is the matched release in our words, `match`, `picture`, `price` and `draft`
    the evidence of each step, `offer_id` eBay's number of the unpublished offer. `not_sent` says why a composed draft
    was not sent. `round` is the number of the last retry that tried the row, 0 for the first run.

    `decided` is what a person decided of the row and every later run obeys: the `choice` of a release
    (`{"discogs_id", "musicbrainz_id", "by", "at"}`), `edits` of the draft and who `edited` it (`{"by", "at"}`),
    `removed` (the same), and the `review` of the draft (`{"state", "by", "at"}`); see `engine.domain.decisions`. Beside
    them stands what rows of later batches have `added` to its draft, see `engine.domain.additions`.
    `wanted` is the number of the retry in which a person wants it run again, None when nobody does; `was` the end that
    it had before its last run.
    """

    index: int
    line: int
    upc: str
    gtin: str | None
    status: ItemStatus = ItemStatus.WAITING
    cause: Cause | None = None
    error: str | None = None
    attempts: int = 0
    round: int = 0
    sku: str = ""
    intent: Mapping[str, Any] | None = None
    outcome: Outcome | None = None
    not_sent: str = ""
    offer_id: str | None = None
    release: Mapping[str, Any] = field(default_factory=dict)
    match: Mapping[str, Any] = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)
    price: Mapping[str, Any] = field(default_factory=dict)
    draft: Mapping[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    worker: str = ""
    history: tuple[Mapping[str, Any], ...] = ()
    decided: Mapping[str, Any] = field(default_factory=dict)
    wanted: int | None = None
    was: ItemStatus | None = None

    @property
    def done(self) -> bool:
        """Whether the row has reached an end; done never goes back, except by a retry."""
        return self.status in DONE

    @property
    def retryable(self) -> bool:
        """Whether running the row again can change its end: a barcode that is wrong stays wrong."""
        return self.status is ItemStatus.FAILED and self.cause not in NOT_RETRYABLE

    @property
    def lacking(self) -> list[str]:
        """Return the services that had no answer about the row when it was matched; [] when it lacks nothing."""
        return list(self.match.get("lacking", ()))

    @property
    def changed_at(self) -> datetime | None:
        """Return when a run or a person changed the row last, None before its first end."""
        times = (self.finished_at, self.decided.get("review", {}).get("at"))
        return max(filter(None, times), default=None)

    @property
    def words(self) -> list[str]:
        """Return the words that a search finds the row by."""
        if not self.release:
            return []
        texts = (str(self.release.get(name) or "") for name in ("artist", "title", "label"))
        return list(dict.fromkeys(words(" ".join(texts))))[:MAX_WORDS]

    def document(self) -> dict[str, Any]:
        """Return the stored form, with what a query looks for.

        That is `retryable`, `lacking`, and in `terms` the beginnings of its words.
        """
        fields = dict(zip(_STORED, _values(self), strict=True))
        fields["history"] = list(self.history)
        fields["retryable"] = self.retryable
        fields["lacking"] = self.lacking
        fields["terms"] = beginnings(self.words)
        return fields

    @classmethod
    def from_document(cls, fields: Mapping[str, Any]) -> Self:
        """Return the item that `document` wrote."""
        known = {name: fields[name] for name in cls.__dataclass_fields__ if name in fields}
        known["status"] = ItemStatus(known["status"])
        known["cause"] = Cause(known["cause"]) if known.get("cause") else None
        known["outcome"] = Outcome(known["outcome"]) if known.get("outcome") else None
        known["was"] = ItemStatus(known["was"]) if known.get("was") else None
        known["history"] = tuple(known.get("history", ()))
        return cls(**known)


_STORED = tuple(Item.__dataclass_fields__)
_values = attrgetter(*_STORED)


def name(index: int) -> str:
    """Return the name of the document of row `index`; names sort as rows do."""
    return f"{index:06d}"


def waiting(row: Row) -> Item:
    """Return the item of a row that nobody has begun."""
    return Item(row.index, row.line, display(row.gtin) if row.gtin else row.value, row.gtin)


def begin(item: Item, *, worker: str, round_: int, now: datetime) -> Item:
    """Return `item` as it is when a run of it begins, in retry `round_`: its last end is put into its history."""
    past = item.history
    if item.done:
        entry = {"attempt": item.attempts, "cause": item.cause, "error": item.error, "at": item.finished_at}
        past = (*past, entry)[-MAX_HISTORY:]
    return replace(
        item,
        status=ItemStatus.WORKING,
        cause=None,
        error=None,
        not_sent="",
        outcome=None,
        started_at=now,
        finished_at=None,
        worker=worker,
        round=round_,
        history=past,
        wanted=None,
        was=item.status if item.done else item.was,
    )


def intend(item: Item, *, sku: str, now: datetime) -> Item:
    """Return `item` with the intent to make the draft `sku`; the first intent stays."""
    return replace(item, sku=sku, intent=item.intent or {"sku": sku, "at": now})


def succeed(item: Item, *, now: datetime) -> Item:
    """Return `item` as succeeded at `now`, one attempt more."""
    return replace(item, status=ItemStatus.SUCCEEDED, finished_at=now, attempts=item.attempts + 1)


def fail(item: Item, cause: Cause, error: str, *, now: datetime) -> Item:
    """Return `item` as failed at `now` for `cause`; `error` is the sentence an operator reads."""
    return replace(
        item, status=ItemStatus.FAILED, cause=cause, error=error, finished_at=now, attempts=item.attempts + 1
    )


def succeeded_before(item: Item) -> bool:
    """Whether a row that is to be run had come to a good end: it then never ends as anything worse."""
    return ItemStatus.SUCCEEDED in (item.status, None if item.done else item.was)


def keep(item: Item, reason: str, *, round_: int, now: datetime) -> Item:
    """Return `item`, as it was before a run of it that failed, as still succeeded; `reason` says why.

    A removal that failed is not asked for any more.
    """
    outcome = item.outcome or (Outcome.DRAFTED if item.offer_id else Outcome.COMPOSED)
    error = f"The draft was left as it was: {reason}"
    return replace(
        item,
        status=ItemStatus.SUCCEEDED,
        outcome=outcome,
        cause=None,
        error=error,
        finished_at=now,
        wanted=None,
        was=ItemStatus.SUCCEEDED,
        round=round_,
        decided={name: value for name, value in item.decided.items() if name != "removed"},
    )


def want(item: Item, *, round_: int, decided: Mapping[str, Any]) -> Item:
    """Return `item` as wanted again in retry `round_`, with all that a person has `decided` of it.

    What he thought of its draft is forgotten: it will be another one.

    Raises:
        IllegalTransition: it has not come to an end, or is wanted already.
    """
    if not item.done:
        raise IllegalTransition(f"Row {item.index + 1} is not done yet; wait for its end")
    if item.wanted is not None:
        raise IllegalTransition(f"Row {item.index + 1} is being done again already")
    unseen = {name: value for name, value in decided.items() if name != "review"}
    return replace(item, wanted=round_, decided=unseen)


def skip(item: Item, cause: Cause, reason: str, *, now: datetime) -> Item:
    """Return `item` as skipped by choice at `now`; no attempt is spent."""
    return replace(item, status=ItemStatus.SKIPPED, cause=cause, error=reason, finished_at=now)


def words(text: str) -> list[str]:
    """Return the words of `text` as a search compares them: no capitals, no accents."""
    plain = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return _WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)).casefold())


def beginnings(found: Iterable[str]) -> list[str]:
    """Return the beginnings of words by which a store can look for them."""
    return sorted({word[:length] for word in found for length in range(2, min(len(word), BEGINNING) + 1)})
