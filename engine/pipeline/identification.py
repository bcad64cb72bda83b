"""First step: which release a row means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.domain.batch.decided import Choice
from engine.domain.batch.options import Ambiguous, Need
from engine.domain.identify import elsewhere
from engine.domain.identify.candidates import Candidate
from engine.domain.identify.decision import Decision
from engine.domain.identify.evidence import Match, Verdict
from engine.domain.identify.matching import decide, medium_named
from engine.domain.identify.naming import decide_by_name, decide_by_number
from engine.domain.identify.releases import Listing, Release
from engine.domain.identify.sufficiency import decides_alone, musicbrainz_completes
from engine.domain.listing.pricing import DISCOGS_BASES
from engine.domain.services import CONNECT_DISCOGS
from engine.errors import Cause, CredentialsRefused, ItemError, UpstreamDown, UpstreamError
from engine.pipeline.sources import Sources
from engine.pipeline.work import RowContext

T = TypeVar("T")

_COMPLETED = "The {what} are MusicBrainz': both describe the same release, and calls to Discogs were scarce."
_NOT_NEEDED = "Discogs was not asked, as this batch wants where MusicBrainz decides: genre and tracks are not known."


@dataclass(frozen=True, slots=True)
class Identified:
    """What became of the first step: the evidence, and the release, or why the row fails without one."""

    match: Match
    candidate: Candidate | None = None
    failure: ItemError | None = None


def identify(context: RowContext, sources: Sources) -> Identified:
    """Return the release that the row means, or why there is none.

    What a person chose counts, whatever the services say; it need not carry the barcode. A number at Discogs in the
    file names the release by itself; else the barcode does, without one a catalogue number, or an artist and a title.

    The offline catalogue comes first: when it knows which release it is, no service is asked, unless for a cover.
    A service that is away for long does not stop the other one, unless the row cannot be judged, or priced, without it;
    for a single outage the row waits, so that it misses nothing. Discogs is asked about the release itself only once it
    is known which one it is, and not while its quota is scarce and MusicBrainz tells the same; not at all where
    MusicBrainz decides and the batch asks Discogs only when it is needed.

    Raises:
        ItemError: the row has nothing that names a release, or a number that nobody has.
        UpstreamDown: a service that is needed does not answer.
        CredentialsRefused: a service does not accept us, and the batch is not to go on without it.
    """
    notes: list[str] = []
    if context.named_by_number:
        if found := _by_number(context, sources, notes):
            return found
        if context.row.gtin is None:
            raise ItemError(Cause.NO_MATCH, notes[0])
    offline = sources.in_catalog(context.row.gtin) if context.row.gtin else []
    if offline:
        decision = _decide(context, offline, (), ())
        if decision.chosen and not sources.needs_cover(context.row.gtin or "", decision.chosen.release):
            return Identified(decision.noting(notes).evidence(), decision.chosen)
    return _asked(context, sources, offline, notes)


def _asked(context: RowContext, sources: Sources, offline: list[Release], notes: Sequence[str]) -> Identified:
    """Return what the services say of the row; `offline` is what the catalogue knows, `notes` what is known so far."""
    away: list[UpstreamError] = []
    if gtin := context.row.gtin:
        theirs: list[Release] = _unless_away(context, away, lambda: sources.at_musicbrainz(gtin), [])
        if theirs and not offline and (alone := _without_need(context, sources, theirs)):
            return Identified(alone.noting(notes).evidence(), alone.chosen)
        ours = offline or _unless_away(context, away, lambda: sources.at_discogs(gtin, rare=not theirs), offline)
        decision = _decide(context, ours, theirs, away)
    else:
        key, named = context.key, context.row.named
        at_discogs = _unless_away(context, away, lambda: sources.named_at_discogs(key, named), Listing())
        at_other = _unless_away(context, away, lambda: sources.named_at_musicbrainz(key, named), Listing())
        more = at_discogs.more or at_other.more
        decision = _decide(context, at_discogs.releases, at_other.releases, away, more=more)
    decision = decision.noting(notes)
    _wait_for(context, away, enough=decision.chosen is not None)
    try:
        if decision.chosen is None:
            decision = _otherwise(context, sources, decision)
    except ItemError as failure:
        return Identified(decision.evidence(), failure=failure)
    if decision.chosen is None:
        undecided = _undecided(context, decision, asked_discogs=sources.discogs is not None)
        return Identified(decision.evidence(), failure=undecided)
    return _completed(context, sources, decision, decision.chosen)


def _without_need(context: RowContext, sources: Sources, theirs: Sequence[Release]) -> Decision | None:
    """Return the decision of MusicBrainz alone, where the batch asks Discogs only when it is needed; None where it is.

    It is where a person has chosen the release, or Discogs' prices count.
    """
    rule = context.options.discogs
    if rule is not Need.WHEN_NEEDED or sources.discogs is None:
        return None
    decision = _decide(context, (), theirs, ())
    if context.item.decided.choice or _priced_by_discogs(context) or not decides_alone(decision):
        return None
    return replace(decision, reasons=(*decision.reasons, _NOT_NEEDED))


def _by_number(context: RowContext, sources: Sources, notes: list[str]) -> Identified | None:
    """Return the release that the file names by its number at Discogs: one look-up, none where the catalogue has it.

    None where nobody can say which it is; `notes` then says why.
    """
    row, away = context.row, list[UpstreamError]()
    number = row.named.discogs_id
    known = sources.release_in_catalog(number)
    if known is None and sources.discogs is None:
        notes.append(f"Discogs was not asked for the release {number}: it needs a token. {CONNECT_DISCOGS}")
        return None
    if known is None:
        known = _unless_away(context, away, lambda: sources.discogs_release(context.key, number), None)
        _wait_for(context, away, enough=False)
    if known is None:
        refused = f"Discogs does not accept our token, so it was not asked for the release {number}."
        notes.append(refused if away else f"Discogs has no release with the number {number}: correct it.")
        return None
    gtin, theirs = context.barcode(known), list[Release]()
    if gtin and sources.needs_cover(gtin, known):
        theirs = _unless_away(context, away, lambda: sources.at_musicbrainz(gtin), [])
    decision = decide_by_number(row.named, known, row.gtin, theirs)
    return Identified(decision.evidence(), decision.chosen)


def _completed(context: RowContext, sources: Sources, decision: Decision, chosen: Candidate) -> Identified:
    """Return the chosen release with all that Discogs knows of it, or, while its quota is scarce, MusicBrainz."""
    known, theirs = chosen.discogs, chosen.musicbrainz
    if known is None:
        return Identified(decision.evidence(), chosen)
    if theirs and not _priced_by_discogs(context) and musicbrainz_completes(chosen, decision.confidence):
        told = sources.completed_by_musicbrainz(context.key, known, theirs)
        if told:
            what = "tracks, composers and conductors" if known.classical else "tracks"
            decision = replace(decision, reasons=(*decision.reasons, _COMPLETED.format(what=what)))
            return Identified(decision.evidence(), Candidate(known, told))
    late: list[UpstreamError] = []
    whole = _unless_away(context, late, lambda: sources.whole(context.key, known), known)
    _wait_for(context, late, enough=chosen.musicbrainz is not None)
    if late:
        decision = decision.lacking_too(error.service for error in late)
    return Identified(decision.evidence(), Candidate(whole, chosen.musicbrainz))


def without_discogs(context: RowContext, error: UpstreamError) -> bool:
    """Whether the batch is to go on although Discogs does not accept our credentials."""
    refused = isinstance(error, CredentialsRefused) and error.service == "discogs"
    return refused and context.options.discogs is Need.OPTIONAL


def _unless_away(context: RowContext, away: list[UpstreamError], ask: Callable[[], T], otherwise: T) -> T:
    """Return what a service says; when it is away, `otherwise`, and the reason is kept in `away`."""
    try:
        return ask()
    except UpstreamError as error:
        if not (isinstance(error, UpstreamDown) and error.for_long) and not without_discogs(context, error):
            raise
        away.append(error)
        return otherwise


def _decide(
    context: RowContext,
    ours: Sequence[Release],
    theirs: Sequence[Release],
    away: Sequence[UpstreamError],
    *,
    more: bool = False,
) -> Decision:
    """Return what follows from the services' answers, or for which of their releases a person decided, or for none."""
    row, lacking, medium = context.row, [error.service for error in away], medium_named(context.row.cells)
    if row.gtin:
        named = row.named
        decision = decide(row.gtin, discogs=ours, musicbrainz=theirs, medium_said=medium, named=named, lacking=lacking)
    else:
        decision = decide_by_name(
            row.named, discogs=ours, musicbrainz=theirs, medium_said=medium, lacking=lacking, more=more
        )
    choice = context.item.decided.choice
    if choice is None:
        return decision
    found = decision.candidate(choice.numbers.values())
    return decision.choose(found, f"Chosen by {choice.signed}.") if found else replace(decision, confidence=None)


