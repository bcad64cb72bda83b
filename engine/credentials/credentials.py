"""The keys and tokens that count now. What the environment says wins over what is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from engine.upstream.oauth import Keys


class Source(StrEnum):
    """Where a key or token comes from. Published: never renamed."""

    ENVIRONMENT = "environment"
    STORED = "stored"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Given:
    """What the environment says; "" for what it does not. Nothing of it prints."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    ru_name: str = ""
    discogs_token: str = field(default="", repr=False)
    contact: str = ""
    deletion_url: str = ""
    deletion_token: str = field(default="", repr=False)

    @property
    def application(self) -> bool:
        """Whether the environment holds the application's keys at eBay."""
        return bool(self.client_id and self.client_secret)


@dataclass(frozen=True, slots=True)
class Credentials:
    """All that a process needs to be let in; "" for what there is not. Secrets never print.

    `generation` is that of the stored document that it was made from.
    """

    ebay: Keys = field(default_factory=Keys)
    discogs_token: str = field(default="", repr=False)
    contact: str = ""
    generation: int = 0

    @property
    def ebay_connected(self) -> bool:
        """Whether there are eBay credentials to try; only eBay can say whether it accepts them."""
        return self.ebay.complete
