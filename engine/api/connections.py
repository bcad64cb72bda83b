"""`/api/connections`: what is connected; and the way to eBay and back, for browsers and for eBay itself.

What eBay sends, a code and a state, stands in an address for one request only: the answer leads on to the screen.
"""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Cookie, HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from engine.api.batches import CHECKED, TheEngine
from engine.api.models.connections import ConnectionsAnswer, ContactAnswer, DiscogsConnection, EbayConnection
from engine.api.refusals import AWAY
from engine.log import get_logger
from engine.public import AccountsView, EngineError

log = get_logger(__name__)

router = APIRouter(prefix="/api", tags=["system"], responses=AWAY, dependencies=CHECKED)
browsers = APIRouter(prefix="/api/connections/ebay", include_in_schema=False)

BROWSER = "dm_consent"  # the cookie that a consent belongs to
COUNTS_SECONDS = 600
SCREEN = "../../../connections"  # as a browser at these routes reads it
MOST_LETTERS = 4_000
QUIET = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@router.get("/connections", summary="What is connected, and until when")
def connections(engine: TheEngine) -> ConnectionsAnswer:
    """Return who is connected with which scopes, and where keys come from; never a key or token."""
    view = engine.accounts.view()
    alive = [worker for worker in engine.queries.workers() if not worker.silent]
    return ConnectionsAnswer(
        generation=view.generation,
        workers=len(alive),
        workers_up_to_date=sum(worker.credentials == view.generation for worker in alive),
        ebay=_ebay(view),
        discogs=DiscogsConnection(token=view.discogs, user=view.discogs_user),
        contact=ContactAnswer(source=view.contact, address=view.contact_address),
    )


@browsers.get("/start")
def start(request: Request, engine: TheEngine) -> RedirectResponse:
    """Lead the browser to eBay's page of consent."""
    browser = secrets.token_urlsafe(32)
    answer = RedirectResponse(engine.accounts.consent.begin(browser), 303, QUIET)
    answer.set_cookie(
        BROWSER,
        browser,
        max_age=COUNTS_SECONDS,
        path=request.url.path.removesuffix("/start"),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


@browsers.get("/callback")
def callback(
    request: Request, engine: TheEngine, browser: Annotated[str, Cookie(alias=BROWSER)] = ""
) -> RedirectResponse:
    """Take eBay's answer, and lead the browser on to the screen, whose address holds nothing of it."""
    answer = {name: value[:MOST_LETTERS] for name, value in request.query_params.items()}
    try:
        engine.accounts.consent.finish(answer, browser)
    except EngineError as error:
        log.warning("consent_not_taken", error=type(error).__name__)  # the screen says what is away
    return RedirectResponse(SCREEN, 303, QUIET)


@browsers.get("/account-deletion")
def prove(engine: TheEngine, challenge_code: str = "") -> Response:
    """Prove to eBay that the address of its notices is ours."""
    proof = engine.accounts.challenge_response(challenge_code[:MOST_LETTERS]) if challenge_code else ""
    if not proof:
        raise HTTPException(404, "eBay's notices of deleted accounts are not answered here.")
    return JSONResponse({"challengeResponse": proof})


@browsers.post("/account-deletion")
def notice() -> Response:
    """Take notice of a deleted account; nothing is kept here of any eBay user but the seller."""
    return Response(status_code=200)


def _ebay(view: AccountsView) -> EbayConnection:
    ebay, seller = view.ebay, view.ebay.seller
    return EbayConnection(
        connected=ebay.connected,
        application=ebay.application,
        seller=ebay.seller_source,
        client_id=ebay.client_id,
        ru_name=ebay.ru_name,
        user=seller.user if seller else "",
        scopes=list(seller.scopes) if seller else [],
        expires_at=seller.expires_at if seller else None,
        ends_soon=ebay.ends_soon(view.at) is not None,
        deletion_url=ebay.deletion_url,
        last_consent=view.consent.sentence if view.consent else "",
    )
