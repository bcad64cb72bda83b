"""What the job store knows of the connections: who is connected and until when, and never a secret."""

from __future__ import annotations

from datetime import datetime

from engine.codec import Document, Value

PATH = "connections/credentials"


class EbayApplication(Value, frozen=True):
    """The application's keys at eBay, as far as they are public.

    `ru_name` is eBay's name of the address that consent leads back to.
    """

    client_id: str
    ru_name: str = ""


class EbaySeller(Value, frozen=True):
    """The seller who let the application in.

    `user` is "" where eBay did not say who it is. `scopes` are those that were found granted. `expires_at` is None
    where eBay named no end.
    """

    client_id: str
    connected_at: datetime
    user: str = ""
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


class DiscogsAccount(Value, frozen=True):
    """Whose Discogs token is kept."""

    user: str
    connected_at: datetime


class StoredCredentials(Document, frozen=True):
    """The document `connections/credentials`.

    `generation` grows with every change: whoever sees another one reads the secrets again. `contact` is an e-mail
    address or web page for the services' User-Agent. `deletion_url` is the public address at which eBay sends its
    notices of deleted accounts, "" where none is answered.
    """

    generation: int = 0
    contact: str = ""
    ebay_application: EbayApplication | None = None
    ebay_seller: EbaySeller | None = None
    discogs: DiscogsAccount | None = None
    deletion_url: str = ""
