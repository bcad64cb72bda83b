"""Answers about barcodes, shared by all rows: in this process, and through the store over batches, workers, restarts.

Two rows of one process never ask the same at the same time. Two workers may, until one of them has stored its answer;
of two documents written for one barcode the later stands, and what only the other had is asked again.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engine.clock import Clock
from engine.domain.lookups import FACT, Answer, Lookup
from engine.errors import StoreAway, UpstreamError
from engine.store.base import Put, Store
from engine.upstream.asking import asker

log = logging.getLogger(__name__)

LOOKUPS = "lookups"
KEPT = 1_000  # barcodes in memory
FORESEEN = 200
TOGETHER = 40  # barcodes that one read of the store asks for
READ_AGAIN_SECONDS = 60.0  # what is missing here may have been stored by another worker since
LISTEN_SECONDS = 0.2

Ask = Callable[[Sequence[str]], Mapping[str, Any]]
Fit = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about barcodes, how old an answer may be, and how it is got; see `Lookups.ask_together`."""

    name: str
    at_most: timedelta
    ask: Ask
    fit: Fit


class Flight:
    """A question on its way for some barcodes; `error` is what it came to instead of an answer."""

    def __init__(self, question: Question, gtins: Sequence[str]) -> None:
        self.question = question
        self.gtins = gtins
        self.over = threading.Event()
        self.error: UpstreamError | None = None


def alone(gtins: Sequence[str]) -> Sequence[str]:
    """Return the one barcode that a call can ask about."""
    return gtins[:1]


