"""What is connected, without a secret."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from engine.api.models.base import Answer
from engine.public import Source


class EbayConnection(Answer):
    """The account at eBay."""

    connected: bool
    application: Source = Field(description="where the application's keys come from")
    seller: Source = Field(description="where the seller's token comes from")
    client_id: str
    ru_name: str
    user: str = Field(description='who is connected, "" where it is not known')
    scopes: list[str]
    expires_at: datetime | None
    ends_soon: bool = Field(description="whether the consent ends within thirty days, or has ended")
    deletion_url: str = Field(description="where eBay's notices of deleted accounts are answered")
    last_consent: str = Field(description='what came of the last consent, "" for none')


class DiscogsConnection(Answer):
    """The account at Discogs."""

    token: Source
    user: str = Field(description='whose token it is, "" where it is not known')


class ContactAnswer(Answer):
    """The address that services may write to."""

    source: Source
    address: str


class ConnectionsAnswer(Answer):
    """All connections. `generation` grows with every change; `workers` counts those alive, and those that use it."""

    generation: int
    workers: int
    workers_up_to_date: int
    ebay: EbayConnection
    discogs: DiscogsConnection
    contact: ContactAnswer
