"""Templates of the listing's text, shown with the newest drafts before they are saved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engine.batches.drafts import Drafts
from engine.batches.queries import Queries
from engine.domain.batch.draft_index import DraftRecord
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.identify.releases import Format, Release
from engine.domain.listing import titles
from engine.domain.listing.composition import Copy, said_of
from engine.domain.listing.description import preview
from engine.domain.listing.description.preview import SAMPLES, Example, Preview
from engine.domain.listing.description.texts import ListingTexts

MOST = 3


class Previews:
    """What templates make of real drafts.

    `described` returns the release of a row by its key with all that a service said of it, None where that is not kept.
    """

    def __init__(
        self, drafts: Drafts, queries: Queries, described: Callable[[str, ReleaseSummary], Release | None]
    ) -> None:
        self._drafts = drafts
        self._queries = queries
        self._described = described

    def examples(self) -> Sequence[Example]:
        """Return the copies of the newest drafts, made-up ones where there is no draft yet.

        What is not kept of a release any more, such as its tracks, is left out.

        Raises:
            StoreAway: the store does not answer.
        """
        found = (self._example(draft) for draft in self._drafts.page(limit=MOST))
        return tuple(filter(None, found)) or SAMPLES

    def real(self, examples: Sequence[Example]) -> bool:
        """Whether examples are of drafts that were made."""
        return examples != SAMPLES

    def of(self, template: str, texts: ListingTexts, examples: Sequence[Example]) -> Sequence[Preview]:
        """Return what a template that has no problem makes of each example, our own text where it is empty."""
        return preview.previews(template, texts, examples)

    def titles(self, templates: Mapping[str, str], examples: Sequence[Example]) -> Sequence[str]:
        """Return the title that templates without a problem make of each example."""
        return [titles.title(one.release, one.gtin, own=one.own, templates=templates) for one in examples]

    def title_problem(self, templates: Mapping[str, str]) -> str:
        """Return what is wrong with templates of titles by kind of medium, "" when nothing is."""
        return titles.problems(templates)

    def problem(self, template: str, texts: ListingTexts) -> str:
        """Return what is wrong with a template and texts, with the line, "" when nothing is."""
        return preview.problem(template, texts)

    def _example(self, draft: DraftRecord) -> Example | None:
        """Return the copy of a draft, None where its row is gone."""
        item = next(iter(self._queries.items_at(draft.job_id, [draft.index])), None)
        if item is None or not item.release:
            return None
        release = self._described(item.key, item.release) or _known(item.release)
        made, gtin = item.draft, item.gtin or item.draft.upc.zfill(14)
        copy = Copy(made.sku, gtin, made.grade, note=made.note, own=made.grading)
        noted, paragraph = bool(made.condition_description), item.decided.edits.paragraph or ""
        said = said_of(copy, noted=noted, paragraph=paragraph)
        return Example(release, gtin, said, item.release.sources, made.grading)


def _known(summary: ReleaseSummary) -> Release:
    """Return what is stored of a release with its row."""
    return Release(
        "discogs" if summary.discogs_id else "musicbrainz",
        summary.discogs_id or summary.musicbrainz_id or "",
        summary.artist,
        summary.title,
        released=summary.released or str(summary.year or ""),
        country=summary.country,
        label=summary.label,
        catalog_number=summary.catalog_number,
        formats=(Format(summary.format, descriptions=summary.format_descriptions),) if summary.format else (),
        genres=summary.genres,
        styles=summary.styles,
    )
