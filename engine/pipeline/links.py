"""Which releases of MusicBrainz are linked to releases of Discogs: asked beside the rows, while MusicBrainz is idle.

Rows never ask. A row whose cover depends on it goes on without; what is answered later is kept with its barcode, for
the next row of it, and for this one when it is done again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Self

from engine.clock import Clock
from engine.codec import decode
from engine.errors import Requeued, StoreError, UpstreamDown, UpstreamError
from engine.log import get_logger
from engine.pipeline.lookups import Lookups, Question
from engine.upstream.caller import Impatient
from engine.upstream.musicbrainz import LINKED_AT_ONCE, MusicBrainz

log = get_logger(__name__)

MOST_WANTED = 5_000  # of more the first are given up: a row that is done again wants them anew
LOOK_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 30.0
_CALL_SECONDS = 30.0
_JOIN_SECONDS = 2.0


class Links:
    """The links that `lookups` keeps; as a context it asks for those that are wanted, on a thread of its own.

    `musicbrainz` is a client whose limiter permits calls only while nobody else uses the service.
    """

    def __init__(self, lookups: Lookups, clock: Clock, musicbrainz: MusicBrainz | None = None) -> None:
        self._lookups = lookups
        self._clock = clock
        self._musicbrainz = musicbrainz
        self._lock = threading.Lock()
        self._wanted: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._wake = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="links", daemon=True)

    def __enter__(self) -> Self:
        """Begin to ask."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it; what is wanted still is given up."""
        self._closing.set()
        self._wake.set()
        self._thread.join(_JOIN_SECONDS)

    def connect(self, musicbrainz: MusicBrainz) -> None:
        """From now on ask this client."""
        self._musicbrainz = musicbrainz

    def known(self, key: str, discogs_id: str) -> tuple[str, ...] | None:
        """Return the releases that are linked to one of Discogs, None while that is not known: then it is wanted.

        `key` is what the row is known by. Nobody waits for an answer.

        Raises:
            StoreAway: the store does not answer.
        """
        if answer := self._lookups.known(key, _question(discogs_id)):
            return answer.said
        with self._lock:
            self._wanted[key, discogs_id] = None
            while len(self._wanted) > MOST_WANTED:
                self._wanted.popitem(last=False)
        self._wake.set()
        return None

    def ask(self) -> bool:
        """Ask for what is wanted, as much as one call takes; return whether more is wanted.

        Raises:
            UpstreamDown: MusicBrainz is in use, or does not answer; what is wanted stays so.
            UpstreamError: it refuses to answer; nothing is wanted any more.
            StoreError: the store does not answer.
            Requeued: the process stops.
        """
        with self._lock:
            asked = [*self._wanted][:LINKED_AT_ONCE]
        missing = [(key, number) for key, number in asked if not self._lookups.known(key, _question(number))]
        said = self._ask([*dict.fromkeys(number for _, number in missing)]) if missing else {}
        for key, number in missing:
            if number in said:
                self._lookups.learn(key, _question(number), said[number])
        self._lookups.keep(*(key for key, _ in missing))
        with self._lock:
            for wanted in asked:
                self._wanted.pop(wanted, None)
            self._wanted.update((wanted, None) for wanted in missing if wanted[1] not in said)
            return bool(self._wanted)

    def _ask(self, numbers: list[str]) -> dict[str, tuple[str, ...]]:
        if self._musicbrainz is None:
            return {}
        try:
            caller = Impatient(self._clock, self._closing, _CALL_SECONDS)
            return self._musicbrainz.for_caller(caller).linked(numbers)
        except UpstreamError as error:
            if not isinstance(error, UpstreamDown):
                with self._lock:
                    self._wanted.clear()
            raise

    def _run(self) -> None:
        pause, more = LOOK_SECONDS, False
        while (more or self._wake.wait()) and not self._closing.wait(pause):
            self._wake.clear()
            try:
                more, pause = self.ask(), LOOK_SECONDS
            except Requeued:
                return
            except (UpstreamDown, StoreError):  # what is wrong with either is told elsewhere
                more, pause = True, min(2 * pause, LONGEST_PAUSE_SECONDS)
            except UpstreamError as error:
                log.warning("links_refused", error=str(error))


def _question(discogs_id: str) -> Question[tuple[str, ...]]:
    return Question(f"musicbrainz/links/{discogs_id}", _mbids)


def _mbids(said: object) -> tuple[str, ...]:
    return decode(tuple[str, ...], said)