def _otherwise(context: RowContext, sources: Sources, decision: Decision) -> Decision:
    """Return what is decided when nothing found is the release: the one a person named, or the best of several.

    Raises:
        ItemError: what was named is not there.
    """
    if choice := context.item.decided.choice:
        named = _named(context, sources, choice, decision.lacking)
        return decision.choose(named, f"Chosen by {choice.signed}.")
    by_words_alone = not (context.row.gtin or context.row.named.by_catalog_number)
    best = context.options.ambiguous is Ambiguous.BEST and not by_words_alone
    if decision.verdict == Verdict.AMBIGUOUS and best:
        return decision.best("The best of them was taken, as this batch asks: worth a look.")
    return decision


def _named(context: RowContext, sources: Sources, choice: Choice, lacking: Sequence[str]) -> Candidate:
    """Return the release that a person named by its number, as the services know it.

    Raises:
        ItemError: none of them has it.
    """
    ours, theirs = choice.discogs_id, choice.musicbrainz_id
    if sources.discogs is None or "discogs" in lacking:
        ours = None
    found = Candidate(
        sources.discogs_release(context.key, ours) if ours else None,
        sources.musicbrainz_release(context.key, theirs) if theirs else None,
    )
    if not found.numbers:
        named = " and ".join(f"{name} {number}" for name, number in choice.numbers.items())
        raise ItemError(Cause.NO_MATCH, f"The release that was chosen ({named}) could not be found: choose another.")
    return found


