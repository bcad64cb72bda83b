"""What an operator asked for that is carried out a piece at a time, by this worker beside its rows."""

from __future__ import annotations

import threading
from typing import Protocol

from engine.errors import FilesAway, StoreError
from engine.log import bound, get_logger

log = get_logger(__name__)


class Chore(Protocol):
    """Work in pieces, of which any worker does the next.

    Every method raises StoreAway when the store does not answer, and FilesAway when the files do not.
    """

    def due(self) -> list[str]:
        """Return the names of what is to be carried on now."""
        ...

    def work(self) -> bool:
        """Do one piece of each that is due; return whether there was one."""
        ...


class ChoreRunner:
    """Carries on what is due of one kind, on a thread of its own: the heartbeat never waits for it.

    A chore that waits itself hears by `closing` that it is to end.
    """

    def __init__(self, chore: Chore, name: str, worker: str, closing: threading.Event | None = None) -> None:
        self._chore = chore
        self._name = name
        self._worker = worker
        self._closing = closing or threading.Event()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin to carry out what is due, unless that is under way.

        Raises:
            StoreAway: the store does not answer.
        """
        if (self._thread is None or not self._thread.is_alive()) and self._chore.due():
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Begin no further piece; another worker goes on where this one stops."""
        self._closing.set()

    def _run(self) -> None:
        with bound(worker=self._worker):
            try:
                while not self._closing.is_set() and self._chore.work():
                    pass
            except (StoreError, FilesAway) as error:
                log.warning("chore_not_carried_on", chore=self._name, error=str(error))
