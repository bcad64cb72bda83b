"""Handles made once a process. Nothing in them belongs to one operator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from console.live import Live
from engine import bootstrap
from engine.clock import Clock, SystemClock
from engine.public import Engine
from engine.settings import Settings


@dataclass(frozen=True, slots=True)
class Context:
    """What every screen is given."""

    engine: Engine
    settings: Settings
    live: Live
    clock: Clock


@cache
def context() -> Context:
    """Return the handles of this process."""
    settings, clock = Settings(), SystemClock()
    return Context(bootstrap.open_engine(settings, clock), settings, Live(clock), clock)


def operator() -> str:
    """Return who is signed in, "" where nobody has to."""
    return str(st.user.get("email") or "")


def zone() -> tzinfo:
    """Return the time zone of the operator's browser, UTC when it does not tell."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
