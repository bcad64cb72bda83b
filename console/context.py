"""Handles made once a process. Nothing in them belongs to one operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from console.poller import Poller
from engine import bootstrap
from engine.public import Clock, Engine, SystemClock
from engine.settings import Settings, load

BY = "console"  # who acts where nobody signs in, as "api" and "command line" act


@dataclass(frozen=True, slots=True)
class Context:
    """What every screen gets."""

    engine: Engine
    settings: Settings
    poller: Poller
    clock: Clock


@cache
def context() -> Context:
    """Return the handles of this process."""
    settings, clock = load(), SystemClock()
    return Context(bootstrap.open_engine(settings, clock), settings, Poller(clock), clock)


def operator() -> str:
    """Return who is signed in, for the history; the console itself where no sign-in is needed."""
    return str(st.user.get("email") or BY)


def zone() -> tzinfo:
    """Return the time zone of the operator's browser, UTC when it is not known."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
