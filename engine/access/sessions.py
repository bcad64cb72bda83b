"""Sessions of people in the store: begun when they sign in, checked at every request, ended when they sign out."""

from __future__ import annotations

import secrets
from datetime import timedelta

from engine.clock import Clock
from engine.codec import decode, encode
from engine.domain.access import digest
from engine.domain.sessions import Session, parts, written
from engine.log import get_logger
from engine.redaction import know
from engine.store.base import Delete, Document, Expect, Put, Store, Where

log = get_logger(__name__)

SESSIONS = "sessions"
MOST_SWEPT = 20  # sessions that have ended, and go when another begins


class Sessions:
    """The sessions of people who have signed in. Every method raises StoreAway when the store does not answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def begin(self, name: str, groups: tuple[str, ...], lasts: timedelta) -> str:
        """Begin a session, and return what its browser sends from now on; that is shown once and kept nowhere."""
        session_id, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        know(secret)
        now = self._clock.now()
        session = Session(session_id, name, digest(secret), begun_at=now, ends_at=now + lasts, groups=groups)
        ended = self._store.find(SESSIONS, (Where("ends_at", "<=", now),), limit=MOST_SWEPT)
        self._store.commit(
            Put(_path(session_id), encode(session), Expect.ABSENT), *(Delete(document.path) for document in ended)
        )
        log.info("signed_in", by=name, session=session_id)
        return written(session_id, secret)

    def of(self, text: str) -> Session | None:
        """Return the session that a browser sends as `text`, None where it does not count or has ended."""
        given = parts(text)
        found = self._store.get(_path(given[0]))[0] if given else None
        if given is None or found is None:
            return None
        session = _read(found)
        return session if session.has(given[1]) and found.read_at < session.ends_at else None

    def end(self, text: str) -> None:
        """End the session that a browser sends as `text`; one that does not count stays as it is."""
        session = self.of(text)
        if session is not None:
            self._store.commit(Delete(_path(session.session_id)))
            log.info("signed_out", by=session.name, session=session.session_id)


def _path(session_id: str) -> str:
    return f"{SESSIONS}/{session_id}"


def _read(document: Document) -> Session:
    return decode(Session, document.fields, document.path)
