"""First step: which release the barcode of a row means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from engine.domain.candidates import Candidate
from engine.domain.matching import Decision, Verdict, decide, medium_named
from engine.domain.options import Need
from engine.domain.pricing import PriceBasis
from engine.domain.releases import Release
from engine.errors import Cause, CredentialsRefused, ItemError, UpstreamDown, UpstreamError
from engine.pipeline.sources import Sources
from engine.pipeline.work import Work

T = TypeVar("T")


def identify(work: Work, sources: Sources) -> Candidate:
    """Return the release that the row's barcode means; the evidence is in `work.item.match` whatever comes of it.

    The offline catalogue comes first: when it knows which release it is, no service is asked, unless for a cover.
    A service that is away for long does not stop the other one, unless the row cannot be judged, or priced, without it;
    for a single outage the row waits, so that it misses nothing. Discogs is asked about the release itself only once it
    is known which one it is.

    Raises:
        ItemError: no release carries the barcode, or several do that a buyer could tell apart.
        UpstreamDown: a service that is needed does not answer.
        CredentialsRefused: a service does not accept us, and the batch is not to go on without it.
    """
    gtin = work.gtin
    offline = sources.in_catalog(gtin)
    if offline and not sources.covers and (found := _decide(work, offline, (), ()).chosen):
        return _taken(work, found)
    away: list[UpstreamError] = []
    theirs: list[Release] = _unless_away(work, away, lambda: sources.at_musicbrainz(gtin), [])
    ours: list[Release] = offline or _unless_away(work, away, lambda: sources.at_discogs(gtin), [])
    decision = _decide(work, ours, theirs, away)
    chosen = decision.chosen
    _wait_for(work, away, enough=chosen is not None)
    if chosen is None:
        raise _undecided(decision, asked_discogs=sources.discogs is not None)
    if known := chosen.discogs:
        late: list[UpstreamError] = []
        whole = _unless_away(work, late, lambda: sources.whole(gtin, known), known)
        _wait_for(work, late, enough=chosen.musicbrainz is not None)
        chosen = Candidate(whole, chosen.musicbrainz)
        if late:
            _decide(work, ours, theirs, [*away, *late])
    return _taken(work, chosen)


def _taken(work: Work, chosen: Candidate) -> Candidate:
    """Return the candidate, recorded as the release of the row."""
    work.item = replace(work.item, release=chosen.document())
    return chosen


def without_discogs(work: Work, error: UpstreamError) -> bool:
    """Whether the batch is to go on although Discogs does not accept our credentials."""
    refused = isinstance(error, CredentialsRefused) and error.service == "discogs"
    return refused and work.options.discogs is Need.OPTIONAL


def _unless_away(work: Work, away: list[UpstreamError], ask: Callable[[], T], otherwise: T) -> T:
    """Return what a service says; when it is away, `otherwise`, and the reason is kept in `away`."""
    try:
        return ask()
    except UpstreamError as error:
        if not (isinstance(error, UpstreamDown) and error.for_long) and not without_discogs(work, error):
            raise
        away.append(error)
        return otherwise


def _decide(work: Work, ours: Sequence[Release], theirs: Sequence[Release], away: Sequence[UpstreamError]) -> Decision:
    decision = decide(
        work.gtin,
        discogs=ours,
        musicbrainz=theirs,
        medium_said=medium_named(work.row.cells),
        lacking=[error.service for error in away],
    )
    work.item = replace(work.item, match=decision.document())
    return decision


def _wait_for(work: Work, away: Sequence[UpstreamError], *, enough: bool) -> None:
    """Raise what keeps a service from answering that the row needs; what the others say may be `enough`."""
    priced_by_discogs = work.row.price_cents is None and work.options.price_rule.basis is PriceBasis.DISCOGS_LOWEST
    for error in away:
        needed = not enough or (error.service == "discogs" and priced_by_discogs)
        if needed and isinstance(error, UpstreamDown):
            raise error


def _undecided(decision: Decision, *, asked_discogs: bool) -> ItemError:
    if decision.verdict is Verdict.AMBIGUOUS:
        return ItemError(Cause.AMBIGUOUS, decision.reasons[0])
    if not asked_discogs:
        why = "Discogs was not asked: it needs a token (DISCOGS_TOKEN)."
    elif "discogs" in decision.lacking:
        why = "Discogs does not accept our token (DISCOGS_TOKEN)."
    else:
        return ItemError(Cause.NO_MATCH, "Neither Discogs nor MusicBrainz knows a release with this barcode.")
    return ItemError(Cause.NO_MATCH, f"MusicBrainz knows no release with this barcode. {why}")
