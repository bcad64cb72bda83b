"""The services as rows ask them: what was answered once, to whomever, is not asked again while it counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from engine.catalog.covers import KnownCover
from engine.catalog.file import CurrentCatalog
from engine.codec import decode
from engine.domain.identify.lookups import DIRECT, Answer, about_musicbrainz
from engine.domain.identify.named import Named
from engine.domain.identify.releases import Listing, Release
from engine.domain.identify.sufficiency import completes
from engine.domain.listing.market_prices import SuggestedPrice
from engine.domain.services import Service
from engine.errors import UpstreamError
from engine.log import get_logger
from engine.pipeline.links import Links
from engine.pipeline.lookups import Lookups, Question
from engine.pipeline.photos import Found, Photos
from engine.upstream.caller import UNATTENDED, Caller, CallerBound
from engine.upstream.coverart import CoverArt, Fronts
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.musicbrainz import MusicBrainz, one_search

log = get_logger(__name__)

T = TypeVar("T")

SCARCE = 0.75  # of Discogs' quota: while less of it is free, the rest is for searches, which nobody else can answer


@dataclass(frozen=True, slots=True)
class CoverSearch:
    """How covers are looked for: in an `archive`, which has them by MusicBrainz' number only.

    `of_catalog` says that MusicBrainz is asked although the catalogue knows a release; not where its dump tells the
    number. `links` finds out numbers by links to Discogs, beside the rows; None where nobody does.
    """

    archive: CoverArt
    of_catalog: bool = False
    links: Links | None = None


class Sources(CallerBound):
    """Facts and prices of one barcode; `discogs` is None without a token, `ebay` while no seller is connected.

    `catalog` is the offline catalogue, None without one; `photos` looks for the operator's own. `free_share` says which
    share of its quota a service would grant now, from 0 to 1.

    Every method raises what `Lookups.ask` raises.
    """

    def __init__(
        self,
        lookups: Lookups,
        *,
        musicbrainz: MusicBrainz,
        discogs: Discogs | None,
        ebay: Ebay | None,
        covers: CoverSearch,
        catalog: CurrentCatalog | None = None,
        photos: Photos,
        free_share: Callable[[Service], float] = lambda _service: 1.0,
    ) -> None:
        self._photos = photos
        self._lookups = lookups
        self._catalog = catalog
        self._covers = covers
        self._free_share = free_share
        self.discogs = discogs
        self.ebay = ebay
        self._musicbrainz = musicbrainz
        self._coverart = covers.archive
        self._caller: Caller = UNATTENDED

    def foresee(self, gtins: Sequence[str]) -> None:
        """Take in which barcodes are asked about next, in their order."""
        self._lookups.foresee(gtins)

    def begin(self, gtin: str, *, again: bool) -> None:
        """Hear that a row begins, for the first time or again, as `Lookups.begin` says."""
        self._lookups.begin(gtin, again=again)

    def keep(self, gtin: str) -> None:
        """Store what is new of a barcode."""
        self._lookups.keep(gtin)

    def own_photos(self, pattern: str, gtin: str) -> Found:
        """Return the operator's photos of a barcode by the batch's pattern."""
        return self._photos.find(self._caller, pattern, gtin)

    def in_catalog(self, gtin: str) -> list[Release]:
        """Return the releases of the offline catalogue with a barcode."""
        return self._catalog.find([gtin])[gtin] if self._catalog else []

    def known_cover(self, gtin: str, found: Release) -> KnownCover | None:
        """Return what MusicBrainz' dump says of the cover of a release of Discogs, None when nothing."""
        return self._catalog.covers.find(found, gtin) if self._catalog and found.source == "discogs" else None

    def needs_cover(self, gtin: str, found: Release) -> bool:
        """Whether MusicBrainz is to be asked for nothing but the cover of a release."""
        return self._covers.of_catalog and self.known_cover(gtin, found) is None

    def looks_for_links(self, found: Release) -> bool:
        """Whether MusicBrainz is asked, beside the rows, for what is linked to a release.

        Of a release that the catalogue knows as `CoverSearch.of_catalog` says.
        """
        covers = self._covers
        return covers.links is not None and found.source == "discogs" and (covers.of_catalog or not found.dump)

    def linked(self, key: str, found: Release) -> tuple[str, ...] | None:
        """Return what `Links.known` does of a release of Discogs, () where nobody looks for links."""
        return self._covers.links.known(key, found.id) if self._covers.links else ()

    def at_musicbrainz(self, gtin: str) -> list[Release]:
        """Return the releases that MusicBrainz finds by a barcode; one search asks for foreseen ones too."""
        question = Question("musicbrainz", _releases)
        search, fit = self._musicbrainz.search, self._one_search
        return self._lookups.ask_together(self._caller, gtin, question, search, fit).said

    def at_discogs(self, gtin: str, *, rare: bool) -> list[Release]:
        """Return the releases that Discogs finds by a barcode; [] without a token.

        Where it finds none it is asked for `rare` forms of the barcode too, which takes up to four calls more.
        """
        discogs = self.discogs
        if discogs is None:
            return []
        found = self._ask(gtin, Question("discogs", _releases), lambda: discogs.search(gtin)).said
        if found or not rare:
            return found
        return self._ask(gtin, Question("discogs/rare", _releases), lambda: discogs.search_rare(gtin)).said

    def named_at_musicbrainz(self, key: str, named: Named) -> Listing:
        """Return the releases that MusicBrainz finds by their catalogue number, or by artist and title."""
        return self._ask(
            key, Question("musicbrainz/named", _listing), lambda: self._musicbrainz.search_named(named)
        ).said

    def named_at_discogs(self, key: str, named: Named) -> Listing:
        """Return the releases that Discogs finds by catalogue number, or by artist and title; without a token none."""
        discogs = self.discogs
        if discogs is None:
            return Listing()
        return self._ask(key, Question("discogs/named", _listing), lambda: discogs.search_named(named)).said

    def release_in_catalog(self, number: str) -> Release | None:
        """Return the release of a number at Discogs as the offline catalogue has it, None where it has none."""
        return self._catalog.release(number) if self._catalog else None

    def whole(self, gtin: str, found: Release) -> Release:
        """Return a release that Discogs found with all that it knows of it: its tracks, its artists as credited."""
        if found.complete:
            return found
        return self.discogs_release(gtin, found.id) or found

    def completed_by_musicbrainz(self, gtin: str, line: Release, theirs: Release) -> Release | None:
        """Return MusicBrainz' own answer about a release, with its tracks, where that spares a call to Discogs.

        `line` is what Discogs' search says of it. None while Discogs' quota is not scarce, where Discogs has answered
        already, and where MusicBrainz does not tell what the line lacks, or does not answer. It is asked for composers
        and conductors of classical music only: of all other a draft names none.
        """
        if line.complete or self._lookups.known(gtin, _about(line.id)):
            return None
        if self._free_share(Service.DISCOGS) > SCARCE:
            return None
        try:
            whole = self.musicbrainz_release(gtin, theirs.id, credited=line.classical)
        except UpstreamError as error:
            log.info("tracks_not_told", error=str(error))
            return None
        return whole if whole and completes(line, whole) else None

    def discogs_release(self, gtin: str, number: str) -> Release | None:
        """Return the release of a number at Discogs with all that it knows of it, None when there is none."""
        return self._release(gtin, number).said

    def musicbrainz_release(self, gtin: str, mbid: str, *, credited: bool = False) -> Release | None:
        """Return a release of MusicBrainz by its identifier, None when there is none; `credited` as the client says."""
        question = Question(about_musicbrainz(mbid, credited=credited), _release)
        return self._ask(gtin, question, lambda: self._musicbrainz.release(mbid, credited=credited)).said

    def lowest_price(self, gtin: str, found: Release) -> Answer[int | None]:
        """Return Discogs' lowest asking price for a release, in US cents or None, at most six hours old."""
        answer = self._release(gtin, found.id)
        return Answer(answer.at, answer.said.lowest_price_cents if answer.said else None)

    def suggested_prices(self, gtin: str, found: Release) -> Answer[dict[str, SuggestedPrice]]:
        """Return what Discogs suggests for a release, as `Discogs.suggestions` does, at most six hours old."""
        discogs = self._with_token()
        question = Question(f"discogs/suggestions/{found.id}", _suggestions)
        return self._ask(gtin, question, lambda: discogs.suggestions(found.id))

    def front(self, gtin: str, mbid: str) -> str | None:
        """Return the address of the largest front cover of a MusicBrainz release, None when there is none.

        It answers without a redirect as far as can be found out: that is one call more, and nothing waits for it.
        """
        archive = self._coverart
        fronts = self._ask(gtin, Question(f"coverart/fronts/{mbid}", _fronts), lambda: archive.fronts(mbid)).said
        if not fronts:
            return None
        try:
            direct = self._ask(gtin, Question(f"{DIRECT}/{mbid}", _address), lambda: archive.direct(fronts)).said
        except UpstreamError as error:
            log.info("cover_not_resolved", error=str(error))
            return fronts.addresses[0]
        return direct or fronts.addresses[0]

    def asking_prices(
        self, key: str, gtin: str, category_id: str, conditions: Sequence[str], ebay: Ebay
    ) -> Answer[list[int]]:
        """Return what others ask at eBay for a barcode, a list of US cents, at most six hours old."""
        question = Question(f"ebay/{category_id}/{'+'.join(conditions)}", _prices)
        return self._ask(key, question, lambda: ebay.comparable_prices(gtin, category_id, conditions))

    def _ask(self, gtin: str, question: Question[T], call: Callable[[], T]) -> Answer[T]:
        return self._lookups.ask(self._caller, gtin, question, call)

    def _bind(self, caller: Caller) -> None:
        self._caller = caller
        self.discogs = self.discogs and self.discogs.for_caller(caller)
        self.ebay = self.ebay and self.ebay.for_caller(caller)
        self._musicbrainz = self._musicbrainz.for_caller(caller)
        self._coverart = self._coverart.for_caller(caller)

    def _one_search(self, gtins: Sequence[str]) -> list[str]:
        """Return as many barcodes as one search can ask for; of those that follow, not what the catalogue knows."""
        return one_search([gtins[0], *(gtin for gtin in gtins[1:] if self._is_asked(gtin))])

    def _is_asked(self, gtin: str) -> bool:
        """Whether MusicBrainz is likely to be asked about a barcode."""
        known = self.in_catalog(gtin)
        return not known or any(self.needs_cover(gtin, found) for found in known)

    def _release(self, gtin: str, number: str) -> Answer[Release | None]:
        discogs = self._with_token()
        return self._ask(gtin, _about(number), lambda: discogs.release(number))

    def _with_token(self) -> Discogs:
        assert self.discogs is not None, "a release of Discogs is asked for with a token only"  # noqa: S101
        return self.discogs


def _releases(said: object) -> list[Release]:
    return decode(list[Release], said)


def _listing(said: object) -> Listing:
    return decode(Listing, said)


def _about(number: str) -> Question[Release | None]:
    """Return the question for a release by its number at Discogs."""
    return Question(f"discogs/releases/{number}", _release)


def _release(said: object) -> Release | None:
    return decode(Release, said) if said else None


def _suggestions(said: object) -> dict[str, SuggestedPrice]:
    return decode(dict[str, SuggestedPrice], said)


def _address(said: object) -> str | None:
    return decode(str, said) if said else None


def _fronts(said: object) -> Fronts | None:
    return decode(Fronts, said) if said else None


def _prices(said: object) -> list[int]:
    return decode(list[int], said)
