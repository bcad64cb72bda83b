"""The catalogue from the newest published dump, without a copy of it on disk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from engine.catalog import listed
from engine.catalog.download import Link
from engine.catalog.file import About, open_catalog
from engine.catalog.imports import Importer
from engine.clock import Clock
from engine.codec import Value, decode_json, encode_json, replace
from engine.errors import CatalogDamaged, CatalogError, DocumentBroken, DumpBroken, DumpChanged, ImportStopped

STARTS = 3  # that an update makes when the file is replaced while it is read
WRITTEN_EVERY = 1.0  # seconds between two states on disk
SILENT_SECONDS = 180.0  # after which an update that has not said anything counts as stopped; a try takes 60, a pause 72

State = Literal["running", "done", "failed", "stopped"]


class UpdateState(Value, frozen=True, omit_defaults=False):
    """How an update of the catalogue is, in `{catalogue}.update.json` beside it.

    `percent` is the share of the dump that was read, `seconds_left` None while it cannot be told. `sentence` says what
    came of it, "" while it runs well.
    """

    state: State
    started_at: datetime
    at: datetime
    dump: str = ""
    percent: float = 0.0
    releases: int = 0
    seconds_left: float | None = None
    sentence: str = ""

    @property
    def time_left(self) -> timedelta | None:
        """Return how long it will take, None while it cannot be told."""
        return None if self.seconds_left is None else timedelta(seconds=self.seconds_left)

    def as_of(self, now: datetime) -> UpdateState:
        """Return the state as it counts now: an update that has gone silent counts as stopped."""
        if self.state != "running" or (now - self.at).total_seconds() < SILENT_SECONDS:
            return self
        return replace(self, state="stopped", sentence="It ended before it was done. Start it again: it goes on there.")


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update came to: `new` is False where the newest dump was imported already; `cuts` of the line."""

    about: About
    new: bool
    checked: bool = False
    cuts: int = 0


Heard = Callable[[About, float | None], None]
"""Called with how far an import is, and how many seconds are left, None while nobody can tell."""


class Updater:
    """Makes the catalogue at `path` from the newest dump at an address."""

    def __init__(self, path: Path, link: Link, address: str, clock: Clock, heard: Heard, say: Callable[[str], None]):
        self._path = path
        self._link = link
        self._address = address
        self._clock = clock
        self._heard = heard
        self._say = say

    def run(self) -> Updated:
        """Import the newest dump, unless the catalogue is made from it.

        A dump that is replaced while it is read is read anew from its beginning.

        Raises:
            DownloadFailed: the dump cannot be had.
            DumpBroken: it is damaged, or has not its published checksum; the catalogue in use stays.
            ImportStopped: the link was stopped; a later update goes on there.
            CatalogError: the file cannot be written.
        """
        report = StateFile(self._path, self._clock)
        self._link.on_wait = report.waits
        try:
            updated = self._tried(report)
        except ImportStopped as stopped:
            report.end("stopped", str(stopped))
            raise
        except CatalogError as error:
            report.end("failed", str(error))
            raise
        report.end("done", "" if updated.new else f"It was made from {updated.about.dump} already.")
        return updated

    def _tried(self, report: StateFile) -> Updated:
        for left in reversed(range(STARTS)):
            newest = listed.newest(self._link, self._address, self._clock.now().date())
            if (about := _about(self._path)) and about.made_on >= newest.made_on:
                return Updated(about, new=False)
            report.begin(newest.name)
            try:
                return self._import(newest, report)
            except DumpChanged as changed:
                self._forget()
                if not left:
                    raise
                self._say(f"{changed} It is read from its beginning.")
            except DumpBroken:
                self._forget()
                raise
        raise AssertionError  # the last start returns or raises

    def _import(self, newest: listed.Listed, report: StateFile) -> Updated:
        dump = newest.opened(self._link)
        pace = Pace(self._clock, dump.size)

        def heard(about: About) -> None:
            seconds = pace.seconds_left(about.read)
            report.progress(about, seconds)
            self._heard(about, seconds)

        with contextlib.closing(dump.stream):
            importer = Importer(self._path, self._clock, self._link.stop, begin=heard, report=heard)
            about = importer.run(dump)
        return Updated(about, new=True, checked=bool(newest.sha256), cuts=dump.stream.cuts)

    def _forget(self) -> None:
        """Delete what was imported of a dump that is of no use."""
        self._path.with_name(self._path.name + ".part").unlink(missing_ok=True)


class Pace:
    """How fast bytes come in, from the beginning of a run."""

    def __init__(self, clock: Clock, size: int) -> None:
        self._clock = clock
        self._size = size
        self._begun_at = clock.monotonic()

    def seconds_left(self, read: int) -> float | None:
        """Return when the rest will be read at that pace; None in the first second, when nobody can tell."""
        seconds = self._clock.monotonic() - self._begun_at
        return (self._size - read) / read * seconds if read and seconds >= 1 else None


class StateFile:
    """Writes the state of an update beside the catalogue, where the console reads it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = state_path(path)
        self._clock = clock
        now = clock.now()
        self._state = UpdateState("running", now, now)
        self._written_at = float("-inf")
        self._write()

    def begin(self, dump: str) -> None:
        """Note which dump is imported."""
        self._state = replace(self._state, dump=dump, percent=0.0, releases=0, seconds_left=None)
        self._write()

    def progress(self, about: About, seconds_left: float | None) -> None:
        """Note how far it is, once a second."""
        if self._clock.monotonic() - self._written_at < WRITTEN_EVERY:
            return
        percent = round(100 * about.read / max(about.size, 1), 1)
        self._state = replace(self._state, percent=percent, releases=about.releases, seconds_left=seconds_left)
        self._state = replace(self._state, sentence="")
        self._write()

    def waits(self, seconds: float) -> None:
        """Note that the line was cut."""
        self._state = replace(self._state, sentence=f"The line was cut; it is tried again in {seconds:.0f} s.")
        self._write()

    def end(self, state: State, sentence: str) -> None:
        """Note what came of it."""
        percent = 100.0 if state == "done" else self._state.percent
        self._state = replace(self._state, state=state, sentence=sentence, percent=percent, seconds_left=None)
        self._write()

    def _write(self) -> None:
        """Write the state, where that can be done: nobody stops for it."""
        self._state = replace(self._state, at=self._clock.now())
        self._written_at = self._clock.monotonic()
        fresh = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(encode_json(self._state))
            fresh.replace(self._path)


def state_path(path: Path) -> Path:
    """Return where the state of updates of the catalogue at `path` is."""
    return path.with_name(f"{path.name}.update.json")


def read_state(path: Path, now: datetime) -> UpdateState | None:
    """Return how the last update of the catalogue at `path` is, None when there was none that can be read."""
    try:
        return decode_json(UpdateState, state_path(path).read_bytes()).as_of(now)
    except (OSError, DocumentBroken):
        return None


def _about(path: Path) -> About | None:
    """Return what the catalogue at `path` was made from, None when there is none that can be used."""
    try:
        catalog = open_catalog(path)
    except CatalogDamaged:
        return None
    if catalog is None:
        return None
    catalog.close()
    return catalog.about
