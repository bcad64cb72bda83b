"""One row of a batch on its way to a draft, and what became of it.

A row that nobody has worked on has no document: it waits. What is stored is what was done.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from engine.codec import Document, OpenEnum, Value, replace, to_write
from engine.domain.batch.decided import NOTHING, Decided
from engine.domain.batch.rows import HandedTo, Row
from engine.domain.folding import beginnings, words
from engine.domain.identify.evidence import Match, ReleaseSummary
from engine.domain.identify.named import NOTHING_NAMED, Named
from engine.domain.listing.composition import Draft
from engine.domain.listing.photos import Picture
from engine.domain.listing.pricing import NO_PRICE, Price
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause, IllegalTransition

MAX_HISTORY = 5
MAX_WORDS = 30  # a row is found by so many of its words


class ItemStatus(StrEnum):
    """The state of a row. Stored: never renamed."""

    WAITING = "waiting"  # never stored: no document yet
    WORKING = "working"  # an intent is stored and its outcome is not
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"


class Outcome(OpenEnum):
    """What a row that succeeded has become."""

    DRAFTED = "drafted"  # an unpublished offer at eBay
    COMPOSED = "composed"  # a draft kept here and exported; nothing was sent


DONE = frozenset({ItemStatus.SUCCEEDED, ItemStatus.FAILED, ItemStatus.SKIPPED})
SOURCES = ("discogs", "musicbrainz")  # the services that a row may lack
NOT_RETRYABLE = frozenset({Cause.INVALID_BARCODE})


class Intent(Value, frozen=True):
    """The draft that is about to be written to eBay, stored before the first write."""

    sku: str
    at: datetime | None = None


class Attempt(Value, frozen=True, omit_defaults=False):
    """An earlier end of a row: the number of the `attempt`, why it failed or was skipped, and when."""

    attempt: int = 0
    cause: Cause | None = None
    error: str | None = None
    at: datetime | None = None


class Item(Document, frozen=True):
    """A row with a document of its own, `batch_jobs/{job_id}/items/{index:06d}`.

    `upc` is the barcode as an operator writes it, or what else names the release (the file's own text when it
    cannot be used), `gtin` the canonical GTIN-14, None without one; `named`, `seller_sku` and `location` are as in
    the file. `cause` and `error` say why a row failed or was skipped. `attempts` counts the runs that ended in an
    answer about this row; waiting for a service is none. `intent` is stored before the first write to eBay and
    stays. `release` is the matched release, `match`, `picture`, `price` and `draft` the evidence of each step, all
    of them false while there is none. `offer_id` is eBay's number of the unpublished offer. `not_sent` says why a
    composed draft was not sent. `round` is the number of the last retry that tried the row, 0 for the first run.
    `history` holds its earlier ends, the oldest first.

    `decided` is what a person decided of the row and every later run obeys. `wanted` is the number of the retry in
    which a person wants it run again, None when nobody does; `was` the end that it had before its last run. `handed_to`
    names the row of another batch that carries this one on, None while this one is the row to retry.
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
    intent: Intent | None = None
    outcome: Outcome | None = None
    not_sent: str = ""
    offer_id: str | None = None
    release: ReleaseSummary = ReleaseSummary()
    match: Match = Match()
    picture: Picture = Picture()
    price: Price = NO_PRICE
    draft: Draft = Draft()
    started_at: datetime | None = None
    finished_at: datetime | None = None
    worker: str = ""
    history: tuple[Attempt, ...] = ()
    decided: Decided = NOTHING
    wanted: int | None = None
    was: ItemStatus | None = None
    handed_to: HandedTo | None = None
    seller_sku: str = ""
    location: str = ""
    named: Named = NOTHING_NAMED

    @property
    def key(self) -> str:
        """Return what the row is known by, as `Row.key`; "" when it cannot be used."""
        return self.gtin or self.named.key

    @property
    def done(self) -> bool:
        """Whether the row has reached an end; done never goes back, except by a retry."""
        return self.status in DONE

    @property
    def retryable(self) -> bool:
        """Whether running the row again can change its end: a barcode that is wrong stays wrong."""
        return self.status is ItemStatus.FAILED and self.cause not in NOT_RETRYABLE

    @property
    def lacking(self) -> tuple[str, ...]:
        """Return the services that had no answer about the row, or none yet about its cover; () for none."""
        return self.match.lacking or (("musicbrainz",) if self.picture.unlinked else ())

    @property
    def needs(self) -> tuple[DraftNeed, ...]:
        """Return what the draft of the row needs before it can be published; () while it has none."""
        return self.draft.needs if self.status is ItemStatus.SUCCEEDED else ()

    @property
    def changed_at(self) -> datetime | None:
        """Return when a run or a person changed the row last, None before its first end."""
        times = (self.finished_at, self.decided.review.at if self.decided.review else None)
        return max(filter(None, times), default=None)

    @property
    def words(self) -> list[str]:
        """Return the words that a search finds the row by."""
        release = self.release
        texts = (self.seller_sku, self.location, release.artist, release.title, release.label)
        return list(dict.fromkeys(words(" ".join(texts))))[:MAX_WORDS]

    def document(self) -> dict[str, object]:
        """Return the stored form, with what a query looks for.

        That is `retryable`, `lacking`, `needs`, and in `terms` the beginnings of its words. Missing evidence is `{}`.
        """
        fields = to_write(self, _NO_EVIDENCE)
        fields |= {"retryable": self.retryable, "lacking": list(self.lacking), "needs": list(self.needs)}
        fields["terms"] = beginnings(self.words)
        return fields


