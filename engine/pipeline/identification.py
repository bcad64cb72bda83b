"""First step: which release the barcode of a row means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from engine.domain.candidates import Candidate
from engine.domain.decisions import signed
from engine.domain.matching import Decision, Verdict, decide, medium_named
from engine.domain.options import Ambiguous, Need
from engine.domain.pricing import DISCOGS_BASES
from engine.domain.releases import Release
from engine.errors import Cause, CredentialsRefused, ItemError, UpstreamDown, UpstreamError
from engine.pipeline.sources import Sources
from engine.pipeline.work import Work

T = TypeVar("T")
_SERVICES = {"discogs_id": "Discogs", "musicbrainz_id": "MusicBrainz"}


def identify(work: Work, sources: Sources) -> Candidate:
    """Return the release that the row's barcode means; the evidence is in `work.item.match` whatever comes of it.

    What a person chose counts, whatever the services say; it need not carry the barcode.

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
    if offline and not sources.covers and (found := _settled(work, _decide(work, offline, (), ())).chosen):
        return _taken(work, found)
    away: list[UpstreamError] = []
    theirs: list[Release] = _unless_away(work, away, lambda: sources.at_musicbrainz(gtin), [])
    ours: list[Release] = offline or _unless_away(work, away, lambda: sources.at_discogs(gtin), [])
    decision = _settled(work, _decide(work, ours, theirs, away))
    _wait_for(work, away, enough=decision.chosen is not None)
    if decision.chosen is None:
        decision = _otherwise(work, sources, decision)
    chosen = decision.chosen
    if chosen is None:
        raise _undecided(decision, asked_discogs=sources.discogs is not None)
    if known := chosen.discogs:
        late: list[UpstreamError] = []
        whole = _unless_away(work, late, lambda: sources.whole(gtin, known), known)
        _wait_for(work, late, enough=chosen.musicbrainz is not None)
        chosen = Candidate(whole, chosen.musicbrainz)
        if late:
            _record(work, decision.lacking_too(error.service for error in late))
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
    return _record(work, decision)


def _record(work: Work, decision: Decision) -> Decision:
    work.item = replace(work.item, match=decision.document())
    return decision


def _settled(work: Work, decision: Decision) -> Decision:
    """Return the decision that a person made, if he did: for one of the candidates, or for none of them."""
    choice = work.item.decided.get("choice")
    if choice is None:
        return decision
    found = decision.candidate(choice)
    if found is None:
        return _record(work, replace(decision, confidence=None))
    return _record(work, decision.choose(found, f"Chosen by {signed(choice)}."))


def _otherwise(work: Work, sources: Sources, decision: Decision) -> Decision:
    """Return what is decided when nothing found is the release: the one a person named, or the best of several."""
    if choice := work.item.decided.get("choice"):
        return _record(work, decision.choose(_named(work, sources, choice), f"Chosen by {signed(choice)}."))
    if decision.verdict is Verdict.AMBIGUOUS and work.options.ambiguous is Ambiguous.BEST:
        return _record(work, decision.best("The best of them was taken, as this batch asks: worth a look."))
    return decision


def _named(work: Work, sources: Sources, choice: Mapping[str, str]) -> Candidate:
    """Return the release that a person named by its number, as the services know it.

    Raises:
        ItemError: none of them has it.
    """
    ours, theirs = choice.get("discogs_id"), choice.get("musicbrainz_id")
    if sources.discogs is None or "discogs" in work.item.match["lacking"]:
        ours = None
    found = Candidate(
        sources.discogs_release(work.gtin, ours) if ours else None,
        sources.musicbrainz_release(work.gtin, theirs) if theirs else None,
    )
    if not found.numbers:
        named = " and ".join(f"{_SERVICES[name]} {choice[name]}" for name in _SERVICES if name in choice)
        raise ItemError(Cause.NO_MATCH, f"The release that was chosen ({named}) could not be found: choose another.")
    return found


def _wait_for(work: Work, away: Sequence[UpstreamError], *, enough: bool) -> None:
    """Raise what keeps a service from answering that the row needs; what the others say may be `enough`."""
    stated = work.edits.price_cents or work.row.price_cents
    priced_by_discogs = stated is None and work.options.price_rule.basis in DISCOGS_BASES
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
