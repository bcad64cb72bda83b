"""The real pipeline against the sandbox, one row at a time, as a worker would run it.

Each pipeline has a store of its own, so that it finds no answers of another, unless a test gives it one.
"""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from engine.bootstrap import open_pipeline
from engine.catalog.file import CurrentCatalog
from engine.clock import Clock, SystemClock
from engine.codec import decode
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Row
from engine.errors import UpstreamDown
from engine.files.folder import FolderFiles
from engine.pipeline.links import Links
from engine.pipeline.lookups import Lookups
from engine.pipeline.photos import Photos
from engine.pipeline.row import RowPipeline
from engine.pipeline.rules import Rules
from engine.pipeline.sources import CoverSearch, Sources
from engine.quota.breakers import USUAL
from engine.settings import Settings
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from engine.upstream.coverart import CoverArt
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.http import HttpTransport, Observe, unobserved
from engine.upstream.musicbrainz import MusicBrainz
from engine.upstream.oauth import Keys
from tests.support.sandbox_server import Sandbox, running
from tests.support.working import Work

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Runs:
    """Pipelines on one sandbox. `stored` holds the items that were saved, by SKU, as a store would.

    `waits` holds the seconds that rows were to wait, and for what; nobody waits here. `links` are those of the
    newest pipeline, which nobody asks for unless a test does.
    """

    sandbox: Sandbox
    session: requests.Session
    folder: Path
    stored: dict[str, Item] = field(default_factory=dict)
    waits: list[tuple[float, str]] = field(default_factory=list)
    stores: Iterator[int] = field(default_factory=itertools.count)
    links: Links = field(init=False)

    @property
    def files(self) -> FolderFiles:
        """Return the folder in which pipelines look for photos."""
        return FolderFiles(self.folder / "files")

    def store(self) -> SQLiteStore:
        """Return a store that nobody has used."""
        return SQLiteStore(self.folder / f"store-{next(self.stores)}.db")

    def pipeline(
        self,
        *,
        discogs: bool = True,
        ebay: bool = True,
        ebay_url: str = "",
        observe: Observe = unobserved,
        read_seconds: float = 10.0,
        store: Store | None = None,
        clock: Clock | None = None,
        catalog: CurrentCatalog | None = None,
        covers: bool = False,
        public: frozenset[str] = frozenset(),
        rules: Rules | None = None,
        links: bool = False,
    ) -> RowPipeline:
        line = HttpTransport(self.session, "DraftMaker/1.0 +test@example.com", observe, read_seconds)
        url = self.sandbox.url
        lookups = Lookups(store or self.store(), clock or SystemClock())
        self.links = Links(lookups, clock or SystemClock(), MusicBrainz(line, f"{url}/musicbrainz"))
        sources = Sources(
            lookups,
            musicbrainz=MusicBrainz(line, f"{url}/musicbrainz"),
            discogs=Discogs(line, f"{url}/discogs", token="sandbox") if discogs else None,
            ebay=self.ebay(line, ebay_url) if ebay else None,
            catalog=catalog,
            covers=CoverSearch(CoverArt(line, f"{url}/coverart"), covers, self.links if links else None),
            photos=Photos(self.files, public),
        )
        return RowPipeline(sources, rules=rules)

    def once_the_breaker_is_open(self, gtin: str, options: Options, store: Store | None = None) -> Item:
        """Return what a row comes to once the breaker of a dead service is open; for every outage before it waits."""
        settings = Settings(_env_file=None, DM_SANDBOX_URL=self.sandbox.url)
        with open_pipeline(settings, self.session, store or self.store(), SystemClock()) as pipeline:
            for _ in range(USUAL.outages):
                with pytest.raises(UpstreamDown) as outage:
                    self.work(gtin, options).run(pipeline)
                assert not outage.value.for_long
            work = self.work(gtin, options)
            work.run(pipeline)
        return work.item

    def ebay(self, line: HttpTransport | None = None, url: str = "") -> Ebay:
        """Return the seller's account at the sandbox."""
        line = line or HttpTransport(self.session, "DraftMaker/1.0 +test@example.com")
        keys = Keys("sandbox", "sandbox", "sandbox")
        return Ebay(line, url or f"{self.sandbox.url}/ebay", keys=keys, clock=SystemClock())

    def work(self, gtin: str, options: Options | None = None, *, sku: str = "DM1", **row: Any) -> Work:
        """Return a row in hand: its stored item, or a new one."""
        fresh = Item(0, 1, gtin, gtin, status=ItemStatus.WORKING)
        return Work(
            row=Row(0, 1, gtin, gtin, **row),
            item=self.stored.get(sku, fresh),
            options=options or Options(),
            sku=sku,
            save=lambda item: self.stored.__setitem__(sku, decode(Item, item.document())),
            ensure_ours=lambda: None,
            now=lambda: NOW,
            wait=lambda seconds, reason: self.waits.append((seconds, reason)),
        )

    def calls(self, service: str) -> list[str]:
        """Return what the sandbox was asked, as `METHOD path`."""
        return [f"{call['method']} {call['path']}" for call in self.sandbox.ledger(service)["calls"]]

    def offers(self) -> dict[str, int]:
        """Return how many offers were ever created, by SKU."""
        return {sku: offer["created"] for sku, offer in self.sandbox.ledger(calls=False)["offers"].items()}


@contextlib.contextmanager
def runs() -> Iterator[Runs]:
    """Run a sandbox for as long as the block lasts."""
    with running() as sandbox, requests.Session() as session, tempfile.TemporaryDirectory() as folder:
        yield Runs(sandbox, session, Path(folder))
