"""The clients of the services, and what the settings say of them."""

from __future__ import annotations

from dataclasses import replace

import requests

from engine.credentials.credentials import Credentials
from engine.domain.services import Service
from engine.quota.budgets import Allowance
from engine.quota.limiters import Limiters, fingerprint
from engine.settings import Settings
from engine.upstream.connections import Connections
from engine.upstream.coverart import CoverArt
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.ebay_account import EbayAccount
from engine.upstream.http import READ_SECONDS, HttpTransport, Observe, unobserved, user_agent
from engine.upstream.musicbrainz import MusicBrainz

DISCOGS_KEYLESS = 25  # calls a minute that Discogs grants without a token
EBAY_BROWSE_DAILY = 5_000


def open_connections(
    settings: Settings,
    credentials: Credentials,
    session: requests.Session,
    limiters: Limiters,
    observe: Observe = unobserved,
    read_seconds: float = READ_SECONDS,
) -> Connections:
    """Return the clients of the services, each with its limiter; `observe` is called for every call.

    Limiters that are there already go on under the new credentials.
    """
    transport = HttpTransport(session, user_agent(credentials.contact), observe, read_seconds)
    token = credentials.discogs_token
    limiter_of = {allowance.service: limiters.limiter(allowance) for allowance in allowances(settings, credentials)}
    ebay = Ebay(
        transport,
        settings.ebay_url,
        keys=credentials.ebay,
        clock=limiters.clock,
        limiter=limiter_of[Service.EBAY],
        browse_limiter=limiter_of[Service.EBAY_BROWSE],
    )
    account = EbayAccount(transport, settings.ebay_url, keys=credentials.ebay, clock=limiters.clock)
    return Connections(
        musicbrainz=MusicBrainz(transport, settings.musicbrainz_url, limiter=limiter_of[Service.MUSICBRAINZ]),
        coverart=CoverArt(transport, settings.coverart_url, limiter=limiter_of[Service.COVERART]),
        discogs=Discogs(transport, settings.discogs_url, token=token, limiter=limiter_of[Service.DISCOGS]),
        ebay=ebay if credentials.ebay_connected else None,
        discogs_token=bool(token),
        account=account if credentials.ebay_connected else None,
    )


def allowances(settings: Settings, credentials: Credentials) -> list[Allowance]:
    """Return what each service grants; the sandbox of the demo has no quota."""
    token, keys = credentials.discogs_token, credentials.ebay
    discogs = int(settings.discogs_per_minute or 0) or None
    if discogs and not token:
        discogs = min(discogs, DISCOGS_KEYLESS)
    musicbrainz = settings.musicbrainz_per_second or 0.0
    calls = max(1, int(musicbrainz)) if musicbrainz else None
    application = fingerprint(keys.client_id, keys.client_secret)
    seller = fingerprint(keys.client_id, keys.client_secret, keys.refresh_token)
    return [
        Allowance(
            Service.DISCOGS, discogs, 60.0, key=fingerprint(token), needs_key=True, keyless_limit=DISCOGS_KEYLESS
        ),
        Allowance(Service.MUSICBRAINZ, calls, calls / musicbrainz if calls else 1.0, by_start=True),
        Allowance(Service.COVERART),
        Allowance(Service.EBAY, key=seller, needs_key=True),
        Allowance(
            Service.EBAY_BROWSE,
            daily_limit=EBAY_BROWSE_DAILY if settings.profile == "live" else None,
            key=application,
            needs_key=True,
        ),
    ]


def limits(settings: Settings) -> dict[Service, Allowance]:
    """Return what the settings allow of each service; a console has no token to tell Discogs' limit from."""
    limits = {allowance.service: allowance for allowance in allowances(settings, Credentials())}
    limits[Service.DISCOGS] = replace(limits[Service.DISCOGS], limit=int(settings.discogs_per_minute or 0) or None)
    return limits
