"""Where credentials are kept: secrets in the store of secrets, all else in one document of the job store.

A secret is written before the document that speaks of it, and forgotten after it. The two keys of a pair are one
secret, so that nobody ever reads one of them with another's partner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.codec import Value, decode, decode_json, encode, encode_json, replace
from engine.credentials.credentials import Credentials, Given, Source
from engine.credentials.records import PATH, DiscogsAccount, EbayApplication, EbaySeller, StoredCredentials
from engine.errors import Conflict
from engine.log import get_logger
from engine.redaction import know
from engine.retry import RetryPolicy, retry
from engine.secrets.base import SecretStore
from engine.store.base import Document, Expect, Patch, Put, Store
from engine.upstream.oauth import Keys

log = get_logger(__name__)

APPLICATION, SELLER, DISCOGS, DELETION = "ebay-application", "ebay-seller", "discogs-token", "ebay-deletion-token"
_TRIES = RetryPolicy(first=0.01, factor=2.0, longest=0.2, jitter=1.0, tries=20)

T = TypeVar("T")
Change = Callable[[StoredCredentials], StoredCredentials]


class _Application(Value, frozen=True):
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return "_Application()"


class _Seller(Value, frozen=True):
    client_id: str
    refresh_token: str

    def __repr__(self) -> str:
        return "_Seller()"


class Vault:
    """Keeps credentials, and says which count.

    Every method raises StoreAway when the job store does not answer, and SecretsError when the store of secrets does
    not answer or does not let us in. Where there is nothing stored, the store of secrets is not asked.
    """

    def __init__(self, store: Store, secrets: Callable[[], SecretStore], given: Given) -> None:
        self.given = given
        self._store = store
        self._secrets = secrets

    def record(self) -> StoredCredentials:
        """Return what is stored of the connections."""
        return read(self._store)

    def current(self, record: StoredCredentials | None = None) -> Credentials:
        """Return the credentials that count now; with a `record` that was just read, those that it speaks of."""
        record = record or self.record()
        return Credentials(
            self.ebay_keys(record),
            self.given.discogs_token or (self._secret(DISCOGS) if record.discogs else ""),
            self.given.contact or record.contact,
            record.generation,
        )

    def ebay_keys(self, record: StoredCredentials) -> Keys:
        """Return the application's keys at eBay, with the seller's token where it was given to that application."""
        client_id, client_secret = self._application(record)
        token = self.given.refresh_token
        if not token and self.seller_source(record) is Source.STORED:
            kept = _opened(_Seller, self._secret(SELLER))
            token = kept.refresh_token if kept and kept.client_id == client_id else ""
        return Keys(client_id, client_secret, token)

    def application_source(self, record: StoredCredentials) -> Source:
        """Return where the application's keys come from."""
        if self.given.application:
            return Source.ENVIRONMENT
        return Source.STORED if record.ebay_application else Source.MISSING

    def seller_source(self, record: StoredCredentials) -> Source:
        """Return where the seller's token comes from; one that another application was given does not count."""
        if self.given.refresh_token:
            return Source.ENVIRONMENT
        seller = record.ebay_seller
        return Source.STORED if seller and seller.client_id == self.client_id(record) else Source.MISSING

    def discogs_source(self, record: StoredCredentials) -> Source:
        """Return where the Discogs token comes from."""
        if self.given.discogs_token:
            return Source.ENVIRONMENT
        return Source.STORED if record.discogs else Source.MISSING

    def client_id(self, record: StoredCredentials) -> str:
        """Return the application's name at eBay, "" without one; it is no secret."""
        if self.given.application:
            return self.given.client_id
        return record.ebay_application.client_id if record.ebay_application else ""

    def ru_name(self, record: StoredCredentials) -> str:
        """Return eBay's name of the address that consent leads back to, "" without one."""
        stored = record.ebay_application.ru_name if record.ebay_application else ""
        return self.given.ru_name or stored

    def deletion(self, record: StoredCredentials) -> tuple[str, str]:
        """Return address and verification token for eBay's notices of deleted accounts, both "" without them."""
        if self.given.deletion_url and self.given.deletion_token:
            return self.given.deletion_url, self.given.deletion_token
        return (record.deletion_url, self._secret(DELETION)) if record.deletion_url else ("", "")

    def keep_application(self, client_id: str, client_secret: str, ru_name: str) -> None:
        """Keep the application's keys. A seller who let another application in is no longer connected."""
        if client_secret:
            know(client_secret)
            self._keep(APPLICATION, encode_json(_Application(client_id, client_secret)).decode())
        self._change(lambda record: replace(record, ebay_application=EbayApplication(client_id, ru_name)))
        log.info("ebay_keys_kept")

    def keep_seller(self, seller: EbaySeller, refresh_token: str) -> None:
        """Keep the token of the seller who let us in."""
        know(refresh_token)
        self._keep(SELLER, encode_json(_Seller(seller.client_id, refresh_token)).decode())
        self._change(lambda record: replace(record, ebay_seller=seller))
        log.info("ebay_connected", user=seller.user)

    def forget_seller(self) -> None:
        """Forget the seller's token; the application's keys stay."""
        self._change(lambda record: replace(record, ebay_seller=None))
        self._secrets().delete(SELLER)
        log.info("ebay_disconnected")

    def forget_application(self) -> None:
        """Forget all that is kept of eBay: the application's keys and the seller's token."""
        self._change(lambda record: replace(record, ebay_application=None, ebay_seller=None))
        for name in (SELLER, APPLICATION):
            self._secrets().delete(name)
        log.info("ebay_keys_forgotten")

    def keep_discogs(self, account: DiscogsAccount, token: str) -> None:
        """Keep a Discogs token."""
        self._keep(DISCOGS, token)
        self._change(lambda record: replace(record, discogs=account))
        log.info("discogs_connected", user=account.user)

    def forget_discogs(self) -> None:
        """Forget the Discogs token."""
        self._change(lambda record: replace(record, discogs=None))
        self._secrets().delete(DISCOGS)
        log.info("discogs_disconnected")

    def keep_contact(self, contact: str) -> None:
        """Keep the address for the services' User-Agent; "" forgets it."""
        self._change(lambda record: replace(record, contact=contact))
        log.info("contact_kept")

    def keep_deletion(self, url: str, token: str) -> None:
        """Keep where eBay sends its notices of deleted accounts; "" forgets it."""
        if url:
            self._keep(DELETION, token)
        self._change(lambda record: replace(record, deletion_url=url))
        if not url:
            self._secrets().delete(DELETION)

    def _application(self, record: StoredCredentials) -> tuple[str, str]:
        if self.given.application:
            return self.given.client_id, self.given.client_secret
        kept = _opened(_Application, self._secret(APPLICATION)) if record.ebay_application else None
        return (kept.client_id, kept.client_secret) if kept else ("", "")

    def _secret(self, name: str) -> str:
        found = self._secrets().get(name) or ""
        know(found)
        return found

    def _keep(self, name: str, value: str) -> None:
        know(value)
        self._secrets().put(name, value)

    def _change(self, change: Change) -> None:
        """Change the document and count a generation on, whatever others write at the same time."""
        retry(lambda: self._changed(change), _TRIES, Conflict)

    def _changed(self, change: Change) -> None:
        found = self._store.get(PATH)[0]
        before = _decoded(found)
        fields = encode(replace(change(before), generation=before.generation + 1))
        self._store.commit(Patch(PATH, fields, found.version) if found else Put(PATH, fields, Expect.ABSENT))


def read(store: Store) -> StoredCredentials:
    """Return what a store knows of the connections.

    Raises:
        StoreAway: it does not answer.
    """
    return _decoded(store.get(PATH)[0])


def _decoded(found: Document | None) -> StoredCredentials:
    return decode(StoredCredentials, found.fields, found.path) if found else StoredCredentials()


def _opened(kind: type[T], text: str) -> T | None:
    pair = decode_json(kind, text) if text else None
    if isinstance(pair, _Application | _Seller):
        know(pair.client_secret if isinstance(pair, _Application) else pair.refresh_token)
    return pair
