"""What the rows of a file cost in calls, with and without the catalogue. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from engine.domain.batch.options import Duplicates, Options
from engine.domain.batch.rows import Row
from engine.domain.services import Service
from engine.quota.forecast import SEARCH

COVER_CALLS = 3.4  # of four releases in five the list by way of two redirects and where the largest lies, else one


@dataclass(frozen=True, slots=True)
class RowCost:
    """What one row asks for, in this order: MusicBrainz with others where it is `searched`, then `calls` of its own.

    `gtin` is "" for a row without a barcode, whose search is its own. A row that is `drafted` is sent to eBay.
    """

    gtin: str = ""
    searched: bool = False
    calls: Mapping[Service, int] = field(default_factory=dict)
    drafted: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides the cost of a row beside the row: `calls` that a row costs by experience, and what is known already.

    `known` are the keys of rows that need no search: the catalogue knows their release, or the services said it lately.
    """

    options: Options
    calls: Mapping[Service, float]
    known: Collection[str] = ()
    ebay: bool = True


def costs(rows: Sequence[Row], at: Circumstances) -> list[RowCost]:
    """Return what each row costs; one that names nothing costs nothing, a repeated one no look-up."""
    asked, made = 0, []
    for row in rows:
        again = row.repeat_of is not None
        if row.key is None or (again and at.options.duplicates is Duplicates.QUANTITY):
            made.append(RowCost())
            continue
        drafted = at.ebay and at.options.create_drafts and not at.options.test_mode
        if again or row.key in at.known:
            made.append(RowCost(drafted=drafted))
            continue
        made.append(_looked_up(row, at, asked, drafted=drafted))
        asked += 1
    return made


def _looked_up(row: Row, at: Circumstances, asked: int, *, drafted: bool) -> RowCost:
    """Return the cost of a row that is looked up, `asked` others before it; parts of calls add up to whole ones."""
    numbered = bool(row.named.discogs_id) and Service.DISCOGS in at.calls
    each = dict(at.calls) | ({Service.DISCOGS: 1.0} if numbered else {})
    tracks = each.pop(Service.MUSICBRAINZ, 0.0) - SEARCH
    searched = tracks >= 0.0 and not numbered
    if searched:
        each |= {Service.MUSICBRAINZ: tracks, Service.COVERART: COVER_CALLS}
    calls = {service: int((asked + 1) * one) - int(asked * one) for service, one in each.items()}
    return RowCost(row.gtin or "", searched, {service: count for service, count in calls.items() if count}, drafted)
