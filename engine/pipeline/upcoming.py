"""The barcodes of the rows that come next, so that one call can ask for several."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

FORESEEN = 200


class Upcoming:
    """Barcodes in the order of their rows; of too many the last ones count. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gtins: OrderedDict[str, None] = OrderedDict()

    def add(self, gtins: Sequence[str]) -> None:
        """Put `gtins` behind all others."""
        with self._lock:
            for gtin in dict.fromkeys(gtins):
                self._gtins[gtin] = None
                self._gtins.move_to_end(gtin)
            while len(self._gtins) > FORESEEN:
                self._gtins.popitem(last=False)

    def behind(self, gtin: str) -> list[str]:
        """Return the barcodes that come after `gtin`, none when it was not foreseen itself."""
        with self._lock:
            if gtin not in self._gtins:
                return []
            names = list(self._gtins)
        return names[names.index(gtin) + 1 :]
