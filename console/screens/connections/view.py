"""What the Connections screen knows and says of each service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from console.context import Context
from engine.public import AccountsView, Engine, Service, Source, UpstreamsView, WorkerView, missing_scopes

REVOKE = "To take the consent back at eBay: Account settings, Sign in and security, Third-party app access."


@dataclass(frozen=True, slots=True)
class ConnectionsView:
    """What is connected, how the services are, and which engines there are."""

    accounts: AccountsView
    upstreams: UpstreamsView
    workers: tuple[WorkerView, ...]

    def connected(self, service: Service) -> bool:
        """Whether there are keys for a service that takes some; whether it accepts them only a call can tell."""
        return {
            Service.EBAY: self.accounts.ebay.connected,
            Service.DISCOGS: self.accounts.discogs is not Source.MISSING,
        }.get(service, False)

    @property
    def taken_up(self) -> str:
        """Return whether the engines use what is connected, "" while none is alive."""
        alive = [worker for worker in self.workers if not worker.silent]
        late = sum(worker.credentials != self.accounts.generation for worker in alive)
        if not alive:
            return "No engine is running: what you connect is taken up when one starts."
        return "The engine takes the last change up within seconds." if late else "Every engine uses what stands here."


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a service is for: what it adds, and what is missing without it."""

    adds: str
    without: str


PURPOSES = {
    Service.EBAY: Purpose(
        "Drafts at eBay, eBay's rules of each category, asking prices if you choose them.",
        "Drafts are composed and kept here; you can upload them with Seller Hub's draft file.",
    ),
    Service.DISCOGS: Purpose(
        "More releases found by barcode, the exact pressing, genres, and prices if you choose them.",
        "Barcodes are looked up at MusicBrainz alone.",
    ),
    Service.MUSICBRAINZ: Purpose(
        "Releases by barcode, and the number by which a cover is found. It needs no account, only an address.",
        "It may turn away a caller who gives no address.",
    ),
    Service.COVERART: Purpose("Front covers. It needs no account.", "Drafts without your own photos have no picture."),
}


def load(engine: Engine) -> ConnectionsView:
    """Read what the screen shows."""
    return ConnectionsView(engine.accounts.view(), engine.upstreams.all(), engine.queries.workers())


def origin(context: Context, source: Source) -> str:
    """Return where a key comes from, as an operator reads it; "" for one that is missing."""
    if source is Source.ENVIRONMENT:
        return "from the demo" if context.settings.profile == "demo" else "from the environment"
    return "entered here" if source is Source.STORED else ""


def ebay_facts(context: Context, view: AccountsView) -> dict[str, object]:
    """Return what is known of the connection to eBay; no secret is."""
    ebay, seller = view.ebay, view.ebay.seller
    lacking = missing_scopes(seller.scopes) if seller else []
    return {
        "Application keys": origin(context, ebay.application),
        "RuName": ebay.ru_name,
        "Seller": (seller.user or "connected") if seller else origin(context, ebay.seller_source),
        "Until": _until(seller.expires_at, view.at) if seller and seller.expires_at else "",
        "Allowed": ", ".join(seller.scopes) if seller else "",
        "Not allowed": "; ".join(f"{scope.name}: {scope.missing}" for scope in lacking),
    }


def _until(ends: datetime, now: datetime) -> str:
    days = (ends - now).days
    return f"{ends:%-d %B %Y}" + (f", {days} days left" if days >= 0 else ", it has ended")
