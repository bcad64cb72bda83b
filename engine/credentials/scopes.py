"""What a seller is asked to allow at eBay, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One of eBay's scopes. Without a `needed` one nothing can be sent; without another one something is missing."""

    name: str
    why: str
    missing: str
    needed: bool = False


SCOPES = (
    Scope("sell.inventory", "make, change and remove drafts", "no draft can be sent", needed=True),
    Scope(
        "sell.account.readonly",
        "read your business policies, so that you choose them by name",
        "your business policies cannot be chosen by name",
    ),
    Scope("sell.stores.readonly", "read the categories of your store, if you have one", "store categories are missing"),
    Scope("commerce.identity.readonly", "show who is connected", "your name at eBay is not known"),
)


def missing(granted: tuple[str, ...]) -> list[Scope]:
    """Return the scopes that were not granted."""
    return [scope for scope in SCOPES if scope.name not in granted]
