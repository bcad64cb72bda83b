"""The documents of scan sessions: their paths, and how they are read."""

from __future__ import annotations

from engine.batches.documents import is_name
from engine.codec import decode
from engine.domain.batch.scans import Scan, ScanSession
from engine.errors import BadRequest
from engine.store.base import Document

SESSIONS = "scan_sessions"
MOST_SESSIONS = 100  # that are read at once


def session_path(session_id: str) -> str:
    """Return the path of a session.

    Raises:
        BadRequest: its id cannot be one.
    """
    if not is_name(session_id):
        raise BadRequest(f"a scan session has an id of letters and digits, not {session_id!r}")
    return f"{SESSIONS}/{session_id}"


def scans_of(session_id: str) -> str:
    """Return the collection of a session's scans."""
    return f"{session_path(session_id)}/scans"


def scan_path(session_id: str, scan_id: str) -> str:
    """Return the path of one scan."""
    return f"{scans_of(session_id)}/{scan_id}"


def read_session(document: Document) -> ScanSession:
    """Return the session that a document holds.

    Raises:
        DocumentBroken: it cannot be read.
    """
    return decode(ScanSession, document.fields, document.path)


def read_scan(document: Document) -> Scan:
    """Return the scan that a document holds.

    Raises:
        DocumentBroken: it cannot be read.
    """
    return decode(Scan, document.fields, document.path)
