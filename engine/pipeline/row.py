"""The pipeline of one row: identify, picture, price, draft."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from engine.catalog.file import Catalog
from engine.domain.selling import SellingTerms
from engine.errors import Cause, ItemError, RequestRefused
from engine.pipeline.draft import make_draft, remove_draft
from engine.pipeline.identification import identify
from engine.pipeline.lookups import Lookups
from engine.pipeline.photos import Photos
from engine.pipeline.picture import find_picture
from engine.pipeline.price import set_price
from engine.pipeline.rules import Rules
from engine.pipeline.sources import Sources
from engine.pipeline.work import Step, Work
from engine.upstream.asking import asking
from engine.upstream.coverart import CoverArt
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.musicbrainz import MusicBrainz


class RowPipeline:
    """Runs rows against the services; holds nothing of a row, so threads may share it.

    `discogs` is None without a token, `ebay` while no seller is connected. `terms` are the seller's, for every draft.
    `catalog`, `covers` and `photos` are as in `Sources`. `rules` are eBay's of its categories; without
    them the table of this program counts.
    """

    def __init__(
        self,
        *,
        lookups: Lookups,
        musicbrainz: MusicBrainz,
        coverart: CoverArt,
        discogs: Discogs | None,
        ebay: Ebay | None,
        terms: SellingTerms | None = None,
        catalog: Catalog | None = None,
        covers: bool = False,
        photos: Photos,
        rules: Rules | None = None,
    ) -> None:
        self._lookups = lookups
        self._sources = Sources(
            lookups,
            musicbrainz=musicbrainz,
            coverart=coverart,
            discogs=discogs,
            ebay=ebay,
            catalog=catalog,
            covers=covers,
            photos=photos,
        )
        self._ebay = ebay
        self._rules = rules
        self._terms = terms or SellingTerms()

    def foresee(self, gtins: Sequence[str]) -> None:
        """Hear which rows come next, as `Pipeline.foresee` says."""
        self._lookups.foresee(gtins)

    def run(self, work: Work) -> None:
        """Bring `work.item` to its outcome, as `Pipeline.run` says; a refusal of this row's data fails the row."""
        with _for_row(work):
            self._steps(work)

    def unchangeable(self, work: Work, sku: str) -> str:
        """Return why the draft of a row cannot be changed, as `Pipeline.unchangeable` says."""
        if self._ebay is None:
            return "eBay is not connected"
        with _for_row(work):
            offers = self._ebay.offers(sku)
        if any(offer.status == "PUBLISHED" for offer in offers):
            return "it is a live listing at eBay by now"
        return "" if offers else "it is no longer at eBay"

    def _steps(self, work: Work) -> None:
        if work.item.decided.get("removed"):
            work.step = Step.DRAFT
            remove_draft(work, self._ebay)
            return
        try:
            work.step = Step.IDENTIFY
            candidate = identify(work, self._sources)
            work.step = Step.PICTURE
            image_url = find_picture(work, self._sources, candidate)
            work.step = Step.PRICE
            price = set_price(work, candidate, self._sources)
        finally:
            self._lookups.keep(work.gtin)
        work.step = Step.DRAFT
        known = self._rules.known if self._rules else {}
        make_draft(work, candidate, price, image_url, self._ebay, self._terms, known)


@contextmanager
def _for_row(work: Work) -> Iterator[None]:
    """Ask services for a row; what one refuses of its data fails the row."""
    try:
        with asking(work):
            yield
    except RequestRefused as refusal:
        raise ItemError(Cause.DEFECT if refusal.defect else Cause.REFUSED, str(refusal)) from refusal
