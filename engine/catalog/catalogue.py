"""The catalogue of this machine as the console shows it: what it is made from, how old it is, and its update."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.catalog.file import About, open_catalog
from engine.catalog.update import UpdateState, read_state, state_path
from engine.clock import Clock
from engine.errors import CatalogDamaged

COMMAND = ("-m", "engine", "catalog", "update")


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """`about` is None where there is no catalogue that can be used, and `trouble` says why, "" where there is none.

    `update` is the last update of it, None when there never was one. `size` is in bytes.
    """

    path: str
    at: datetime
    about: About | None
    size: int
    trouble: str
    update: UpdateState | None

    @property
    def age_days(self) -> int | None:
        """Return how many days ago its dump was made, None without one."""
        return (self.at.date() - self.about.made_on).days if self.about else None

    @property
    def updating(self) -> bool:
        """Whether an update is under way."""
        return self.update is not None and self.update.state == "running"


class Catalogue:
    """Reads it, and has it updated by a process of its own on this machine. Safe for threads."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def view(self) -> CatalogueView:
        """Return the catalogue as it is now."""
        trouble, about, size = "", None, 0
        try:
            catalog = open_catalog(self._path)
        except CatalogDamaged as damaged:
            catalog, trouble = None, str(damaged)
        if catalog:
            about, size = catalog.about, self._path.stat().st_size
            catalog.close()
        now = self._clock.now()
        return CatalogueView(str(self._path), now, about, size, trouble, read_state(self._path, now))

    def update(self) -> CatalogueView:
        """Have it updated from the newest dump in the background, and return it; one that is under way goes on.

        The process reads the settings itself, and goes on when this one ends.
        """
        with self._lock:
            if not self._alive() and not self.view().updating:
                state_path(self._path).unlink(missing_ok=True)
                self._child = subprocess.Popen(  # noqa: S603 - our own command
                    [sys.executable, *COMMAND],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        return self.view()

    def stop(self) -> None:
        """Stop the update that was begun here, and wait for its end; the next one goes on where it stopped."""
        with self._lock:
            if self._child is not None:
                self._child.terminate()
                self._child.wait()

    def _alive(self) -> bool:
        return self._child is not None and self._child.poll() is None
