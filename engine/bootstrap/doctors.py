"""The doctor of the command line, with everything that it calls."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from engine.bootstrap.credentials import open_vault
from engine.bootstrap.services import open_connections
from engine.bootstrap.stores import open_files, open_store
from engine.clock import Clock
from engine.doctor import services
from engine.doctor.doctor import Doctor
from engine.doctor.report import Finding, keep, warning
from engine.errors import BadSetting, StoreError
from engine.quota.limiters import Limiters
from engine.settings import Settings
from engine.startup import require_store
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from engine.upstream.http import session

ANSWER_SECONDS = 10.0


def examine(settings: Settings, clock: Clock, stop: threading.Event) -> Iterator[Finding]:
    """Yield the findings of all checks as they are made, and keep the report where the job store takes it.

    A database that is not there is a finding: none is made, and what the checks store is thrown away.

    Raises:
        BadSetting: a setting means nothing.
    """
    with ExitStack() as parts:
        missing = _missing(settings)
        store = parts.enter_context(closing(_store(settings, clock, parts, missing=bool(missing))))
        doctor = Doctor(settings, store, open_files(settings.files), clock)
        found = []
        for finding in (*missing, *doctor.findings()):
            if missing and finding.check == "Job store" and finding not in missing:
                continue
            found.append(finding)
            yield finding
        for finding in _called(settings, store, clock, stop):
            found.append(finding)
            yield finding
        if not missing:
            try:
                keep(store, doctor.report(found, services=True))
            except StoreError:
                return  # a finding says so


def _called(settings: Settings, store: Store, clock: Clock, stop: threading.Event) -> Iterator[Finding]:
    """Yield what calls to the services find, and at last what they say of the clock."""
    with session(1) as http, Limiters(store, clock) as limiters:
        dates = services.ServiceDates(http, clock)
        credentials = open_vault(settings, store).current()
        connections = open_connections(settings, credentials, http, limiters, read_seconds=ANSWER_SECONDS)
        yield from services.check(connections, clock, stop)
        yield dates.finding()


def _missing(settings: Settings) -> tuple[Finding, ...]:
    """Return that there is no database yet, () where there is, or may be, one."""
    try:
        require_store(settings)
    except BadSetting as none:
        return (warning("Job store", str(none)),)
    return ()


def _store(settings: Settings, clock: Clock, parts: ExitStack, *, missing: bool) -> Store:
    if not missing:
        return open_store(settings.store, clock)
    folder = parts.enter_context(tempfile.TemporaryDirectory())
    return SQLiteStore(Path(folder) / "doctor.db", clock)