_NO_EVIDENCE = (
    ("release", ReleaseSummary()),
    ("match", Match()),
    ("picture", Picture()),
    ("price", NO_PRICE),
    ("draft", Draft()),
)


def name(index: int) -> str:
    """Return the name of the document of row `index`; names sort as rows do."""
    return f"{index:06d}"


def waiting(row: Row) -> Item:
    """Return the item of a row that nobody has begun."""
    named = row.named if row.key else NOTHING_NAMED
    item = Item(row.index, row.line, row.shown, row.gtin, seller_sku=row.seller_sku, location=row.location, named=named)
    if row.carried and row.carried.intended_at:
        return replace(item, intent=Intent(row.carried.sku, row.carried.intended_at))
    return item


def begin(item: Item, *, worker: str, round_: int, now: datetime) -> Item:
    """Return `item` as it is when a run of it begins, in retry `round_`: its last end is put into its history."""
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
        history=_past(item),
        wanted=None,
        was=item.status if item.done else item.was,
        handed_to=None,
    )


def _past(item: Item) -> tuple[Attempt, ...]:
    """Return the history of a row with its last end in it."""
    end = Attempt(item.attempts, item.cause, item.error, item.finished_at)
    return (*item.history, end)[-MAX_HISTORY:] if item.done else item.history


def intend(item: Item, *, sku: str, now: datetime) -> Item:
    """Return `item` with the intent to make the draft `sku`; the first intent stays."""
    return replace(item, sku=sku, intent=item.intent or Intent(sku, now))


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
        decided=replace(item.decided, removed=None),
    )


def want(item: Item, *, round_: int, decided: Decided) -> Item:
    """Return `item` as wanted again in retry `round_`, with all that a person has `decided` of it.

    What they thought of its draft is forgotten: it will be another one.

    Raises:
        IllegalTransition: it has not come to an end, or is wanted already.
    """
    if not item.done:
        raise IllegalTransition(f"Row {item.index + 1} is not done yet; wait for its end")
    if item.wanted is not None:
        raise IllegalTransition(f"Row {item.index + 1} is being done again already")
    return replace(item, wanted=round_, decided=replace(decided, review=None), handed_to=None)


def hand_over(item: Item, to: HandedTo) -> Item:
    """Return a failed row as skipped, because the row `to` carries it on; why it had failed is in its history.

    Raises:
        IllegalTransition: no retry could mend it, or a person wants it done again here.
    """
    if not movable(item):
        raise IllegalTransition(f"Row {item.index + 1} is not a failed row that another batch could carry on")
    return replace(
        item,
        status=ItemStatus.SKIPPED,
        cause=Cause.HANDED_OVER,
        error=f"Handed over: row {to.index + 1} of {to.batch} carries it on.",
        finished_at=to.at,
        history=_past(item),
        was=item.status,
        handed_to=to,
    )


def movable(item: Item) -> bool:
    """Whether a failed row can be carried on by another batch.

    Not while somebody wants it done again where it is, nor where rows of other batches have added copies to it.
    """
    return item.retryable and item.wanted is None and not item.decided.added


def skip(item: Item, cause: Cause, reason: str, *, now: datetime) -> Item:
    """Return `item` as skipped by choice at `now`; no attempt is spent."""
    return replace(item, status=ItemStatus.SKIPPED, cause=cause, error=reason, finished_at=now)
