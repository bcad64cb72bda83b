"""`/api/scans`: copies scanned one by one, by any scanner that speaks HTTP; `/api/barcodes/read`: a camera's eye."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Query

from engine.api.batches import CHECKED, TheEngine
from engine.api.models.rows import PriceAnswer, ReleaseAnswer
from engine.api.models.scans import (
    BarcodesAnswer,
    ClosedAnswer,
    DiscardedAnswer,
    FilledAnswer,
    LinesAnswer,
    LinesRequest,
    OpenRequest,
    PictureRequest,
    ScanAnswer,
    SessionAnswer,
    SessionsAnswer,
    TakenAnswer,
)
from engine.api.refusals import AWAY, CONFLICT, UNREADABLE, WRITE, documented
from engine.public import Entry, Scan, ScanSession, Taken, barcodes_in, encode

router = APIRouter(prefix="/api", tags=["scans"], responses=AWAY, dependencies=CHECKED)
NO_SESSION = documented({404: "There is no such session."})


@router.post("/scans", summary="Begin a scan session", responses=WRITE | UNREADABLE)
def begin(body: OpenRequest, engine: TheEngine) -> SessionAnswer:
    """Return the session; one that was begun under the same `session_id` is that one."""
    return _session(engine.scans.open(body.name, session_id=body.session_id or ""))


@router.get("/scans", summary="Scan sessions that are being filled")
def unfinished(engine: TheEngine) -> SessionsAnswer:
    """Return the sessions of which no file was made yet, the one that was used last first."""
    return SessionsAnswer(sessions=list(map(_session, engine.scans.unfinished())))


@router.get("/scans/{session_id}", summary="One session, and what came in last", responses=NO_SESSION)
def one(session_id: str, engine: TheEngine, limit: Annotated[int, Query(ge=1, le=300)] = 50) -> FilledAnswer:
    """Return the session; `counts` add up to the rows of its batch."""
    session = engine.scans.session(session_id)
    counts = {str(state): count for state, count in engine.scans.tally(session_id).items()}
    newest = list(map(_scan, engine.scans.newest(session_id, limit)))
    return FilledAnswer(**_session(session).model_dump(), counts=counts, newest=newest)


@router.post(
    "/scans/{session_id}/lines",
    summary="Take in what was scanned, or typed of the last copy",
    responses=CONFLICT | UNREADABLE | NO_SESSION,
)
def take(session_id: str, body: LinesRequest, engine: TheEngine) -> LinesAnswer:
    """Return what became of each line; it is in the store then. 409 once the session is closed."""
    entries = [Entry(line.id, line.text, line.of) for line in body.lines]
    return LinesAnswer(lines=list(map(_taken, engine.scans.take(session_id, entries))))


@router.post(
    "/scans/{session_id}/close", summary="Make a file of a session", responses=CONFLICT | UNREADABLE | NO_SESSION
)
def close(session_id: str, engine: TheEngine) -> ClosedAnswer:
    """Return the address of the file, which `POST /api/batch/process` starts. 409 while nothing was scanned."""
    return ClosedAnswer(gcs_path=engine.scans.close(session_id))


@router.post("/scans/{session_id}/discard", summary="Take a session away", responses=WRITE | UNREADABLE | NO_SESSION)
def discard(session_id: str, engine: TheEngine) -> DiscardedAnswer:
    """Return the name of the session, which is gone with its scans; batches that were made of it stay."""
    engine.scans.discard(session_id)
    return DiscardedAnswer(session_id=session_id)


@router.post("/barcodes/read", summary="Read the barcodes in a picture", responses=WRITE | UNREADABLE)
def read(body: PictureRequest) -> BarcodesAnswer:
    """Return the EAN and UPC barcodes in a picture; none is in the store."""
    try:
        return BarcodesAnswer(barcodes=barcodes_in(base64.b64decode(body.image, validate=True)))
    except (binascii.Error, ValueError) as error:
        return BarcodesAnswer(barcodes=[], problem=f"No barcode was looked for: {error}")


def _session(session: ScanSession) -> SessionAnswer:
    return SessionAnswer(
        session_id=session.session_id,
        name=session.name,
        by=session.by,
        opened_at=session.opened_at,
        changed_at=session.changed_at,
        closed_at=session.closed_at,
        scans=session.scans,
    )


def _taken(taken: Taken) -> TakenAnswer:
    scan = _scan(taken.scan) if taken.scan else None
    return TakenAnswer(id=taken.entry_id, changed=taken.changed, problem=taken.problem, scan=scan)


def _scan(scan: Scan) -> ScanAnswer:
    found = scan.found
    return ScanAnswer(
        scan_id=scan.scan_id,
        number=scan.number,
        text=scan.text,
        upc=scan.shown,
        gtin=scan.gtin,
        state=scan.state,
        problem=scan.problem,
        repeats=scan.repeats,
        grade=scan.grade,
        price_cents=scan.price_cents,
        quantity=scan.quantity,
        note=scan.note,
        at=scan.at,
        by=scan.by,
        release=ReleaseAnswer.model_validate(encode(found.release)) if found and found.release else None,
        cover=found.cover if found else "",
        price=PriceAnswer.model_validate(encode(scan.price)) if scan.price.source else None,
        price_due=scan.price_due,
    )
