"""Which release a row means that has no barcode, or names its release by number. Pure.

A number at Discogs is one release. A catalogue number with an artist or a label is judged as a barcode is. An artist
and a title are on many releases: one is taken only when it alone fits all that the file says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.domain.identify.candidates import Candidate, contradict, unite
from engine.domain.identify.decision import Decision, silent
from engine.domain.identify.evidence import Confidence, Verdict
from engine.domain.identify.hints import HEAVY, against, compared, said
from engine.domain.identify.matching import Hints, judged, rank
from engine.domain.identify.named import Named
from engine.domain.identify.releases import Release
from engine.domain.listing.categories import medium


def decide_by_number(named: Named, release: Release, gtin: str | None, musicbrainz: Iterable[Release] = ()) -> Decision:
    """Return the decision for the release that the file names by its number at Discogs.

    `gtin` is the row's barcode, None when it has none. What speaks against the release is told and worth a look.
    """
    same = (candidate for candidate in unite([release], musicbrainz) if candidate.discogs)
    names = against(named, release)
    doubts = [f"The file says {said(named, name)}, and this release has another: worth a look." for name in names]
    elsewhere = bool(gtin and release.codes and gtin not in release.codes)
    if elsewhere:
        doubts.insert(0, "The barcode of the file is not among those of this release: worth a look.")
    confidence = Confidence.FAIR if elsewhere or HEAVY.intersection(names) else Confidence.GOOD
    source = f" It was found in the Discogs data dump of {release.dump}." if release.dump else ""
    reason = f"The file names this release by its number at Discogs, {release.id}.{source}"
    return Decision(Verdict.MATCHED, (next(same),), (reason, *doubts), confidence)


def decide_by_name(
    named: Named,
    *,
    discogs: Iterable[Release] = (),
    musicbrainz: Iterable[Release] = (),
    medium_said: str = "",
    lacking: Sequence[str] = (),
    more: bool = False,
) -> Decision:
    """Judge what the services found for a catalogue number, or for an artist and a title.

    `more` says that they know more releases than they have told.
    """
    hints = Hints(medium_said, named=named)
    found = [part for candidate in unite(discogs, musicbrainz) for part in _apart(candidate)]
    ranked = sorted(found, key=lambda candidate: (not _fits(candidate.release, hints), *rank(candidate, hints)))
    fitting = [candidate for candidate in ranked if _fits(candidate.release, hints)]
    if not ranked:
        reasons = (f"No release with {_what(named)} was found.", *silent(lacking))
        return Decision(Verdict.UNKNOWN, (), reasons, lacking=tuple(lacking))
    if named.by_catalog_number and fitting:
        decision = judged(fitting, hints, lacking)
        reasons = (f"Found by {_what(named)}.", *decision.reasons)
        return replace(decision, reasons=reasons) if decision.confidence else decision
    if len(fitting) == 1 and not more:
        reason = f"The one release that fits all that the file says: {_what(named)}. Worth a look."
        decision = judged(fitting, hints, lacking)
        return Decision(Verdict.MATCHED, tuple(ranked), (reason, *decision.reasons), Confidence.FAIR, tuple(lacking))
    reason = _undecided(named, len(fitting), more=more)
    return Decision(Verdict.AMBIGUOUS, tuple(ranked), (reason, *silent(lacking)), lacking=tuple(lacking))


def _undecided(named: Named, fitting: int, *, more: bool) -> str:
    if not fitting:
        return f"Releases were found by {_what(named)}, but none fits all that the file says: choose one."
    count = "More than one release has" if more or fitting == 1 else f"{fitting} releases have"
    return f"{count} {_what(named)}: choose one. A catalogue number, a country or a year in the file would decide."


def _apart(candidate: Candidate) -> list[Candidate]:
    """Return the two descriptions of a candidate apart where they contradict: without a barcode nothing joins them."""
    ours, theirs = candidate.discogs, candidate.musicbrainz
    if ours is None or theirs is None:
        return [candidate]
    numbers = ("".join(filter(str.isalnum, release.catalog_number.casefold())) for release in (ours, theirs))
    if contradict(ours.country, theirs.country) or contradict(*numbers):
        return [Candidate(discogs=ours), Candidate(musicbrainz=theirs)]
    return [candidate]


def _fits(release: Release, hints: Hints) -> bool:
    """Return whether a release has what names it, and nothing that the file says speaks against it."""
    named, agrees = hints.named, compared(hints.named, release)
    key = ("catalog_number",) if named.by_catalog_number else ("artist", "title")
    other_medium = bool(hints.medium) and contradict(medium(release.formats), hints.medium)
    return all(agrees.get(name) for name in key) and all(agrees.values()) and not other_medium


def _what(named: Named) -> str:
    """Return what names the release, in words."""
    names = (
        ("catalog_number", "artist" if named.artist else "label") if named.by_catalog_number else ("artist", "title")
    )
    return " and ".join(said(named, name) for name in names)
