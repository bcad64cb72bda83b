"""What was decided of a row, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.domain.identify.candidates import Candidate
from engine.domain.identify.evidence import Confidence, Match, Verdict

MAX_CANDIDATES = 10
NAMES = {"discogs": "Discogs", "musicbrainz": "MusicBrainz"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a barcode, and why.

    `candidates` are all that carry it, the best first. `reasons` are sentences; for an ambiguous barcode the first says
    what the best differ in. `confidence` is None unless it matched, or the best of several was taken.
    `lacking` names the services that gave no answer.
    """

    verdict: Verdict
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]
    confidence: Confidence | None = None
    lacking: tuple[str, ...] = ()

    @property
    def chosen(self) -> Candidate | None:
        """Return the release to draft, None when there is none."""
        return self.candidates[0] if self.confidence else None

    def candidate(self, numbers: Iterable[str]) -> Candidate | None:
        """Return the candidate that has one of `numbers` at Discogs or MusicBrainz, None when none has."""
        wanted = set(numbers)
        return next((found for found in self.candidates if wanted & set(found.numbers)), None)

    def lacking_too(self, services: Iterable[str]) -> Decision:
        """Return the decision with services that gave no answer in the end."""
        late = tuple(services)
        return replace(self, lacking=(*self.lacking, *late), reasons=(*self.reasons, *silent(late)))

    def choose(self, candidate: Candidate, reason: str) -> Decision:
        """Return the decision of a person for `candidate`, whatever was judged; they have seen the others."""
        others = tuple(other for other in self.candidates if other != candidate)
        reasons = (reason, *self.reasons)
        return replace(
            self,
            verdict=Verdict.MATCHED,
            candidates=(candidate, *others),
            reasons=reasons,
            confidence=Confidence.CHOSEN,
        )

    def noting(self, notes: Sequence[str]) -> Decision:
        """Return the decision with what became known before it, which makes a match worth a look."""
        if not notes:
            return self
        confidence = Confidence.FAIR if self.confidence else None
        return replace(self, reasons=(*self.reasons, *notes), confidence=confidence)

    def best(self, reason: str) -> Decision:
        """Return an ambiguous decision for its best candidate: worth a look."""
        return replace(self, reasons=(*self.reasons, reason), confidence=Confidence.FAIR)

    def evidence(self) -> Match:
        """Return what is stored of the decision."""
        return Match(
            verdict=self.verdict,
            confidence=self.confidence,
            reasons=self.reasons,
            lacking=self.lacking,
            found=len(self.candidates),
            candidates=tuple(candidate.summary for candidate in self.candidates[:MAX_CANDIDATES]),
        )


def silent(services: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence about each service that gave no answer."""
    return tuple(f"{NAMES.get(service, service)} gave no answer." for service in services)
