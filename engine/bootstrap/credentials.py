"""The credentials of a process: what its settings give, and what is kept."""

from __future__ import annotations

from functools import cache, partial

from engine.addresses import secrets_address
from engine.bootstrap.stores import open_secrets
from engine.clock import Clock
from engine.credentials.accounts import Accounts
from engine.credentials.consent import Consent
from engine.credentials.credentials import Given
from engine.credentials.vault import Vault
from engine.settings import Settings
from engine.store.base import Store
from engine.upstream.discogs import Discogs
from engine.upstream.ebay_consent import EbayConsent
from engine.upstream.http import HttpTransport, session, user_agent

CALLS = 1  # a person connects one account at a time


def open_vault(settings: Settings, store: Store) -> Vault:
    """Return the vault; the store of secrets is opened by the first who needs one.

    Raises:
        BadSetting: `DM_SECRETS` means no store of secrets.
    """
    secrets_address(settings.secrets)
    return Vault(store, cache(partial(open_secrets, settings.secrets)), given(settings))


def open_accounts(settings: Settings, store: Store, clock: Clock) -> Accounts:
    """Return what a person connects and disconnects accounts with."""
    vault = open_vault(settings, store)

    http = cache(partial(session, CALLS))

    def transport() -> HttpTransport:
        return HttpTransport(http(), user_agent(settings.contact or vault.record().contact))

    def application(client_id: str, client_secret: str) -> EbayConsent:
        return EbayConsent(transport(), settings.ebay_url, client_id=client_id, client_secret=client_secret)

    def discogs(token: str) -> Discogs:
        return Discogs(transport(), settings.discogs_url, token=token)

    consent = Consent(store, vault, clock, settings.ebay_auth_url, application)
    return Accounts(vault, consent, clock, discogs)


def given(settings: Settings) -> Given:
    """Return the credentials that the environment holds."""
    return Given(
        client_id=settings.ebay_client_id,
        client_secret=settings.ebay_client_secret.get_secret_value(),
        refresh_token=settings.ebay_refresh_token.get_secret_value(),
        ru_name=settings.ebay_ru_name,
        discogs_token=settings.discogs_token.get_secret_value(),
        contact=settings.contact,
        deletion_url=settings.ebay_deletion_url,
        deletion_token=settings.ebay_deletion_token.get_secret_value(),
    )
