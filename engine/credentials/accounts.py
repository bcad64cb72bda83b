"""Our accounts at the services, as a person connects and disconnects them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from engine.clock import Clock
from engine.credentials.consent import Answered, Consent
from engine.credentials.contact import is_contact
from engine.credentials.credentials import Source
from engine.credentials.records import DiscogsAccount, EbaySeller, StoredCredentials
from engine.credentials.vault import Vault
from engine.errors import BadRequest
from engine.upstream.discogs import Discogs

ENDS_SOON = timedelta(days=30)
_WORD = re.compile(r"[!-~]{1,300}")
_DELETION = re.compile(r"https://[!-~]+/api/connections/ebay/account-deletion")


@dataclass(frozen=True, slots=True)
class EbayAccess:
    """The account at eBay: where the application's keys and the seller's token come from, and what is known of them.

    `seller` is None unless one is kept here. `deletion_url` is where eBay's notices of deleted accounts are answered.
    """

    application: Source
    seller_source: Source
    client_id: str
    ru_name: str
    seller: EbaySeller | None
    deletion_url: str

    @property
    def connected(self) -> bool:
        """Whether there is all that a draft takes."""
        return Source.MISSING not in (self.application, self.seller_source)

    def ends_soon(self, now: datetime) -> datetime | None:
        """Return when the consent ends, if that is within thirty days or over; None otherwise, or when unknown."""
        ends = self.seller.expires_at if self.seller else None
        return ends if ends and ends - now <= ENDS_SOON else None


@dataclass(frozen=True, slots=True)
class AccountsView:
    """All accounts, without a secret, `at` one moment. `consent` is what came of the last one at eBay."""

    at: datetime
    generation: int
    ebay: EbayAccess
    discogs: Source
    discogs_user: str
    contact: Source
    contact_address: str
    consent: Answered | None

    def newer_than(self, other: AccountsView) -> bool:
        """Whether something was connected, or an answer of eBay came, since the `other` was read."""
        answered = self.consent.at if self.consent else None
        before = other.consent.at if other.consent else None
        came = answered is not None and (before is None or answered > before) and self.at > other.at
        return self.generation > other.generation or came


class Accounts:
    """Connects and disconnects. `discogs` returns a client that uses the token.

    Every method raises StoreAway when the job store does not answer, and SecretsError when the store of secrets does
    not help. What is entered is never shown, and no error holds it.
    """

    def __init__(self, vault: Vault, consent: Consent, clock: Clock, discogs: Callable[[str], Discogs]) -> None:
        self.consent = consent
        self._vault = vault
        self._clock = clock
        self._discogs = discogs

    def view(self) -> AccountsView:
        """Return what is connected."""
        vault, record = self._vault, self._vault.record()
        return AccountsView(
            at=self._clock.now(),
            generation=record.generation,
            ebay=self._ebay(record),
            discogs=vault.discogs_source(record),
            discogs_user=record.discogs.user if record.discogs and not vault.given.discogs_token else "",
            contact=Source.ENVIRONMENT if vault.given.contact else Source.STORED if record.contact else Source.MISSING,
            contact_address=vault.given.contact or record.contact,
            consent=self.consent.last(),
        )

    def keep_ebay_keys(self, client_id: str, client_secret: str, ru_name: str) -> None:
        """Keep the keys of the application at eBay; without a secret those of the same application stay.

        Raises:
            BadRequest: something is missing or cannot be what it should be.
        """
        record = self._vault.record()
        known = record.ebay_application
        if not client_secret and not (known and known.client_id == client_id.strip()):
            raise BadRequest("eBay's keys are two: give App ID and Cert ID together.")
        self._vault.keep_application(
            _word(client_id, "The App ID"),
            _word(client_secret, "The Cert ID") if client_secret else "",
            _word(ru_name, "The RuName"),
        )

    def take_pasted(self, address: str) -> Answered:
        """Take eBay's answer out of the address that a browser landed on; return what came of it."""
        answer = {name: values[0] for name, values in parse_qs(urlsplit(address.strip()).query).items()}
        if not answer.keys() & {"code", "error"}:
            sentence = "This address holds no answer of eBay: copy the whole address of the page after you agreed."
            return Answered(self._clock.now(), ok=False, sentence=sentence)
        return self.consent.finish(answer, None)

    def connect_discogs(self, token: str) -> str:
        """Ask Discogs whose token that is, keep it, and return the user's name. A token that is refused is not kept.

        Raises:
            BadRequest: it cannot be a token.
            UpstreamError: Discogs does not accept it, or does not answer.
        """
        token = _word(token, "The token")
        user = self._discogs(token).identity()
        self._vault.keep_discogs(DiscogsAccount(user, self._clock.now()), token)
        return user

    def disconnect_ebay(self) -> None:
        """Forget the seller's token; the application's keys stay."""
        self._vault.forget_seller()

    def forget_ebay_keys(self) -> None:
        """Forget the application's keys, and the seller's token with them."""
        self._vault.forget_application()

    def disconnect_discogs(self) -> None:
        """Forget the Discogs token."""
        self._vault.forget_discogs()

    def keep_contact(self, address: str) -> None:
        """Keep the address that services may write to; "" forgets it.

        Raises:
            BadRequest: it is neither an e-mail address nor a web page.
        """
        address = address.strip()
        if address and not is_contact(address):
            raise BadRequest("The address must be an e-mail address or a web page, such as you@example.com.")
        self._vault.keep_contact(address)

    def answer_deletions(self, url: str) -> str:
        """Answer eBay's notices of deleted accounts at this public address; return the token to give eBay, shown once.

        Raises:
            BadRequest: the address is not one of this console's route by https.
        """
        if not _DELETION.fullmatch(url.strip()):
            raise BadRequest("The address must be https://… and end with /api/connections/ebay/account-deletion.")
        token = secrets.token_urlsafe(36)
        self._vault.keep_deletion(url.strip(), token)
        return token

    def challenge_response(self, challenge: str) -> str:
        """Return the proof for eBay that the address of the notices is ours, "" where none is answered.

        Source: https://developer.ebay.com/marketplace-account-deletion (read 2026-11).
        """
        url, token = self._vault.deletion(self._vault.record())
        return sha256((challenge + token + url).encode()).hexdigest() if url and token else ""

    def _ebay(self, record: StoredCredentials) -> EbayAccess:
        vault = self._vault
        source = vault.seller_source(record)
        return EbayAccess(
            application=vault.application_source(record),
            seller_source=source,
            client_id=vault.client_id(record),
            ru_name=vault.ru_name(record),
            seller=record.ebay_seller if source is Source.STORED else None,
            deletion_url=vault.given.deletion_url or record.deletion_url,
        )


def _word(text: str, what: str) -> str:
    """Return a key or token without blanks around it; the error never holds it."""
    if not _WORD.fullmatch(text := text.strip()):
        raise BadRequest(f"{what} must be one word of letters, digits and signs, as eBay or Discogs shows it.")
    return text
