"""Simulations of a file with what this installation has: its connections, its quotas and its catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.batches.upstream_views import CallsAhead, discogs_use
from engine.bootstrap.stores import open_store
from engine.bootstrap.workers import limits_of
from engine.catalog.file import CurrentCatalog
from engine.clock import Clock
from engine.credentials.credentials import Source
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Row
from engine.domain.batch.scans import ScanState
from engine.domain.listing.pricing import PriceBasis
from engine.domain.services import NAMES, Service
from engine.pipeline.known import KnownReleases
from engine.public import Engine, UpstreamsView
from engine.quota.forecast import calls_a_row
from engine.settings import Settings
from engine.simulation.rows import Circumstances, RowCost, costs
from engine.simulation.simulate import Installation, Simulated, simulate

_ASKED_AT_ONCE = 500  # barcodes that are looked for in store and catalogue together


@dataclass(frozen=True, slots=True)
class Simulation:
    """A batch with one state of the catalogue: `looked_up` rows ask services, and what comes of all.

    `limit` is the quota that limits it, `Discogs (60 calls a minute)`, "" for none. `ahead` are its calls beside what
    the quotas for the day leave.
    """

    looked_up: int
    result: Simulated
    limit: str
    ahead: tuple[CallsAhead, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A batch as it is simulated `without` the offline catalogue, and `with_catalog`, None where there is none."""

    without: Simulation
    with_catalog: Simulation | None


class Simulator:
    """Simulates batches over rows, with the quotas as they stand at this moment and what is kept of their barcodes.

    `workers` is how many engines work on them, 0 for those that are alive, one at least. `answer_seconds` is how long
    every answer takes, None for what was measured of each service.
    """

    def __init__(
        self, settings: Settings, engine: Engine, clock: Clock, *, workers: int = 0, answer_seconds: float | None = None
    ) -> None:
        self._settings = settings
        self._store = open_store(settings.store, clock)
        self._clock = clock
        self._accounts = engine.accounts.view()
        self._upstreams: UpstreamsView = engine.upstreams.all()
        self._workers = workers or max(1, self._upstreams.engines)
        self._answer_seconds = answer_seconds

    def compare(self, rows: Sequence[Row], options: Options) -> Comparison:
        """Return how long the rows take with and without the catalogue.

        Raises:
            StoreAway: the store does not answer.
        """
        catalog = CurrentCatalog(Path(self._settings.catalog), self._clock)
        without = self._simulated(rows, options, None)
        return Comparison(without, self._simulated(rows, options, catalog) if catalog.look() else None)

    def _simulated(self, rows: Sequence[Row], options: Options, catalog: CurrentCatalog | None) -> Simulation:
        ebay = self._accounts.ebay.connected
        at = Circumstances(options, self._calls_a_row(options, ebay=ebay), self._known(rows, catalog), ebay=ebay)
        made, installation = costs(rows, at), self._installation()
        result = simulate(made, installation)
        service = result.limited_by
        limit = f"{NAMES[service]} ({installation.quotas[service].words})" if service else ""
        return Simulation(sum(map(_asks, made)), result, limit, self._upstreams.ahead(result.calls))

    def _known(self, rows: Sequence[Row], catalog: CurrentCatalog | None) -> set[str]:
        """Return the keys of rows that need no service: the catalogue, or a kept answer, knows their release."""
        known = KnownReleases(self._store, catalog, self._clock, self._settings.coverart_url)
        gtins = list(dict.fromkeys(row.gtin for row in rows if row.gtin))
        parts = (gtins[start : start + _ASKED_AT_ONCE] for start in range(0, len(gtins), _ASKED_AT_ONCE))
        found = (known.find(part) for part in parts)
        keys = {gtin for part in found for gtin, one in part.items() if one.state is ScanState.KNOWN}
        if catalog:
            numbers = {row.key: row.named.discogs_id for row in rows if row.key and row.named.discogs_id}
            keys |= {key for key, number in numbers.items() if catalog.release(number)}
        return keys

    def _calls_a_row(self, options: Options, *, ebay: bool) -> Mapping[Service, float]:
        discogs = discogs_use(options, connected=self._accounts.discogs is not Source.MISSING)
        return calls_a_row(discogs=discogs, compares=options.price_rule.basis is PriceBasis.COMPARABLE and ebay)

    def _installation(self) -> Installation:
        measured = {view.service: view.latency_ms / 1000 for view in self._upstreams.upstreams if view.latency_ms}
        given = self._answer_seconds
        return Installation(
            quotas=self._upstreams.answering,
            seconds=measured if given is None else dict.fromkeys(Service, given),
            workers=self._workers,
            lanes=self._settings.lanes,
            limits=limits_of(self._settings),
        )


def _asks(row: RowCost) -> bool:
    return row.searched or bool(row.calls)
