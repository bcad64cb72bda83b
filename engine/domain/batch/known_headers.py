"""What a person chose for a header is known for the next file with it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from engine.codec import Document
from engine.domain.batch.layout import TableLayout
from engine.domain.folding import folded

HEADERS = "headers"


class KnownHeader(Document, frozen=True):
    """The document `headers/{digest of the names}`: how a table under this header is read.

    One without columns was forgotten. The columns are by number; where the header stands, each file says itself.
    """

    SCHEMA: ClassVar[int] = 1

    names: tuple[str, ...]
    table: TableLayout = TableLayout()
    at: datetime | None = None
    by: str = ""

    @property
    def path(self) -> str:
        """Return where it is stored."""
        return path(self.names)


def path(names: Sequence[str]) -> str:
    """Return where what is known of a header is stored: letters, accents and empty columns at its end do not count."""
    plain = "\x1f".join(" ".join(folded(name).split()) for name in names).rstrip("\x1f")
    return f"{HEADERS}/{hashlib.sha256(plain.encode()).hexdigest()[:32]}"
