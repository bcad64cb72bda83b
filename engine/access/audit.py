"""The audit in the store: written before an act and completed after it; nothing changes or deletes an entry then."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import timedelta

from engine.clock import Clock
from engine.codec import decode, encode, replace
from engine.domain.access import Actor
from engine.domain.audit import EVERYTHING, AuditFilter, Entry, Result
from engine.errors import Conflict, StoreError
from engine.log import get_logger
from engine.redaction import redacted
from engine.store.base import Committed, Expect, Order, Patch, Put, Store, Version, Where

log = get_logger(__name__)

AUDIT = "audit"
PAGE = 200
MOST_LETTERS = 1_000  # of a sentence, and of what an act is about


NEWEST = Order("at", descending=True)


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

    def page(self, wanted: AuditFilter = EVERYTHING, limit: int = PAGE) -> list[Entry]:
        """Return the newest entries."""
        found = self._store.find(AUDIT, _where(wanted), NEWEST, limit)
        return [decode(Entry, document.fields, document.path) for document in found]

    def entries(self, wanted: AuditFilter = EVERYTHING) -> Iterator[Entry]:
        """Yield every entry, the newest first; entries made at the same moment all come."""
        seen: set[str] = set()
        until = wanted.until
        while True:
            page = self.page(replaced(wanted, until=until))
            new = [entry for entry in page if entry.entry_id not in seen]
            yield from new
            if len(page) < PAGE or not new:
                return
            seen, until = {entry.entry_id for entry in page}, page[-1].at + timedelta(microseconds=1)

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
            entry_id=f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}",
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


def _where(wanted: AuditFilter) -> list[Where]:
    found = [Where("by", "==", wanted.by)] if wanted.by else []
    found += [Where("batches", "contains", wanted.batch)] if wanted.batch else []
    found += [Where("at", ">=", wanted.since)] if wanted.since else []
    return found + ([Where("at", "<", wanted.until)] if wanted.until else [])


def _short(text: str) -> str:
    """Return a text without known secrets, of bounded length."""
    clean = redacted(text)
    return clean if len(clean) <= MOST_LETTERS else f"{clean[: MOST_LETTERS - 1]}…"


def _path(entry: Entry) -> str:
    return f"{AUDIT}/{entry.entry_id}"
