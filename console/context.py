"""Handles made once a process, and what one session gets of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from functools import cache, partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from console.poller import Poller
from engine import bootstrap
from engine.public import Clock, Engine, SystemClock, access
from engine.settings import Settings, load
from engine.telemetry.providers import Telemetry

BY = "console"  # who acts where nobody signs in, as "api" and "command line" act
NO_ROLE = "You are signed in but have no role here any more: ask an admin, who gives roles on the screen Access."


@dataclass(frozen=True, slots=True)
class Context:
    """What every screen gets; `engine` does what who looks may do, in their name."""

    engine: Engine
    settings: Settings
    poller: Poller
    clock: Clock
    scope: access.TokenScope = access.TokenScope.READ
    telemetry: Telemetry = field(default_factory=Telemetry)

    @property
    def may_submit(self) -> bool:
        """Whether who looks may start batches."""
        return self.may(access.TokenScope.SUBMIT)

    @property
    def may_steer(self) -> bool:
        """Whether who looks may change batches, drafts and seller settings."""
        return self.may(access.TokenScope.STEER)

    @property
    def may_admin(self) -> bool:
        """Whether who looks may change keys, tokens, roles and the catalogue."""
        return self.may(access.TokenScope.ADMIN)

    def may(self, needed: access.TokenScope) -> bool:
        """Whether who looks may do what `needed` stands for."""
        return self.scope.covers(needed)


@cache
def handles() -> Context:
    """Return the handles of this process. Nothing in them belongs to one person, and nothing is refused to them."""
    settings, clock = load(), SystemClock()
    engine = bootstrap.open_engine(settings, clock)
    telemetry = bootstrap.console_telemetry(settings, engine.fleet.now)
    return Context(engine, settings, Poller(clock), clock, telemetry=telemetry)


def context() -> Context:
    """Return what the screens of this session get."""
    own = handles()
    acting = partial(_actor, own, _person(), _address())
    return replace(own, engine=own.engine.acting_for(acting), scope=acting().scope)


def operator() -> str:
    """Return who is signed in, for the history; the console itself where no sign-in is needed."""
    return str(st.user.get("email") or BY)


def zone() -> tzinfo:
    """Return the time zone of the operator's browser, UTC when it is not known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def _person() -> access.Person:
    """Return who is signed in, as the gate says."""
    return access.Person(operator(), frozenset(json.loads(str(st.user.get("groups") or "[]"))))


def _address() -> str:
    """Return the address that the browser has, "" for one on this machine."""
    address = st.context.ip_address
    return address if isinstance(address, str) else ""


def _actor(own: Context, person: access.Person, address: str) -> access.Actor:
    """Return who acts now: a role that was taken away since counts no more. Where nobody signs in, all are admins."""
    if not own.settings.knows_people:
        return access.Actor(person.name, access.TokenScope.ADMIN, access.Via.SCREEN, address)
    role = own.engine.people.role(person) or access.Role(access.NOBODY)
    return access.Actor(person.name, role.scope, access.Via.SCREEN, address, role)
