"""Which role people have: the list in the store that admins keep, and the settings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock

from engine.clock import Clock
from engine.codec import decode, encode
from engine.domain import people as listed
from engine.domain.access import Person, Role
from engine.domain.people import PATH, Listed, RolePolicy
from engine.errors import Conflict, StoreAway, StoreError
from engine.log import get_logger
from engine.retry import RetryPolicy, retry
from engine.store.base import Document, Expect, Patch, Put, Store

log = get_logger(__name__)

KNOWN_SECONDS = 2.0  # for so long a role that was taken away may still count
TRIES = 20


class People:
    """Who has which role. Every method but `role` raises StoreAway when the store does not answer."""

    def __init__(self, store: Store, clock: Clock, policy: RolePolicy) -> None:
        self.policy = policy
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._known: listed.People | None = None
        self._read_at = float("-inf")

    def all(self) -> tuple[Listed, ...]:
        """Return everybody to whom a role was given, by name."""
        return _read(self._store.get(PATH)[0]).people

    def role(self, person: Person) -> Role | None:
        """Return the role of a person, None where they have none; a change counts within two seconds.

        While the store does not answer, what was read last counts.

        Raises:
            StoreError: it does not, nothing was ever read, and by the settings alone they have no role.
        """
        try:
            found = self._list()
        except StoreError:
            if role := self.policy.role(person, None):
                return role
            raise
        return self.policy.role(person, found.find(person.name))

    def assign(self, name: str, role: Role, *, by: str = "") -> Listed:
        """Give a person a role, in place of the one they have in the list; return their entry.

        Raises:
            BadRequest: the name or the role cannot be one, or there are too many.
            IllegalTransition: nobody would be admin any more.
        """
        after = self._change(lambda before, now: before.assigned(Listed(name, role, by, now)))
        log.info("role_assigned", name=name, role=str(role), by=by)
        return after.named(name)

    def remove(self, name: str, *, by: str = "") -> None:
        """Take a person off the list: their groups, or what the settings say of everybody else, count from then on.

        Raises:
            NotThere: they are not listed.
            IllegalTransition: nobody would be admin any more.
        """
        self._change(lambda before, _: before.without(name))
        log.info("role_removed", name=name, by=by)

    def _list(self) -> listed.People:
        """Return the list, at most two seconds old while the store answers."""
        with self._lock:
            now = self._clock.monotonic()
            if self._known is None or now - self._read_at >= KNOWN_SECONDS:
                try:
                    self._known = _read(self._store.get(PATH)[0])
                except StoreError:
                    if self._known is None:
                        raise
                self._read_at = now
            return self._known

    def _change(self, rule: Callable[[listed.People, datetime], listed.People]) -> listed.People:
        try:
            changed = retry(lambda: self._changed(rule), RetryPolicy(tries=TRIES), Conflict)
        except Conflict as conflict:
            raise StoreAway(f"{PATH} was changed by others {TRIES} times in a row") from conflict
        with self._lock:
            self._known = None
        return changed

    def _changed(self, rule: Callable[[listed.People, datetime], listed.People]) -> listed.People:
        found = self._store.get(PATH)[0]
        before = _read(found)
        after = rule(before, found.read_at if found else self._clock.now())
        self.policy.ensure_an_admin(before, after)
        write = Patch(PATH, encode(after), found.version) if found else Put(PATH, encode(after), Expect.ABSENT)
        self._store.commit(write)
        return after


def _read(found: Document | None) -> listed.People:
    return decode(listed.People, found.fields, found.path) if found else listed.People()