class Lookups:
    """The answers in `lookups/{gtin14}` of a store; safe for threads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()  # of all that follows; never held during a call
        self._known: OrderedDict[str, Lookup] = OrderedDict()
        self._read_at: dict[str, float] = {}
        self._foreseen: OrderedDict[str, None] = OrderedDict()
        self._flights: dict[tuple[str, str], Flight] = {}
        self._unstored: set[str] = set()
        self._ended: set[str] = set()
        self._reading = threading.Lock()
        self._writing = threading.Lock()

    def foresee(self, gtins: Sequence[str]) -> None:
        """Hear which barcodes are asked about next, in their order; of too many the last ones count."""
        with self._lock:
            for gtin in dict.fromkeys(gtins):
                self._foreseen[gtin] = None
                self._foreseen.move_to_end(gtin)
            while len(self._foreseen) > FORESEEN:
                self._foreseen.popitem(last=False)

    def ask(self, gtin: str, question: str, ask: Callable[[], Any], *, at_most: timedelta = FACT) -> Answer:
        """Return the answer to `question` about a barcode, at most so old; where there is none, `ask` gets it.

        `ask` returns JSON types. Who asks what another row is asking already, waits for the answer or the failure that
        the other gets; a failure is not kept.

        Raises:
            UpstreamError: what `ask` raised, here or for the other row.
            GivenBack: the asker is not to go on.
            StoreAway: the store does not answer.
        """
        return self._ask(Question(question, at_most, lambda _: {gtin: ask()}, alone), gtin)

    def ask_together(self, gtin: str, question: str, ask: Ask, fit: Fit) -> Answer:
        """Do what the method `ask` does, and get the answers about foreseen barcodes with the same call.

        `fit` returns the first of some barcodes, one at least, as many as one call can ask about; `ask` returns what
        was said of each of them.
        """
        return self._ask(Question(question, FACT, ask, fit), gtin)

    def keep(self, gtin: str) -> None:
        """Store what is new of a barcode; barcodes that are kept at the same moment share a commit.

        A store that does not answer stops nobody here: what it did not take goes with the next commit.
        """
        with self._lock:
            if gtin in self._unstored:
                self._ended.add(gtin)
        with self._writing:
            now = self._clock.now()
            with self._lock:
                ended = self._ended & self._known.keys()
                self._ended = set()
                self._unstored -= ended
                puts = [Put(f"{LOOKUPS}/{name}", self._known[name].document(now)) for name in sorted(ended)]
            if not puts:
                return
            try:
                self._store.commit(*puts)
            except StoreAway as away:
                log.warning("lookups_unstored", extra={"error": str(away)})
                with self._lock:
                    self._ended |= ended
                    self._unstored |= ended

    def _ask(self, question: Question, gtin: str) -> Answer:
        while True:
            self._read(question, gtin)
            with self._lock:
                if answer := self._answer(question, gtin):
                    return answer
                flight = self._flights.get((question.name, gtin))
                if flight is None:
                    behind = [name for name in self._behind(gtin) if name in self._known and self._open(question, name)]
                    mine = Flight(question, question.fit([gtin, *behind]))
                    self._flights.update({(question.name, name): mine for name in mine.gtins})
            if flight is None:
                return self._fly(mine)[gtin]
            self._await(flight)

    def _fly(self, flight: Flight) -> dict[str, Answer]:
        """Ask, in this thread, and let all know what came of it; an answer is dated when it came."""
        answers: dict[str, Answer] = {}
        name = flight.question.name
        try:
            said = flight.question.ask(flight.gtins)
            now = self._clock.now()
            answers = {gtin: Answer(now, said[gtin]) for gtin in flight.gtins}
        except UpstreamError as error:
            flight.error = error
            raise
        finally:
            with self._lock:
                for gtin, answer in answers.items():
                    self._know(gtin, self._known.get(gtin, Lookup()).heard(name, answer))
                    self._unstored.add(gtin)
                for gtin in flight.gtins:
                    del self._flights[name, gtin]
            flight.over.set()
        return answers

    def _await(self, flight: Flight) -> None:
        """Wait until another row has its answer; one that was not to go on leaves the question to the next."""
        while not flight.over.wait(LISTEN_SECONDS):
            asker().wait(0.0, "waits for the answer that another row is getting")
        if flight.error:
            raise flight.error

    def _read(self, question: Question, gtin: str) -> None:
        """Look into the store for a barcode that nobody has an answer about, and for those foreseen behind it."""
        with self._lock:
            if not self._unread(question, gtin):
                return
        with self._reading:
            with self._lock:
                names = self._unread(question, gtin)
            found = self._store.get(*(f"{LOOKUPS}/{name}" for name in names)) if names else []
            now = self._clock.monotonic()
            with self._lock:
                for name, document in zip(names, found, strict=True):
                    stored = Lookup.from_document(document.fields) if document else Lookup()
                    self._know(name, stored.merged(self._known.get(name, Lookup())))
                    self._read_at[name] = now

    def _unread(self, question: Question, gtin: str) -> list[str]:
        """Return the barcodes to look for in the store before `question` is asked about `gtin`."""
        if not self._open(question, gtin):
            return []
        names = [gtin, *self._behind(gtin)[: TOGETHER - 1]]
        long_ago = self._clock.monotonic() - READ_AGAIN_SECONDS
        names = [
            name for name in names if self._read_at.get(name, float("-inf")) < long_ago and self._open(question, name)
        ]
        return names if gtin in names or question.fit is not alone else []

    def _behind(self, gtin: str) -> list[str]:
        """Return the barcodes that were foreseen behind this one, none when it was not foreseen itself."""
        names = list(self._foreseen) if gtin in self._foreseen else [gtin]
        return names[names.index(gtin) + 1 :]

    def _open(self, question: Question, gtin: str) -> bool:
        """Whether nobody has an answer about a barcode, or is getting one."""
        return (question.name, gtin) not in self._flights and self._answer(question, gtin) is None

    def _answer(self, question: Question, gtin: str) -> Answer | None:
        known = self._known.get(gtin)
        return known.answer(question.name, self._clock.now(), question.at_most) if known else None

    def _know(self, gtin: str, lookup: Lookup) -> None:
        self._known[gtin] = lookup
        self._known.move_to_end(gtin)
        while len(self._known) > KEPT:
            forgotten, _ = self._known.popitem(last=False)
            self._read_at.pop(forgotten, None)
            self._unstored.discard(forgotten)
