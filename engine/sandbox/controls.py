"""The sandbox's own switches, under /sandbox: read the ledger, turn faults on and off.

* `GET /sandbox/ledger?service=&since=&calls=0`: `counts`, `last` (number of the last call), `calls`; by SKU `items`
  and `offers` with how often each was written or created, and `held` with what each holds; `published`. `DELETE`
  forgets everything.
* `POST /sandbox/faults` with a fault (see `engine.sandbox.faults`): 201. `GET` lists them with how often each fired,
  `DELETE` turns all off.
* `PUT /sandbox/latency` with `{service: seconds}`: how late each service answers on a good day.
* `GET`, `PUT` and `DELETE /sandbox/account`: what the seller has set up at eBay (see `engine.sandbox.ebay_account`).
* `GET`, `PUT` and `DELETE /sandbox/consent`: what a consent at eBay leads to (see `engine.sandbox.consent`).
* `GET /sandbox/health`: 200 once it serves.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from engine.sandbox.consent import Consents
from engine.sandbox.ebay_account import SellerAccount
from engine.sandbox.faults import KINDS, ONLY_PARTS, PARTS, SERVICES, Fault, Faults
from engine.sandbox.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Controls:
    """The switches of one sandbox."""

    ledger: Ledger
    faults: Faults
    account: SellerAccount
    consents: Consents

    def routes(self) -> list[Route]:
        """Return the calls that drive the sandbox."""
        return [
            Route("/sandbox/health", self.health),
            Route("/sandbox/ledger", self.read_ledger),
            Route("/sandbox/ledger", self.clear_ledger, methods=["DELETE"]),
            Route("/sandbox/faults", self.list_faults),
            Route("/sandbox/faults", self.add_fault, methods=["POST"]),
            Route("/sandbox/faults", self.clear_faults, methods=["DELETE"]),
            Route("/sandbox/account", self.account.read),
            Route("/sandbox/account", self.account.change, methods=["PUT"]),
            Route("/sandbox/account", self.account.reset, methods=["DELETE"]),
            Route("/sandbox/consent", self.consents.read, methods=["GET"]),
            Route("/sandbox/consent", self.consents.change, methods=["PUT"]),
            Route("/sandbox/consent", self.consents.revoke, methods=["DELETE"]),
            Route("/sandbox/latency", self.set_latency, methods=["PUT"]),
        ]

    async def health(self, _request: Request) -> Response:
        """Tell that the sandbox serves."""
        return JSONResponse({"status": "ok"})

    async def read_ledger(self, request: Request) -> Response:
        """Return what was asked and made."""
        asked = request.query_params
        since = asked.get("since", "0")
        if not since.isdecimal():
            return _refuse("since is the number of a call")
        calls = asked.get("calls", "1") != "0"
        return JSONResponse(self.ledger.summary(asked.get("service", ""), int(since), calls=calls))

    async def clear_ledger(self, _request: Request) -> Response:
        """Forget what was asked and made."""
        self.ledger.clear()
        return Response(status_code=204)

    async def add_fault(self, request: Request) -> Response:
        """Turn a fault on."""
        asked: dict[str, Any] = await request.json()
        if asked.get("service") not in SERVICES or asked.get("fault") not in KINDS:
            return _refuse(f"service is one of {SERVICES}, fault one of {KINDS}")
        in_part = asked.get("half") or asked.get("sku")
        if asked["fault"] not in PARTS if in_part else asked["fault"] in ONLY_PARTS:
            return _refuse(f"in parts of bulk calls: {PARTS}, and {ONLY_PARTS} nowhere else")
        strange = asked.keys() - {
            "service",
            "fault",
            "times",
            "after",
            "match",
            "seconds",
            "number",
            "said",
            "half",
            "sku",
        }
        if strange:
            return _refuse(f"unknown: {sorted(strange)}")
        self.faults.active.append(Fault(**asked))
        return JSONResponse(asdict(self.faults.active[-1]), 201)

    async def list_faults(self, _request: Request) -> Response:
        """Return the faults, each with how often it fired."""
        return JSONResponse({"faults": list(map(asdict, self.faults.active)), "latency": self.faults.latency})

    async def clear_faults(self, _request: Request) -> Response:
        """Turn all faults off."""
        self.faults.active.clear()
        return Response(status_code=204)

    async def set_latency(self, request: Request) -> Response:
        """Set how late each service answers on a good day."""
        self.faults.latency = {name: float(seconds) for name, seconds in (await request.json()).items()}
        return JSONResponse(self.faults.latency)


def _refuse(reason: str) -> Response:
    return JSONResponse({"error": reason}, 422)
