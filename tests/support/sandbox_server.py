"""The sandbox on a free loopback port, for any test.

with running() as sandbox:
    sandbox.fault("discogs", "busy", times=2)
    ...
    assert sandbox.fired() == 2
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from engine.sandbox.app import server
from engine.sandbox.catalogue import Entry


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox; `url` is its root, and `url + "/discogs"` the root of a service."""

    url: str
    session: requests.Session

    def answers(self) -> bool:
        try:
            return self.session.get(f"{self.url}/sandbox/health", timeout=10).ok
        except requests.ConnectionError:
            return False

    def fault(self, service: str, fault: str, **more: Any) -> None:
        """Turn a fault on: `times`, `after`, `match`, `seconds`, `number`, `said`."""
        self._call("POST", "/faults", json={"service": service, "fault": fault, **more})

    def faults(self) -> list[dict[str, Any]]:
        faults: list[dict[str, Any]] = self._call("GET", "/faults")["faults"]
        return faults

    def fired(self) -> int:
        """Return how often any of the faults that are on fired."""
        return sum(fault["fired"] for fault in self.faults())

    def heal(self) -> None:
        """Turn all faults and latencies off."""
        self._call("DELETE", "/faults")
        self.latency()

    def latency(self, **seconds: float) -> None:
        self._call("PUT", "/latency", json=seconds)

    def ledger(self, service: str = "", *, since: int = 0, calls: bool = True) -> dict[str, Any]:
        asked = {"service": service, "since": since, "calls": int(calls)}
        ledger: dict[str, Any] = self._call("GET", "/ledger", params=asked)
        return ledger

    def sell(self, sku: str) -> None:
        """Publish a draft, as a person does by hand."""
        form = {"grant_type": "refresh_token", "refresh_token": "sandbox"}
        token = self.session.post(
            f"{self.url}/ebay/identity/v1/oauth2/token", data=form, auth=("sandbox", "sandbox"), timeout=10
        ).json()["access_token"]
        offer_id = self.ledger(calls=False)["offers"][sku]["offer_id"]
        address = f"{self.url}/ebay/sell/inventory/v1/offer/{offer_id}/publish"
        headers = {"Authorization": f"Bearer {token}"}
        self.session.post(address, json={}, headers=headers, timeout=10).raise_for_status()

    def account(self, **changed: Any) -> dict[str, Any]:
        """Change what the seller has set up at eBay, as `engine.sandbox.ebay_account` says, and return it."""
        account: dict[str, Any] = self._call("PUT", "/account", json=changed)
        return account

    def consent(self, **more: Any) -> None:
        """Change what a consent at eBay leads to: `accept_url`, `lives_seconds`."""
        self._call("PUT", "/consent", json=more)

    def refresh_tokens(self) -> list[str]:
        """Return the refresh tokens that were given out."""
        tokens: list[str] = self._call("GET", "/consent")["refresh_tokens"]
        return tokens

    def revoke(self) -> None:
        """Take every consent at eBay back."""
        self._call("DELETE", "/consent")

    def reset(self) -> None:
        """Turn all faults off, forget every call and draft, set the account back; access tokens live on."""
        self.heal()
        self._call("DELETE", "/account")
        self.revoke()
        self._call("DELETE", "/ledger")

    def _call(self, method: str, path: str, **more: Any) -> Any:
        response = self.session.request(method, f"{self.url}/sandbox{path}", timeout=10, **more)
        response.raise_for_status()
        return response.json() if response.content else None


@contextlib.contextmanager
def running(ledger: Path | None = None, *, everywhere: bool = False, more: Sequence[Entry] = ()) -> Iterator[Sandbox]:
    """Run a sandbox in a thread for as long as the block lasts; `everywhere` and `more` are as in `create_app`."""
    # TCP is named, because asyncio turns Nagle's algorithm off only then: without it every answer is 40 ms late
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    port = listener.getsockname()[1]
    served = server(port, ledger=ledger, everywhere=everywhere, more=more)
    thread = threading.Thread(target=served.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
    thread.start()
    with listener, requests.Session() as session:
        sandbox = Sandbox(f"http://127.0.0.1:{port}", session)
        sandbox._call("GET", "/health")  # the listener is open already, so this waits until somebody accepts
        try:
            yield sandbox
        finally:
            session.close()
            served.should_exit = True
            thread.join(timeout=10)