def _wait_for(context: RowContext, away: Sequence[UpstreamError], *, enough: bool) -> None:
    """Raise what keeps a service from answering that the row needs; what the others say may be `enough`."""
    for error in away:
        needed = not enough or (error.service == "discogs" and _priced_by_discogs(context))
        if needed and isinstance(error, UpstreamDown):
            raise error


def _priced_by_discogs(context: RowContext) -> bool:
    """Whether Discogs' prices count for the row."""
    stated = context.edits.price_cents or context.row.price_cents
    return stated is None and context.options.price_rule.basis in DISCOGS_BASES


def _undecided(context: RowContext, decision: Decision, *, asked_discogs: bool) -> ItemError:
    if decision.verdict == Verdict.AMBIGUOUS:
        return ItemError(Cause.AMBIGUOUS, decision.reasons[0])
    what = "with this barcode" if context.row.gtin else f"that the file calls {context.row.named.text}"
    if not asked_discogs:
        why = f"Discogs was not asked: it needs a token. {CONNECT_DISCOGS}"
    elif "discogs" in decision.lacking:
        why = "Discogs does not accept our token."
    else:
        unknown = f"Neither Discogs nor MusicBrainz knows a release {what}."
        other = elsewhere.sentence(context.row.gtin) if context.row.gtin else ""
        return ItemError(Cause.NO_MATCH, " ".join(filter(None, (unknown, other))))
    return ItemError(Cause.NO_MATCH, f"MusicBrainz knows no release {what}. {why}")
