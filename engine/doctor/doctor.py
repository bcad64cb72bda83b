"""All checks in their order, over the parts of one process."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.access.people import People
from engine.access.role_settings import role_policy
from engine.addresses import FirestoreAddress, FolderAddress, SqliteAddress, store_address
from engine.clock import Clock
from engine.credentials.vault import read
from engine.doctor import checks
from engine.doctor.report import Finding, Report, keep, kept
from engine.domain.people import Listed
from engine.errors import StoreError
from engine.files.base import Files
from engine.settings import Settings, environment
from engine.store.base import Store


class Doctor:
    """Checks an installation and keeps the report, for the System screen."""

    def __init__(self, settings: Settings, store: Store, files: Files, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._files = files
        self._clock = clock

    def check(self, called: Iterable[Finding] = (), *, services: bool = False) -> Report:
        """Make the checks that cost nothing, add what was `called` at the services, keep the report and return it.

        Raises:
            StoreAway: the store does not answer, so the report is not kept.
        """
        report = self.report([*self.findings(), *called], services=services)
        keep(self._store, report)
        return report

    def findings(self) -> Iterator[Finding]:
        """Yield the findings of the checks that cost nothing, one after the other."""
        settings = self._settings
        yield checks.settings(settings, self._contact())
        yield checks.job_store(self._store, self._clock)
        if settings.knows_people:
            yield checks.admins(role_policy(settings), self._listed())
        if isinstance(store_address(settings.store), FirestoreAddress):
            yield checks.indexes(self._store, self._files)
        yield checks.file_store(self._files)
        yield checks.emulators(environment(), live=settings.profile == "live")
        for folder in sorted(_folders(settings)):
            yield checks.disk(folder)
        yield checks.catalogue(Path(settings.catalog), self._clock)

    def _listed(self) -> tuple[Listed, ...]:
        try:
            return People(self._store, self._clock, role_policy(self._settings)).all()
        except StoreError:
            return ()  # the check before says so

    def _contact(self) -> str:
        try:
            return read(self._store).contact
        except StoreError:
            return ""  # the next check says so

    def report(self, findings: Iterable[Finding], *, services: bool) -> Report:
        """Return a report of this machine as of now."""
        return Report(self._clock.now(), socket.gethostname(), services, tuple(findings))

    def last(self) -> Report | None:
        """Return the last report of any machine, None when there was never one.

        Raises:
            StoreAway: the store does not answer.
            DocumentBroken: it cannot be read.
        """
        return kept(self._store)


def _folders(settings: Settings) -> set[Path]:
    """Return the folders of this machine that are written to, one of each disk's worth."""
    store, files = store_address(settings.store), settings.files_address
    folders = {Path(settings.catalog).parent}
    folders |= {store.path.parent} if isinstance(store, SqliteAddress) else set()
    folders |= {files.folder.parent} if isinstance(files, FolderAddress) else set()
    return folders
