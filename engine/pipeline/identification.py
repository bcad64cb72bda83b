"""First step: which release the barcode of a row means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.domain.candidates import Candidate
from engine.domain.matching import Decision, Verdict, decide, medium_named
from engine.domain.pricing import PriceBasis
from engine.domain.releases import Release
from engine.errors import Cause, ItemError, UpstreamDown
from engine.pipeline.work import Work
from engine.upstream.discogs import Discogs
from engine.upstream.musicbrainz import MusicBrainz


def identify(work: Work, musicbrainz: MusicBrainz, discogs: Discogs | None) -> Candidate:
    """Return the release that the row's barcode means; the evidence is in `work.item.match` whatever comes of it.

    A service that is down does not stop the other one, unless the row cannot be judged, or priced, without it.
    `discogs` is None when there is no token for its search.

    Raises:
        ItemError: no release carries the barcode, or several do that a buyer could tell apart.
        UpstreamDown: a service that is needed does not answer.
        CredentialsRefused: a service does not accept us.
    """
    gtin = work.row.gtin
    if gtin is None:
        raise ItemError(Cause.INVALID_BARCODE, work.row.problem)
    away: list[UpstreamDown] = []
    theirs = _found(lambda: musicbrainz.search([gtin])[gtin], away)
    ours = _found(lambda: discogs.search(gtin), away) if discogs else []
    decision = decide(
        gtin,
        discogs=ours,
        musicbrainz=theirs,
        medium_said=medium_named(work.row.cells),
        lacking=[outage.service for outage in away],
    )
    work.item = replace(work.item, match=decision.document())
    for outage in away:
        if decision.chosen is None or (outage.service == "discogs" and _priced_by_discogs(work)):
            raise outage
    if decision.chosen is None:
        raise _undecided(decision, asked_discogs=discogs is not None)
    chosen = _complete(decision.chosen, musicbrainz, discogs)
    work.item = replace(work.item, release=chosen.document())
    return chosen


def _found(search: Callable[[], list[Release]], away: list[UpstreamDown]) -> list[Release]:
    """Return what a service found; when it is down, nothing, and the outage is kept in `away`."""
    try:
        return search()
    except UpstreamDown as outage:
        away.append(outage)
        return []


def _priced_by_discogs(work: Work) -> bool:
    return work.row.price_cents is None and work.options.price_rule.basis is PriceBasis.DISCOGS_LOWEST


def _undecided(decision: Decision, *, asked_discogs: bool) -> ItemError:
    if decision.verdict is Verdict.AMBIGUOUS:
        return ItemError(Cause.AMBIGUOUS, decision.reasons[0])
    if asked_discogs:
        return ItemError(Cause.NO_MATCH, "Neither Discogs nor MusicBrainz knows a release with this barcode.")
    reason = "MusicBrainz knows no release with this barcode. Discogs was not asked: it needs a token (DISCOGS_TOKEN)."
    return ItemError(Cause.NO_MATCH, reason)


def _complete(chosen: Candidate, musicbrainz: MusicBrainz, discogs: Discogs | None) -> Candidate:
    """Return the candidate with all that Discogs knows of it, and MusicBrainz' tracks where Discogs has none."""
    ours, theirs = chosen.discogs, chosen.musicbrainz
    if ours and discogs:
        ours = discogs.release(ours.id) or ours
    if theirs and not (ours and ours.tracks):
        theirs = musicbrainz.release(theirs.id) or theirs
    return Candidate(ours, theirs)
