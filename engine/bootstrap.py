"""From settings to running parts: the one place that knows which backend an address means."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import requests

from engine import __version__
from engine.batches.control import Control
from engine.batches.drafts import Drafts
from engine.batches.exports import Exports
from engine.batches.health import HealthCheck
from engine.batches.queries import Queries
from engine.batches.rows import RowFiles
from engine.batches.submission import Submission
from engine.batches.upstreams import Upstreams
from engine.catalog.file import Catalog, open_catalog
from engine.clock import Clock, SystemClock
from engine.domain.budgets import Allowance
from engine.domain.selling import Package, SellingTerms
from engine.domain.services import Service
from engine.errors import BadSetting, CatalogDamaged
from engine.files.base import Files, split
from engine.files.folder import FolderFiles
from engine.pipeline.lookups import Lookups
from engine.pipeline.photos import Photos
from engine.pipeline.row import RowPipeline
from engine.pipeline.rules import Rules
from engine.public import Engine
from engine.settings import Settings
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from engine.upstream.connections import Connections
from engine.upstream.coverart import CoverArt
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.ebay_rules import EbayRules
from engine.upstream.gates.process import Gates, fingerprint
from engine.upstream.http import READ_SECONDS, Line, Observe, session, unobserved
from engine.upstream.musicbrainz import MusicBrainz
from engine.upstream.oauth import Keys
from engine.worker.loop import Worker

log = logging.getLogger(__name__)

PROJECT = "https://example.com/draft-maker"
DISCOGS_KEYLESS = 25  # calls a minute that Discogs grants without a token
EBAY_BROWSE_DAILY = 5_000


def open_store(address: str, clock: Clock) -> Store:
    """Return the job store at `DM_STORE`.

    Raises:
        BadSetting: the address means no store.
    """
    if address.startswith("sqlite:///") and (place := address.removeprefix("sqlite:///")):
        return SQLiteStore(Path(place), clock)
    project, _, database = address.removeprefix("firestore://").partition("/")
    if not address.startswith("firestore://") or not project or not database or "/" in database:
        raise BadSetting(
            f"DM_STORE is {address!r}; it must look like sqlite:///var/draftmaker.db or firestore://PROJECT/DATABASE"
        )
    from engine.store.firestore import FirestoreStore  # a laptop does without Google's libraries

    return FirestoreStore(project, database)


def open_files(address: str) -> Files:
    """Return the file store at `DM_FILES`.

    Raises:
        BadSetting: the address means no file store.
    """
    if address.startswith("file:") and (place := address.removeprefix("file:")):
        return FolderFiles(Path(place))
    home = address.removesuffix("/")
    if split(f"{home}/name") is None:
        raise BadSetting(f"DM_FILES is {address!r}; it must look like file:var/files or gs://BUCKET/PREFIX")
    from engine.files.gcs import CloudFiles  # a laptop does without Google's libraries

    return CloudFiles(home)


def open_engine(settings: Settings, clock: Clock | None = None) -> Engine:
    """Return the door that the console and the API use.

    Raises:
        BadSetting: a setting means nothing.
    """
    clock = clock or SystemClock()
    store, files = open_store(settings.store, clock), open_files(settings.files)
    rows = RowFiles(files)
    queries = Queries(store, rows)
    return Engine(
        submission=Submission(store, files, clock, _buckets(settings)),
        control=Control(store),
        queries=queries,
        exports=Exports(store, rows),
        health=HealthCheck(store, clock),
        upstreams=Upstreams(store, queries, clock, _limits(settings)),
        drafts=Drafts(store),
    )


def _buckets(settings: Settings) -> frozenset[str]:
    """Return the buckets that jobs may be read from; empty means every one, as on a laptop."""
    named = _names(settings.buckets)
    home = settings.files.removeprefix("gs://").partition("/")[0]
    return named or (frozenset({home}) if settings.files.startswith("gs://") else frozenset())


def _photos(settings: Settings, files: Files) -> Photos:
    """Return who looks for photos; what lies in a folder has no address, whatever bucket it stands for."""
    return Photos(files, _names(settings.public_buckets) if settings.files.startswith("gs://") else frozenset())


def _names(setting: str) -> frozenset[str]:
    return frozenset(name.strip() for name in setting.split(",") if name.strip())


def open_connections(
    settings: Settings,
    session: requests.Session,
    gates: Gates,
    observe: Observe = unobserved,
    read_seconds: float = READ_SECONDS,
) -> Connections:
    """Return the clients of the services, each behind its gate; `observe` is told of every call."""
    line = Line(session, _user_agent(settings), observe, read_seconds)
    token = settings.discogs_token.get_secret_value()
    keys = _keys(settings)
    gate = {allowance.service: gates.before(allowance) for allowance in _allowances(settings)}
    ebay = Ebay(
        line,
        settings.ebay_url,
        keys=keys,
        clock=gates.clock,
        gate=gate[Service.EBAY],
        browse_gate=gate[Service.EBAY_BROWSE],
    )
    return Connections(
        musicbrainz=MusicBrainz(line, settings.musicbrainz_url, gate=gate[Service.MUSICBRAINZ]),
        coverart=CoverArt(line, settings.coverart_url, gate=gate[Service.COVERART]),
        discogs=Discogs(line, settings.discogs_url, token=token, gate=gate[Service.DISCOGS]),
        ebay=ebay if settings.ebay_connected else None,
        discogs_token=bool(token),
    )


def _user_agent(settings: Settings) -> str:
    return f"DraftMaker/{__version__} +{settings.contact or PROJECT}"


def _keys(settings: Settings) -> Keys:
    return Keys(
        settings.ebay_client_id,
        settings.ebay_client_secret.get_secret_value(),
        settings.ebay_refresh_token.get_secret_value(),
    )


def _allowances(settings: Settings) -> list[Allowance]:
    """Return what each service grants; the sandbox of the demo has no quota."""
    token, keys = settings.discogs_token.get_secret_value(), _keys(settings)
    discogs = int(settings.discogs_per_minute or 0) or None
    if discogs and not token:
        discogs = min(discogs, DISCOGS_KEYLESS)
    musicbrainz = settings.musicbrainz_per_second or 0.0
    calls = max(1, int(musicbrainz)) if musicbrainz else None
    application = fingerprint(keys.client_id, keys.client_secret)
    seller = fingerprint(keys.client_id, keys.client_secret, keys.refresh_token)
    return [
        Allowance(
            Service.DISCOGS, discogs, 60.0, key=fingerprint(token), needs_key=True, keyless_limit=DISCOGS_KEYLESS
        ),
        Allowance(Service.MUSICBRAINZ, calls, calls / musicbrainz if calls else 1.0),
        Allowance(Service.COVERART),
        Allowance(Service.EBAY, key=seller, needs_key=True),
        Allowance(
            Service.EBAY_BROWSE,
            daily_limit=EBAY_BROWSE_DAILY if settings.profile == "live" else None,
            key=application,
            needs_key=True,
        ),
    ]


def _limits(settings: Settings) -> dict[Service, dict[str, Any]]:
    """Return what the settings allow of each service; a console has no token to tell Discogs' limit from."""
    limits = {
        allowance.service: {
            "limit": allowance.limit,
            "window_seconds": allowance.window_seconds,
            "daily_limit": allowance.daily_limit,
        }
        for allowance in _allowances(settings)
    }
    limits[Service.DISCOGS]["limit"] = int(settings.discogs_per_minute or 0) or None
    return limits


