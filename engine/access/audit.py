"""The audit in the store: written before an act and completed after it. Nothing changes an entry then.

Only retention takes entries away, where the settings say after how long.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.clock import Clock
from engine.codec import decode, encode, replace
from engine.domain.access import Actor
from engine.domain.audit import EVERYTHING, AuditFilter, Entry, Result
from engine.domain.listing.spreadsheets import safe_line
from engine.errors import Conflict, StoreError
from engine.log import get_logger
from engine.redaction import redacted
from engine.store.base import Committed, Document, Expect, Order, Patch, Put, Store, Version, Where

log = get_logger(__name__)

AUDIT = "audit"
PAGE = 200
COLUMNS = (
    "at", "by", "scope", "via", "address", "what", "action", "about", "batches", "result", "sentence", "ended_at",
)  # fmt: skip
MOST_LETTERS = 1_000  # of a sentence, and of what an act is about


NEWEST = Order("entry_id", descending=True)  # ids begin with the time


@dataclass(frozen=True, slots=True)
class Asked:
    """An act whose entry is written and not completed yet."""

    entry: Entry
    version: Version


class Audit:
    """Who did what. What reads it raises StoreAway when the store does not answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def page(self, wanted: AuditFilter = EVERYTHING, limit: int = PAGE, before: str = "") -> list[Entry]:
        """Return the newest entries, or those before the entry of that id."""
        found = self._store.find(AUDIT, _where(wanted, before), NEWEST, limit)
        return [decode(Entry, document.fields, document.path) for document in found]

    def csv(self, wanted: AuditFilter = EVERYTHING) -> Iterator[str]:
        """Yield a table of the entries, the newest first: its header, then a line for each."""
        yield safe_line(COLUMNS)
        page = self.page(wanted)
        while page:
            yield from map(_line, page)
            page = self.page(wanted, before=page[-1].entry_id) if len(page) == PAGE else []

    def before(self, at: datetime, limit: int) -> list[Document]:
        """Return the oldest entries from before a moment as the store has them, for retention alone."""
        return self._store.find(AUDIT, [Where("entry_id", "<", _stamp(at))], Order("entry_id"), limit)

    def asked(self, actor: Actor, action: str, words: str, about: str = "", batches: Iterable[str] = ()) -> Asked:
        """Write down that somebody has asked for something, before it is done.

        Raises:
            StoreAway: the store does not answer, so that it must not be done.
        """
        entry = self._entry(actor, action, words, about, batches)
        return Asked(entry, self._put(entry).versions[0])

    def ended(self, asked: Asked, result: Result, sentence: str = "", batches: Iterable[str] = ()) -> None:
        """Complete an entry. Where that fails the entry stays as asked: what was done stands all the same."""
        touched = tuple(dict.fromkeys((*asked.entry.batches, *batches)))
        fields = {"result": str(result), "sentence": _short(sentence), "batches": list(touched)}
        try:
            self._store.commit(Patch(_path(asked.entry), fields | {"ended_at": self._clock.now()}, asked.version))
        except (Conflict, StoreError) as error:
            log.warning("audit_not_completed", entry=asked.entry.entry_id, error=type(error).__name__)

    def refused(
        self, actor: Actor, action: str, words: str, about: str = "", batches: Iterable[str] = (), *, sentence: str
    ) -> None:
        """Write down that somebody asked for what they may not do; where that fails, they are refused all the same."""
        entry = self._entry(actor, action, words, about, batches)
        over = replace(entry, result=Result.REFUSED, sentence=_short(sentence), ended_at=entry.at)
        try:
            self._put(over)
        except (Conflict, StoreError) as error:
            log.warning("audit_not_written", action=action, by=actor.name, error=type(error).__name__)

    def _entry(self, actor: Actor, action: str, words: str, about: str, batches: Iterable[str]) -> Entry:
        now = self._clock.now()
        return Entry(
            entry_id=f"{_stamp(now)}-{secrets.token_hex(4)}",
            at=now,
            by=actor.name,
            via=actor.via,
            address=actor.address,
            scope=actor.scope,
            action=action,
            words=words,
            about=_short(about),
            batches=tuple(dict.fromkeys(batches)),
        )

    def _put(self, entry: Entry) -> Committed:
        return self._store.commit(Put(_path(entry), encode(entry), Expect.ABSENT))


def _where(wanted: AuditFilter, before: str) -> list[Where]:
    ends = [end for end in (before, _stamp(wanted.until)) if end]
    found = [Where("by", "==", wanted.by)] if wanted.by else []
    found += [Where("batches", "contains", wanted.batch)] if wanted.batch else []
    found += [Where("entry_id", ">=", _stamp(wanted.since))] if wanted.since else []
    return found + ([Where("entry_id", "<", min(ends))] if ends else [])


def _stamp(at: datetime | None) -> str:
    """Return how the id of an entry of that moment begins, "" for none."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S%f}" if at else ""


def _line(entry: Entry) -> str:
    who = (entry.by, entry.scope, entry.via, entry.address)
    what = (entry.words, entry.action, entry.about, " ".join(entry.batches))
    came_of_it = (entry.result, entry.sentence, entry.ended_at.isoformat() if entry.ended_at else "")
    return safe_line((entry.at.isoformat(), *who, *what, *came_of_it))


def _short(text: str) -> str:
    """Return a text without known secrets, of bounded length."""
    clean = redacted(text)
    return clean if len(clean) <= MOST_LETTERS else f"{clean[: MOST_LETTERS - 1]}…"


def _path(entry: Entry) -> str:
    return f"{AUDIT}/{entry.entry_id}"
