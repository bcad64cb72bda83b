"""Questions on their way: what one row asks already, others wait for."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from engine.errors import UpstreamError
from engine.upstream.caller import Caller

LISTEN_SECONDS = 0.2


class Flight:
    """A question on its way for some barcodes; `error` is what it came to instead of an answer."""

    def __init__(self, gtins: Sequence[str]) -> None:
        self.gtins = tuple(gtins)
        self.error: UpstreamError | None = None
        self._over = threading.Event()

    def wait(self, caller: Caller) -> None:
        """Wait for its end.

        Raises:
            UpstreamError: what it came to.
            Requeued: the caller must not go on.
        """
        while not self._over.wait(LISTEN_SECONDS):
            caller.wait(0.0, "waits for the answer that another row is getting")
        if self.error:
            raise self.error

    def end(self) -> None:
        """Let the rows go on that wait for it."""
        self._over.set()


class SingleFlight:
    """Has each question about a barcode asked once at a time; safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[tuple[str, str], Flight] = {}

    def under_way(self, question: str, gtin: str) -> bool:
        """Whether somebody is asking."""
        with self._lock:
            return (question, gtin) in self._flights

    def begin(self, question: str, gtins: Sequence[str]) -> tuple[Flight, bool]:
        """Return the flight that asks about the first of `gtins`, and whether it is a new one: that is to be landed.

        A new one is for the others too, as far as nobody is asking about them.
        """
        with self._lock:
            if known := self._flights.get((question, gtins[0])):
                return known, False
            flight = Flight([gtin for gtin in gtins if (question, gtin) not in self._flights])
            self._flights.update({(question, gtin): flight for gtin in flight.gtins})
            return flight, True

    def land(self, question: str, flight: Flight) -> None:
        """End a flight. Its answers are where everybody looks for them by now."""
        with self._lock:
            for gtin in flight.gtins:
                del self._flights[question, gtin]
        flight.end()
