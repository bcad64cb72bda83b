"""What the services said of barcodes and is kept, as a person may have it forgotten: the services are asked anew."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.clock import Clock
from engine.codec import decode, encode
from engine.domain.identify import barcodes
from engine.domain.identify.candidates import Candidate
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.identify.lookups import Lookup, about_musicbrainz
from engine.domain.identify.releases import Release
from engine.domain.services import NAMES
from engine.errors import BadRequest
from engine.pipeline.stored_lookups import LOOKUPS, stored_lookup
from engine.store.base import Put, Store

_KEY = re.compile(r"discogs-[1-9][0-9]*|named-[0-9a-f]{24}")
MOST_FORGOTTEN = 200  # barcodes at once
_NAMES = {str(service): name for service, name in NAMES.items()}


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was kept of one barcode: when each service last answered a question, by the name of the question."""

    gtin: str
    answers: Mapping[str, datetime]

    @property
    def upc(self) -> str:
        """Return the barcode as people write it."""
        return barcodes.display(self.gtin)

    @property
    def sentence(self) -> str:
        """Return what was forgotten, by service."""
        if not self.answers:
            return f"{self.upc}: no answer was kept."
        counts = Counter(question.partition("/")[0] for question in sorted(self.answers))
        services = ", ".join(f"{_NAMES.get(service, service)} {count}" for service, count in counts.items())
        total = counts.total()
        oldest = min(self.answers.values())
        return f"{self.upc}: {total} answer{'s' if total > 1 else ''} forgotten ({services}), since {oldest:%Y-%m-%d}."


class KeptAnswers:
    """The answers in `lookups/{gtin14}`.

    A worker that has them in memory drops them when it runs a row of that barcode again, and at the latest a minute
    later for any other row. Only a row in hand at that moment may still use them. What the catalogue says stays.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def release(self, key: str, known: ReleaseSummary) -> Release | None:
        """Return the release of a row, with its tracks, as the services last described it.

        Discogs' line of a search is completed by MusicBrainz. None where nothing is kept, or only what is too old to be
        shown. `key` is what the row is known by.

        Raises:
            StoreAway: the store does not answer.
        """
        lookup = stored_lookup(self._store.get(f"{LOOKUPS}/{key}")[0])
        if known.discogs_id and (ours := self._described(lookup, f"discogs/releases/{known.discogs_id}")):
            return ours
        number = known.musicbrainz_id or ""
        answers = (self._described(lookup, about_musicbrainz(number, credited=said)) for said in (True, False))
        theirs = next(filter(None, answers), None)
        found = lookup.answer("discogs", self._clock.now())
        lines = decode(list[Release], found.said) if found and theirs else []
        line = next((line for line in lines if line.id == known.discogs_id), None)
        return Candidate(line, theirs).release if theirs else None

    def _described(self, lookup: Lookup, question: str) -> Release | None:
        """Return the release that was the answer to a question, None where that is not kept."""
        answer = lookup.answer(question, self._clock.now())
        return decode(Release, answer.said) if answer and answer.said else None

    def forget(self, upcs: Sequence[str]) -> list[Forgotten]:
        """Forget what the services said of barcodes, all of them or none, and return what that was.

        Raises:
            BadRequest: none, more than `MOST_FORGOTTEN`, or one that is no barcode.
            StoreAway: the store does not answer.
        """
        gtins = list(dict.fromkeys(map(_gtin, upcs)))
        if not 0 < len(gtins) <= MOST_FORGOTTEN:
            raise BadRequest(f"Name 1 to {MOST_FORGOTTEN} barcodes, not {len(gtins)}")
        paths = [f"{LOOKUPS}/{gtin}" for gtin in gtins]
        known = [stored_lookup(document) for document in self._store.get(*paths)]
        now = self._clock.now()
        self._store.commit(
            *(Put(path, encode(one.forget(now).kept(now))) for path, one in zip(paths, known, strict=True))
        )
        return [
            Forgotten(gtin, {question: answer.at for question, answer in one.answers.items()})
            for gtin, one in zip(gtins, known, strict=True)
        ]


def _gtin(upc: str) -> str:
    """Return the GTIN-14 that a person wrote in any spelling; what else a row is known by stays as it is."""
    if _KEY.fullmatch(upc):
        return upc
    barcode = barcodes.read(upc)
    if barcode.gtin is None:
        raise BadRequest(f"{upc}: {barcode.problem}")
    return barcode.gtin
