"""Answers about barcodes, shared by all rows: in this process, and through the store over batches, workers, restarts.

Two rows of one process never ask the same at the same time. Two workers may, until one of them has stored its answer;
of two documents written for one barcode the later stands, and what only the other had is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from engine.clock import Clock
from engine.codec import to_json
from engine.domain.identify.lookups import Answer
from engine.errors import DocumentBroken, UpstreamError
from engine.log import get_logger
from engine.pipeline.answer_cache import AnswerCache
from engine.pipeline.single_flight import Flight, SingleFlight
from engine.pipeline.stored_lookups import LookupReader, LookupWriter
from engine.pipeline.upcoming import Upcoming
from engine.store.base import Store
from engine.upstream.caller import Caller

log = get_logger(__name__)

TOGETHER = 40  # barcodes that one read of the store asks for

T = TypeVar("T")
Fit = Callable[[Sequence[str]], Sequence[str]]


def alone(gtins: Sequence[str]) -> Sequence[str]:
    """Return the one barcode that a call can ask about."""
    return gtins[:1]


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked about a barcode, as it is stored; how old an answer may be follows from the name.

    `read` returns an answer from its JSON, and raises DocumentBroken when it is none.
    """

    name: str
    read: Callable[[object], T]


@dataclass(frozen=True, slots=True)
class Inquiry(Generic[T]):
    """A question with the call that answers it, for as many barcodes as `fit` lets into one call."""

    question: Question[T]
    call: Callable[[Sequence[str]], Mapping[str, T]]
    fit: Fit


class Lookups:
    """The answers in `lookups/{gtin14}` of a store; safe for threads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._clock = clock
        self._cache = AnswerCache(clock)
        self._upcoming = Upcoming()
        self._flights = SingleFlight()
        self._reader = LookupReader(store, self._cache)
        self._writer = LookupWriter(store, self._cache, clock)

    @property
    def unstored(self) -> int:
        """Return how many barcodes wait for a commit that another row is making."""
        return self._writer.waiting

    def foresee(self, gtins: Sequence[str]) -> None:
        """Take in which barcodes are asked about next, in their order; of too many the last ones count."""
        self._upcoming.add(gtins)

    def begin(self, gtin: str, *, again: bool) -> None:
        """Have the next question about a barcode read the store first, where a person may have had answers forgotten.

        For a row that is done `again` always, for another one where memory is older than `READ_AGAIN_SECONDS`.
        """
        if again or self._cache.unread(gtin):
            self._cache.doubt(gtin)

    def ask(self, caller: Caller, gtin: str, question: Question[T], call: Callable[[], T]) -> Answer[T]:
        """Return the answer to a question about a barcode, young enough for it; where there is none, `call` gets it.

        A row that asks what another row is asking waits for the answer or the failure of that one; a failure is not
        kept.

        Raises:
            UpstreamError: what `call` raised, here or for the other row.
            Requeued: the caller must not go on.
            StoreAway: the store does not answer.
        """
        return self._ask(caller, gtin, Inquiry(question, lambda _: {gtin: call()}, alone))

    def ask_together(
        self,
        caller: Caller,
        gtin: str,
        question: Question[T],
        call: Callable[[Sequence[str]], Mapping[str, T]],
        fit: Fit,
    ) -> Answer[T]:
        """Do what the method `ask` does, and get the answers about foreseen barcodes with the same call.

        `fit` returns the first of some barcodes, one at least, as many as one call can ask about; `call` returns the
        answer about each of them.
        """
        return self._ask(caller, gtin, Inquiry(question, call, fit))

    def known(self, gtin: str, question: Question[T]) -> Answer[T] | None:
        """Return the answer that is kept, None where there is none: nobody is asked.

        Raises:
            StoreAway: the store does not answer.
        """
        self._reader.read(lambda: self._unread(question, gtin))
        return self._answer(question, gtin)

    def learn(self, gtin: str, question: Question[T], said: T) -> None:
        """Take in an answer that was got beside the rows; `keep` stores it.

        Raises:
            StoreAway: the store does not answer.
        """
        self._reader.read(lambda: [gtin] if self._cache.unread(gtin) else [])
        self._cache.add(question.name, {gtin: Answer(self._clock.now(), to_json(said))})

    def keep(self, *gtins: str) -> None:
        """Store what is new of barcodes; a store that does not answer stops nobody here."""
        self._writer.write(*gtins)

    def _ask(self, caller: Caller, gtin: str, inquiry: Inquiry[T]) -> Answer[T]:
        question = inquiry.question
        while True:
            self._reader.read(lambda: self._unread(question, gtin, together=inquiry.fit is not alone))
            if answer := self._answer(question, gtin):
                return answer
            behind = [
                name for name in self._upcoming.behind(gtin) if self._cache.knows(name) and self._open(question, name)
            ]
            flight, mine = self._flights.begin(question.name, inquiry.fit([gtin, *behind]))
            if not mine:
                flight.wait(caller)
            elif answer := self._fly(inquiry, gtin, flight):
                return answer

    def _fly(self, inquiry: Inquiry[T], gtin: str, flight: Flight) -> Answer[T] | None:
        """Ask, in this thread, and let all rows know what came of it; an answer is dated when it came.

        A flight that landed just before this one began may have the answer already: then nothing is asked.
        """
        question = inquiry.question
        try:
            if known := self._answer(question, gtin):
                return known
            said = inquiry.call(flight.gtins)
            now = self._clock.now()
            self._cache.add(question.name, {name: Answer(now, to_json(said[name])) for name in flight.gtins})
            return Answer(now, said[gtin])
        except UpstreamError as error:
            flight.error = error
            raise
        finally:
            self._flights.land(question.name, flight)

    def _unread(self, question: Question[T], gtin: str, *, together: bool = False) -> list[str]:
        """Return the barcodes to look for in the store before a question is asked about `gtin`.

        One that is asked about several `together` has them all read.
        """
        doubted = self._cache.doubts(gtin)
        if not doubted and not self._open(question, gtin):
            return []
        names = [gtin, *self._upcoming.behind(gtin)[: TOGETHER - 1]]
        names = [
            name
            for name in names
            if (doubted and name == gtin) or (self._cache.unread(name) and self._open(question, name))
        ]
        return names if gtin in names or together else []

    def _open(self, question: Question[T], gtin: str) -> bool:
        """Whether nobody has an answer about a barcode, or is getting one."""
        return not self._flights.under_way(question.name, gtin) and self._answer(question, gtin) is None

    def _answer(self, question: Question[T], gtin: str) -> Answer[T] | None:
        """Return what is known; an answer that cannot be read is none."""
        known = self._cache.answer(question.name, gtin)
        try:
            return Answer(known.at, question.read(known.said)) if known else None
        except DocumentBroken as broken:
            log.warning("answer_broken", question=question.name, error=str(broken))
            return None