@contextmanager
def open_pipeline(
    settings: Settings,
    session: requests.Session,
    store: Store,
    clock: Clock,
    observe: Observe = unobserved,
    read_seconds: float = READ_SECONDS,
) -> Iterator[RowPipeline]:
    """Lend the pipeline of a worker on `store`; `observe` is told of every call to a service.

    Nobody keeps eBay's rules of its categories for it: the table counts.
    """
    with Gates(store, clock) as gates:
        connections = open_connections(settings, session, gates, observe, read_seconds)
        yield _pipeline(settings, connections, store, clock, open_files(settings.files))


def _rules(settings: Settings, session: requests.Session, store: Store, clock: Clock, observe: Observe) -> Rules:
    """Return who keeps eBay's rules of its categories, which an application may ask for."""
    line = Line(session, _user_agent(settings), observe)
    ebay = EbayRules(line, settings.ebay_url, keys=_keys(settings), clock=clock)
    return Rules(store, clock, ebay if settings.ebay_connected else None)


def _pipeline(
    settings: Settings,
    connections: Connections,
    store: Store,
    clock: Clock,
    files: Files,
    rules: Rules | None = None,
) -> RowPipeline:
    """Return the pipeline over these clients; Discogs is not asked without a token, which its search needs."""
    return RowPipeline(
        lookups=Lookups(store, clock),
        musicbrainz=connections.musicbrainz,
        coverart=connections.coverart,
        discogs=connections.discogs if connections.discogs_token else None,
        ebay=connections.ebay,
        terms=_selling_terms(settings),
        catalog=_catalog(settings),
        covers=settings.catalog_covers,
        photos=_photos(settings, files),
        rules=rules,
    )


def _catalog(settings: Settings) -> Catalog | None:
    """Return the offline catalogue, None when there is none that can be used."""
    try:
        return open_catalog(Path(settings.catalog))
    except CatalogDamaged as damaged:
        log.error("catalog_damaged", extra={"error": str(damaged)})  # noqa: TRY400 - the sentence says it all
        return None


def _selling_terms(settings: Settings) -> SellingTerms:
    """Return on what terms the seller sells."""
    return SellingTerms(
        location_key=settings.ebay_location_key,
        fulfillment_policy=settings.ebay_fulfillment_policy,
        payment_policy=settings.ebay_payment_policy,
        return_policy=settings.ebay_return_policy,
        best_offer=settings.ebay_best_offer,
        packages={medium: Package(parcel.ounces, parcel.inches) for medium, parcel in settings.ebay_packages.items()},
    )


@contextmanager
def open_worker(settings: Settings, stop: threading.Event, observe: Observe = unobserved) -> Iterator[Worker]:
    """Lend a worker that ends when `stop` is set.

    Raises:
        BadSetting: a setting means nothing.
    """
    clock = SystemClock()
    store, files = open_store(settings.store, clock), open_files(settings.files)
    with session(settings.lanes) as line, closing(store), Gates(store, clock) as gates:
        connections = open_connections(settings, line, gates, observe)
        with _rules(settings, line, store, clock, observe) as rules:
            yield Worker(
                store,
                RowFiles(files),
                _pipeline(settings, connections, store, clock, files, rules),
                clock,
                lanes=settings.lanes,
                lease=timedelta(seconds=settings.lease_seconds),
                stop=stop,
                connections=connections,
            )
