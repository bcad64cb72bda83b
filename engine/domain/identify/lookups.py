"""What the services have said of one barcode, how long that counts, and how much of it is kept. Pure.

Sources: the terms of eBay and Discogs as `docs/sources.md` has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from engine.codec import Document, Value, replace

FACT = timedelta(days=30)
NOTHING = timedelta(days=1)
SHOWN = timedelta(hours=6)  # how long eBay and Discogs allow what they say to be shown
_SHOWN_SHORTLY = frozenset({"discogs", "ebay"})
DIRECT = "coverart/direct"  # where a picture lies: on one of many servers, which may be another one tomorrow
PLACED = timedelta(days=1)
MOST_LETTERS = 300_000  # of all answers about one barcode; in any script well below the 1 MiB of a document

T = TypeVar("T")


def counts_for(question: str) -> timedelta:
    """Return how old an answer to a question may be; older ones are not kept."""
    if question.startswith(f"{DIRECT}/"):
        return PLACED
    return SHOWN if question.partition("/")[0] in _SHOWN_SHORTLY else FACT


def about_musicbrainz(mbid: str, *, credited: bool) -> str:
    """Return the question for a release of MusicBrainz, `credited` or not: the answer to one is none to the other."""
    return f"musicbrainz/releases/{mbid}{'/credits' if credited else ''}"


class Answer(Value, Generic[T], frozen=True, omit_defaults=False):
    """What a service said, and when; nothing at all ([], None) means that it has nothing. An outage is no answer."""

    at: datetime
    said: T

    def fresh(self, now: datetime, at_most: timedelta = FACT) -> bool:
        """Whether it still counts where an answer may be `at_most` old; one that says "nothing" counts for a day."""
        return now < self.ends_at(at_most)

    def ends_at(self, at_most: timedelta = FACT) -> datetime:
        """Return when it counts no more where an answer may be `at_most` old."""
        return self.at + (at_most if self.said else min(at_most, NOTHING))


class StoredLookup(Document, frozen=True):
    """A look-up as it is stored in `lookups/{gtin14}`; the store may drop it at `expires_at`."""

    answers: Mapping[str, Answer[object]]
    expires_at: datetime
    forgotten_at: datetime | None = None


class Lookup(Value, frozen=True):
    """The answers about one barcode by their question, in JSON types.

    A question names a service and what it was asked: `musicbrainz`, `discogs`, `discogs/releases/21`. What was answered
    until `forgotten_at` counts no more, wherever it is still in memory; None when a person has had nothing forgotten.
    """

    answers: Mapping[str, Answer[object]] = {}
    forgotten_at: datetime | None = None

    def answer(self, question: str, now: datetime) -> Answer[object] | None:
        """Return what was said to `question`, None when nothing was, or too long ago."""
        answer = self.answers.get(question)
        return answer if answer and answer.fresh(now, counts_for(question)) else None

    def add(self, question: str, answer: Answer[object]) -> Lookup:
        """Return the lookup with one more answer; the one there was to that question goes."""
        return replace(self, answers={**self.answers, question: answer})

    def forget(self, now: datetime) -> Lookup:
        """Return the lookup without the answers that there are."""
        return Lookup({}, now)

    def merged(self, other: Lookup) -> Lookup:
        """Return the newer answer of the two lookups to each question, without what either has forgotten."""
        forgotten_at = max(filter(None, (self.forgotten_at, other.forgotten_at)), default=None)
        both = dict(self.answers)
        for question, answer in other.answers.items():
            if question not in both or both[question].at < answer.at:
                both[question] = answer
        if forgotten_at:
            both = {question: answer for question, answer in both.items() if answer.at > forgotten_at}
        return Lookup(both, forgotten_at)

    def kept(self, now: datetime) -> StoredLookup:
        """Return what is stored of it.

        Bounded: of the answers that count at `now` the newest are kept, as many as `MOST_LETTERS` have room for.
        """
        kept: dict[str, Answer[object]] = {}
        room, expires_at = MOST_LETTERS, self.forgotten_at + FACT if self.forgotten_at else now
        for question, answer in sorted(self.answers.items(), key=lambda entry: entry[1].at, reverse=True):
            letters, at_most = len(str(answer.said)), counts_for(question)
            if answer.fresh(now, at_most) and letters <= room:
                kept[question] = answer
                room, expires_at = room - letters, max(expires_at, answer.ends_at(at_most))
        return StoredLookup(kept, expires_at, self.forgotten_at)
