"""What eBay says of the seller's account: a person asks, a worker makes the calls, and the answer is kept for screens.

One document, `seller/account`, so that a worker pays one read to see whether it is asked for anything. An answer of an
errand that was asked for anew in the meantime is left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from engine.batches.connections import ANSWERED_WITHIN
from engine.batches.documents import retry_on_conflict
from engine.codec import Document, Value, decode, encode, replace
from engine.domain.listing.seller_account import Address, NewLocation, PolicyKind, SellerAccount
from engine.errors import Conflict, IllegalTransition
from engine.store.base import Document as Found
from engine.store.base import Expect, Patch, Put, Store

PATH = "seller/account"


class Errand(Value, frozen=True, omit_defaults=False):
    """Something that a worker is to do at eBay: read the account, or set up a `location` first.

    `worker` does it, "" while none has taken it. `ok` is None before its end; `sentence` is the result in words. The
    address of the location is forgotten at the end.
    """

    asked_at: datetime
    asked_by: str = ""
    location: NewLocation | None = None
    worker: str = ""
    done_at: datetime | None = None
    ok: bool | None = None
    sentence: str = ""

    def open(self, at: datetime) -> bool:
        """Whether an answer may still come."""
        return self.done_at is None and at - self.asked_at < ANSWERED_WITHIN

    def sentence_at(self, at: datetime, engines: int) -> str:
        """Return what came of it, or what it waits for while `engines` workers live."""
        if self.done_at:
            return self.sentence
        if not self.open(at):
            return "No engine has answered: ask again. A location that was created in the meantime is not made twice."
        if self.worker:
            return "Asked: an engine speaks to eBay."
        return "Asked: an engine answers within seconds." if engines else "No engine is running, so nobody can ask."


class AccountRecord(Document, frozen=True):
    """The document `seller/account`: what is known, and the last errand of each kind."""

    SCHEMA: ClassVar[int] = 1

    account: SellerAccount = SellerAccount()
    reading: Errand | None = None
    creating: Errand | None = None


@dataclass(frozen=True, slots=True)
class AccountView:
    """The record as it was read `at` a moment of the store's clock."""

    record: AccountRecord
    at: datetime | None = None

    @property
    def account(self) -> SellerAccount:
        """Return what is known of the account."""
        return self.record.account

    @property
    def busy(self) -> bool:
        """Whether an answer may still come."""
        errands = (self.record.reading, self.record.creating)
        return any(errand and self.at and errand.open(self.at) for errand in errands)


class Account:
    """Asks for errands, hands each out to one worker, and keeps what came of it.

    Every method raises StoreAway when the store does not answer.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def known(self) -> AccountView:
        """Return what is known, and how far the errands are."""
        found = self._store.get(PATH)[0]
        return AccountView(_read(found), found.read_at) if found else AccountView(AccountRecord())

    def by_weight(self) -> frozenset[str]:
        """Return the numbers of the policies whose postage follows from the weight of the parcel."""
        policies = self.known().account.policies_of(PolicyKind.FULFILLMENT)
        return frozenset(policy.id for policy in policies if policy.calculated)

    def read(self, *, by: str = "") -> AccountView:
        """Have a live worker read the account anew; a reading that is still open stands."""

        def rule(record: AccountRecord, at: datetime) -> AccountRecord:
            if record.reading and record.reading.open(at):
                return record
            return replace(record, reading=Errand(at, by))

        return self._change(rule)

    def create(self, location: NewLocation, *, by: str = "") -> AccountView:
        """Have a live worker set up a location; asked twice, it is set up once.

        Raises:
            IllegalTransition: another one is being set up.
        """

        def rule(record: AccountRecord, at: datetime) -> AccountRecord:
            standing = record.creating
            if standing and standing.open(at):
                if standing.location == location:
                    return record
                raise IllegalTransition("Another location is being created: wait for its end")
            return replace(record, creating=Errand(at, by, location))

        return self._change(rule)

    def take(self, worker: str) -> AccountRecord | None:
        """Return the record with the errands that `worker` is to run now; nobody else is given them. None for none."""
        found = self._store.get(PATH)[0]
        if found is None:
            return None
        record = _read(found)
        reading, creating = (_taken(errand, worker, found.read_at) for errand in (record.reading, record.creating))
        if reading is None and creating is None:
            return None
        taken = replace(record, reading=reading or record.reading, creating=creating or record.creating)
        try:
            self._store.commit(Patch(PATH, encode(taken), found.version))
        except Conflict:
            return None
        return replace(taken, reading=reading, creating=creating)

    def answer(self, account: SellerAccount | None, *done: Errand) -> None:
        """Keep what eBay said, None where it was not asked, and what came of errands."""

        def rule(record: AccountRecord, at: datetime) -> AccountRecord:
            fields = {"reading": _answered(record.reading, done, at), "creating": _answered(record.creating, done, at)}
            said = replace(account, read_at=at) if account else record.account
            return replace(record, account=said, **fields)

        self._change(rule)

    def _change(self, rule: Callable[[AccountRecord, datetime], AccountRecord]) -> AccountView:
        return retry_on_conflict(lambda: self._changed(rule), PATH)

    def _changed(self, rule: Callable[[AccountRecord, datetime], AccountRecord]) -> AccountView:
        found = self._store.get(PATH)[0]
        if found is None:
            self._store.commit(Put(PATH, encode(AccountRecord()), Expect.ABSENT))
            found = self._store.get(PATH)[0]
        if found is None:
            raise Conflict(PATH)
        wanted = rule(_read(found), found.read_at)
        self._store.commit(Patch(PATH, encode(wanted), found.version))
        return AccountView(wanted, found.read_at)


def _read(found: Found) -> AccountRecord:
    return decode(AccountRecord, found.fields, found.path)


def _taken(errand: Errand | None, worker: str, at: datetime) -> Errand | None:
    """Return an errand as `worker` takes it, None when there is none to take."""
    return replace(errand, worker=worker) if errand and not errand.worker and errand.open(at) else None


def _answered(standing: Errand | None, done: tuple[Errand, ...], at: datetime) -> Errand | None:
    """Return the errand at its end, without the address; one that was asked for anew stays as it stands."""
    ended = next((errand for errand in done if standing and _same(errand, standing)), None)
    if ended is None:
        return standing
    place = ended.location and replace(ended.location, address=Address(ended.location.address.country))
    return replace(ended, done_at=at, location=place)


def _same(one: Errand, other: Errand) -> bool:
    """Whether two errands are one: asked for at the same moment, about the same place."""
    return one.asked_at == other.asked_at and one.location == other.location
