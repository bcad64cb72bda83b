"""The sessions of people who have signed in: what the store keeps of them, and what their browsers send."""

from __future__ import annotations

import hmac
import re
from datetime import datetime

from engine.codec import Document
from engine.domain.access import digest

_SESSION = re.compile(r"([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


class Session(Document, frozen=True):
    """The document `sessions/{session_id}`; of the browser's secret it has the SHA-256 `digest` only.

    `groups` are those that the provider named when the session began.
    """

    session_id: str
    name: str
    digest: str
    begun_at: datetime
    ends_at: datetime
    groups: tuple[str, ...] = ()

    def has(self, secret: str) -> bool:
        """Whether `secret` is its own; takes as long for any."""
        return hmac.compare_digest(self.digest, digest(secret))


def written(session_id: str, secret: str) -> str:
    """Return a session as a browser sends it."""
    return f"{session_id}_{secret}"


def parts(text: str) -> tuple[str, str] | None:
    """Return id and secret of a session as a browser sends it, None for what cannot be one."""
    found = _SESSION.fullmatch(text)
    return (found[1], found[2]) if found else None
