"""What the services have said of one barcode, how long that counts, and how much of it is kept. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self

FACT = timedelta(days=30)
NOTHING = timedelta(days=1)
PRICE = timedelta(days=1)
MOST_LETTERS = 300_000  # of all answers about one barcode; in any script well below the 1 MiB of a document


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said, as JSON types, and when; [] and None mean that it has nothing. An outage is no answer."""

    at: datetime
    said: Any

    def fresh(self, now: datetime, at_most: timedelta = FACT) -> bool:
        """Whether it still counts where an answer may be `at_most` old; one that says "nothing" counts for a day."""
        return now - self.at < (at_most if self.said else min(at_most, NOTHING))

    @property
    def ends_at(self) -> datetime:
        """Return when it counts nowhere any more."""
        return self.at + (FACT if self.said else NOTHING)


@dataclass(frozen=True, slots=True)
class Lookup:
    """The answers about one barcode by their question, stored as `lookups/{gtin14}`.

    A question names a service and what it was asked: `musicbrainz`, `discogs`, `discogs/releases/21`.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)

    def answer(self, question: str, now: datetime, at_most: timedelta = FACT) -> Answer | None:
        """Return what was said to `question`, None when nothing was, or too long ago."""
        answer = self.answers.get(question)
        return answer if answer and answer.fresh(now, at_most) else None

    def heard(self, question: str, answer: Answer) -> Lookup:
        """Return the lookup with one more answer; the one there was to that question goes."""
        return replace(self, answers={**self.answers, question: answer})

    def merged(self, other: Lookup) -> Lookup:
        """Return the newer answer of the two lookups to each question."""
        both = dict(self.answers)
        for question, answer in other.answers.items():
            if question not in both or both[question].at < answer.at:
                both[question] = answer
        return Lookup(both)

    def document(self, now: datetime) -> dict[str, Any]:
        """Return the stored form, with `expires_at`, when the store may drop it.

        Bounded: of the answers that count at `now` the newest are kept, as many as `MOST_LETTERS` have room for.
        """
        kept: dict[str, Any] = {}
        room, expires_at = MOST_LETTERS, now
        for question, answer in sorted(self.answers.items(), key=lambda entry: entry[1].at, reverse=True):
            letters = len(str(answer.said))
            if answer.fresh(now) and letters <= room:
                kept[question] = {"at": answer.at, "said": answer.said}
                room, expires_at = room - letters, max(expires_at, answer.ends_at)
        return {"answers": kept, "expires_at": expires_at}

    @classmethod
    def from_document(cls, fields: Mapping[str, Any]) -> Self:
        """Return the lookup that `document` wrote."""
        return cls({question: Answer(**answer) for question, answer in fields["answers"].items()})
