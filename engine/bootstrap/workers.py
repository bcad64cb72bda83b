"""The pipeline of a worker, and the worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import requests

from engine.batches.rows import RowFiles
from engine.batches.seller_account import Account
from engine.bootstrap.credentials import open_vault
from engine.bootstrap.live import LiveConnections
from engine.bootstrap.notifying import open_notifying
from engine.bootstrap.retention import open_retention
from engine.bootstrap.services import open_connections
from engine.bootstrap.stores import measured_store, open_files
from engine.catalog.file import CurrentCatalog
from engine.clock import Clock, SystemClock
from engine.credentials.credentials import Credentials
from engine.domain.listing.seller_terms import Package, SellingTerms
from engine.domain.services import Service
from engine.files.base import Files
from engine.log import get_logger
from engine.pipeline.links import Links
from engine.pipeline.lookups import Lookups
from engine.pipeline.photos import Photos
from engine.pipeline.row import RowPipeline
from engine.pipeline.rules import Rules
from engine.pipeline.sources import CoverSearch, Sources
from engine.pipeline.switching import SwitchingPipeline
from engine.pipeline.terms import Terms
from engine.quota.limiters import Limiters
from engine.settings import Settings
from engine.store.base import Store
from engine.upstream.connections import Connections
from engine.upstream.ebay_rules import EbayRules
from engine.upstream.http import READ_SECONDS, HttpTransport, Observe, session, unobserved, user_agent
from engine.upstream.musicbrainz import MusicBrainz
from engine.worker.loop import Worker, WorkerConfig
from engine.worker.run import Limits

log = get_logger(__name__)

SANDBOX_HINT = (
    "The sandbox of this demo knows some 250 releases, and this is none of them. To look up your own discs: make live."
)


@contextmanager
def open_pipeline(
    settings: Settings,
    session: requests.Session,
    store: Store,
    clock: Clock,
    observe: Observe = unobserved,
    read_seconds: float = READ_SECONDS,
) -> Iterator[RowPipeline]:
    """Lend the pipeline of a worker on `store`; `observe` is called for every call to a service.

    Without a thread that keeps eBay's rules of its categories, the table counts.
    """
    with Limiters(store, clock) as limiters:
        credentials = open_vault(settings, store).current()
        connections = open_connections(settings, credentials, session, limiters, observe, read_seconds)
        yield PipelineParts(settings, store, limiters, open_files(settings.files)).pipeline(connections)


class PipelineParts:
    """What the pipelines of a process share, whatever is connected: its look-ups, its catalogue, its photos."""

    def __init__(
        self, settings: Settings, store: Store, limiters: Limiters, files: Files, rules: Rules | None = None
    ) -> None:
        clock = limiters.clock
        self._lookups = Lookups(store, clock)
        self._catalog = _catalog(settings, clock)
        self._covers = settings.catalog_covers
        self._photos = Photos(files, settings.photo_buckets)
        self._terms = Terms(store, clock, _selling_terms(settings), Account(store).by_weight)
        self._rules = rules
        self._rows_a_call = settings.ebay_rows_a_call
        self._recovered, self._free_share = limiters.recovered, limiters.free_share
        self.links = Links(self._lookups, clock)
        self._hint = SANDBOX_HINT if settings.profile == "demo" else ""

    def pipeline(self, connections: Connections, links: Links | None = None) -> RowPipeline:
        """Return the pipeline over these clients; Discogs is not asked without a token, which its search needs.

        With `links`, those of this object, covers are looked for by the link to Discogs too.
        """
        sources = Sources(
            self._lookups,
            musicbrainz=connections.musicbrainz,
            discogs=connections.discogs if connections.discogs_token else None,
            ebay=connections.ebay,
            catalog=self._catalog,
            covers=CoverSearch(connections.coverart, self._covers, links),
            photos=self._photos,
            free_share=self._free_share,
        )
        return RowPipeline(
            sources,
            terms=self._terms,
            rules=self._rules,
            hint=self._hint,
            recovered=self._recovered,
            rows_a_call=self._rows_a_call,
        )


def _rules(
    settings: Settings, credentials: Credentials, session: requests.Session, limiters: Limiters, observe: Observe
) -> EbayRules | None:
    """Return who asks for eBay's rules of its categories, unless eBay is down; None while it is not connected."""
    if not credentials.ebay_connected:
        return None
    transport = HttpTransport(session, user_agent(credentials.contact), observe)
    limiter = limiters.bystander(Service.EBAY)
    return EbayRules(transport, settings.ebay_url, keys=credentials.ebay, clock=limiters.clock, limiter=limiter)


