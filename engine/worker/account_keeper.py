"""What an operator wants of the seller's account at eBay, done by this worker beside its rows."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from engine.batches.seller_account import Account, AccountRecord, Errand
from engine.clock import Clock
from engine.codec import replace
from engine.domain.listing.seller_account import NOT_OPTED_IN, NewLocation, PolicyKind, SellerAccount
from engine.domain.services import CONNECT_EBAY
from engine.errors import OutcomeUnknown, Requeued, StoreError, UpstreamError
from engine.log import bound, get_logger
from engine.store.base import Store
from engine.upstream.caller import Impatient
from engine.upstream.connections import Connections
from engine.upstream.ebay_account import EbayAccount
from engine.worker.tester import PATIENCE_SECONDS

log = get_logger(__name__)

T = TypeVar("T")


class AccountKeeper:
    """Runs the errands that nobody else runs, on a thread of its own: the heartbeat never waits for eBay."""

    def __init__(self, store: Store, clock: Clock, worker: str, connections: Callable[[], Connections]) -> None:
        self._account = Account(store)
        self._clock = clock
        self._worker = worker
        self._connections = connections
        self._closing = threading.Event()

    def look(self) -> None:
        """Take the errands that are asked for, and begin them.

        Raises:
            StoreAway: the store does not answer.
        """
        if taken := self._account.take(self._worker):
            threading.Thread(target=partial(self._run, taken), name="seller-account", daemon=True).start()

    def close(self) -> None:
        """Wait for no quota any more."""
        self._closing.set()

    def _run(self, taken: AccountRecord) -> None:
        with bound(worker=self._worker):
            account, done = self._done(taken)
            try:
                self._account.answer(account, *done)
            except StoreError as error:
                log.warning("account_not_stored", error=str(error))
            log.info("account_read", ok=all(errand.ok for errand in done))

    def _done(self, taken: AccountRecord) -> tuple[SellerAccount | None, list[Errand]]:
        """Run the errands; the account is read after a location was set up, so that it can be chosen."""
        wanted = [errand for errand in (taken.creating, taken.reading) if errand]
        connected = self._connections().account
        if connected is None:
            said = f"eBay is not connected. {CONNECT_EBAY}"
            return None, [replace(errand, ok=False, sentence=said) for errand in wanted]
        ebay = connected.for_caller(Impatient(self._clock, self._closing, PATIENCE_SECONDS))
        done = [_created(ebay, errand, errand.location) for errand in wanted if errand.location]
        account = _read(ebay, taken.account)
        if taken.reading:
            done.append(replace(taken.reading, ok=not account.unread, sentence=_summary(account)))
        return account, done


def _created(ebay: EbayAccount, errand: Errand, location: NewLocation) -> Errand:
    """Set up a location and return the errand at its end."""
    try:
        made = ebay.create_location(location)
    except OutcomeUnknown as unknown:
        said = f"{unknown.reason.removesuffix('.')}. Whether {location.name} was created is not known: create it again."
        return replace(errand, ok=False, sentence=said)
    except (UpstreamError, Requeued) as error:
        return replace(errand, ok=False, sentence=_sentence(error))
    return replace(errand, ok=True, sentence=f"{location.name} {'is created' if made else 'was there already'}.")


def _read(ebay: EbayAccount, before: SellerAccount) -> SellerAccount:
    """Return the account as eBay says it is; of a part that it does not tell, what was known `before`."""
    unread: dict[str, str] = {}

    def part(name: str, ask: Callable[[], T], known: T) -> T:
        try:
            return ask()
        except (UpstreamError, Requeued) as error:
            unread[name] = _sentence(error)
            return known

    account = part("policies", partial(_with_policies, ebay, before), before)
    locations = part("locations", lambda: tuple(ebay.locations()), before.locations)
    store = part("store", ebay.store, before.store)
    return replace(account, locations=locations, store=store, unread=unread)


def _with_policies(ebay: EbayAccount, before: SellerAccount) -> SellerAccount:
    """Return what was known before with the policies as they are now."""
    if not ebay.opted_in():
        return replace(before, opted_in=False, policies={})
    found = {kind: ebay.policies(kind) for kind in PolicyKind}
    policies = {kind: tuple(listed) for kind, listed in found.items() if listed is not None}
    return replace(before, opted_in=len(policies) == len(found), policies=policies)


def _summary(account: SellerAccount) -> str:
    """Return what was read, and what was not."""
    policies = sum(map(len, account.policies.values()))
    counted = [f"{policies} {'policy' if policies == 1 else 'policies'}"] if "policies" not in account.unread else []
    if "locations" not in account.unread:
        counted.append(f"{len(account.locations)} {'location' if len(account.locations) == 1 else 'locations'}")
    if account.store:
        counted.append(f"the store {account.store.name}")
    said = [f"Read: {', '.join(counted)}."] if counted else []
    if account.opted_in is False and "policies" not in account.unread:
        said.append(NOT_OPTED_IN)
    return " ".join([*said, *dict.fromkeys(account.unread.values())])


def _sentence(error: UpstreamError | Requeued) -> str:
    reason = error.reason if isinstance(error, UpstreamError) else f"Not asked: {error}"
    return f"{reason.removesuffix('.')}."
