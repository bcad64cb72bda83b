"""The checks that call the services: one harmless call each, and what their answers say of this machine's clock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime

import requests

from engine.clock import Clock
from engine.doctor.report import Finding, ok, problem, warning
from engine.domain.services import CONNECT_DISCOGS, CONNECT_EBAY, NAMES, Service
from engine.errors import CredentialsRefused, EngineError, Requeued, UpstreamDown
from engine.upstream.caller import Impatient
from engine.upstream.connections import Connections

PATIENCE_SECONDS = 10.0
UNSURE = timedelta(seconds=5)
WRONG = timedelta(minutes=2)
MISSING = {
    Service.DISCOGS: ("No token is set: barcodes are looked up at MusicBrainz alone.", CONNECT_DISCOGS),
    Service.EBAY: ("Not connected: drafts are composed here and not sent.", CONNECT_EBAY),
    Service.EBAY_BROWSE: ("Not connected: no asking prices can be compared.", CONNECT_EBAY),
}
KEYS = {Service.DISCOGS: "discogs", Service.EBAY: "ebay", Service.EBAY_BROWSE: "ebay"}


class ServiceDates:
    """How far this machine's clock is from those of the services, by the Date of their answers."""

    def __init__(self, session: requests.Session, clock: Clock) -> None:
        self._clock = clock
        self._apart: list[timedelta] = []
        session.hooks["response"].append(self._heard)

    def _heard(self, response: requests.Response, *_: object, **__: object) -> None:
        try:
            self._apart.append(self._clock.now() - parsedate_to_datetime(response.headers.get("Date", "")))
        except (TypeError, ValueError):
            return

    def finding(self) -> Finding:
        """Return what the answers so far say."""
        if not self._apart:
            return warning("Clock", "No service has said what time it is, so the clock was compared with nothing.")
        apart = min(self._apart, key=abs)
        seconds = abs(apart).total_seconds()
        sentence = f"It is {seconds:,.0f} s {'ahead of' if apart > timedelta() else 'behind'} the services' clocks."
        advice = "Set the clock, and keep it right (NTP): tokens and quotas depend on it."
        if abs(apart) > WRONG:
            return problem("Clock", sentence, advice)
        return warning("Clock", sentence, advice) if abs(apart) > UNSURE else ok("Clock", "It is right.")


def check(connections: Connections, clock: Clock, stop: threading.Event) -> Iterator[Finding]:
    """Yield one finding for each service, which is called once, or not at all without what it needs."""
    for service in Service:
        if not connections.keys.get(KEYS.get(service, ""), True):
            yield warning(NAMES[service], *MISSING[service])
        else:
            yield _called(connections, service, Impatient(clock, stop, PATIENCE_SECONDS))


def _called(connections: Connections, service: Service, caller: Impatient) -> Finding:
    name = NAMES[service]
    try:
        return ok(name, connections.test(service, caller))
    except Requeued as waited:
        return warning(name, f"Not asked: {str(waited).removesuffix('.')}.", "Check again in a while.")
    except CredentialsRefused as refused:
        return problem(
            name,
            _sentence(refused),
            "Connect it anew on the Connections screen, or correct the keys where the environment holds them.",
        )
    except UpstreamDown as down:
        return problem(name, _sentence(down), "Batches wait for it. Check the address and this machine's network.")
    except EngineError as error:
        return problem(name, _sentence(error), "See docs/upstream-failures.md.")


def _sentence(error: EngineError) -> str:
    return f"{str(error).removesuffix('.')}."