def _linked_musicbrainz(
    settings: Settings, credentials: Credentials, session: requests.Session, limiters: Limiters, observe: Observe
) -> MusicBrainz:
    """Return the MusicBrainz that is asked for links, while no row needs it."""
    transport = HttpTransport(session, user_agent(credentials.contact), observe)
    return MusicBrainz(transport, settings.musicbrainz_url, limiter=limiters.spare(Service.MUSICBRAINZ))


def _catalog(settings: Settings, clock: Clock) -> CurrentCatalog:
    """Return the offline catalogue, opened where there is one, and the covers beside it."""
    catalog = CurrentCatalog(Path(settings.catalog), clock)
    catalog.look()
    catalog.covers.look()
    return catalog


def _selling_terms(settings: Settings) -> SellingTerms:
    """Return on what terms the seller sells where no profile says otherwise."""
    return SellingTerms(
        location_key=settings.ebay_location_key,
        fulfillment_policy=settings.ebay_fulfillment_policy,
        payment_policy=settings.ebay_payment_policy,
        return_policy=settings.ebay_return_policy,
        best_offer=settings.ebay_best_offer,
        packages={medium: Package(parcel.ounces, parcel.inches) for medium, parcel in settings.ebay_packages.items()},
    )


def limits_of(settings: Settings) -> Limits:
    """Return how many rows may be with eBay beside those on lanes, four full calls, and how far lanes may grow.

    Where rows go to eBay one by one, it is as many rows as there are lanes.
    """
    rows = settings.ebay_rows_a_call
    return Limits(rows_sending=4 * rows, lanes_most=4 * settings.lanes) if rows > 1 else Limits(rows_sending=0)


@contextmanager
def open_worker(settings: Settings, stop: threading.Event, observe: Observe = unobserved) -> Iterator[Worker]:
    """Lend a worker that ends when `stop` is set.

    Raises:
        BadSetting: a setting means nothing.
        SecretsError: the secrets that are kept cannot be read, and only a person can help.
    """
    clock = SystemClock()
    store, files = measured_store(settings, clock), open_files(settings.files)
    limits = limits_of(settings)
    with (
        session(max(settings.lanes, limits.lanes_most) + limits.rows_sending) as http,
        closing(store),
        Limiters(store, clock) as limiters,
    ):
        rules, pipeline = Rules(store, clock), SwitchingPipeline()
        parts = PipelineParts(settings, store, limiters, files, rules)

        def connect(credentials: Credentials) -> Connections:
            connections = open_connections(settings, credentials, http, limiters, observe)
            rules.connect(_rules(settings, credentials, http, limiters, observe))
            parts.links.connect(_linked_musicbrainz(settings, credentials, http, limiters, observe))
            pipeline.current = parts.pipeline(connections, parts.links)
            return connections

        connections = LiveConnections(open_vault(settings, store), connect, stop)
        notifying = open_notifying(settings, HttpTransport(http, user_agent(settings.contact)), clock)
        lease, retention = timedelta(seconds=settings.lease_seconds), open_retention(settings, store, files, clock)
        with rules, parts.links:
            yield Worker(
                store,
                RowFiles(files),
                pipeline,
                clock,
                WorkerConfig(settings.lanes, lease, limits, notifying, retention),
                stop=stop,
                connections=connections,
                looks_up=pipeline,
            )
