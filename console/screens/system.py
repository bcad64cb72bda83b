"""System: whether it can run at all."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st

from console import words
from console.context import Context, zone
from console.figures import ago, moment, number, rows
from console.live import AWAY, Snapshot
from console.widgets import notices, parts, tables
from console.widgets.facts import facts
from console.widgets.heading import heading
from console.words import Word
from engine import __version__
from engine.domain.jobs import OPEN
from engine.public import Engine, Health, WorkerView
from engine.settings import Settings

ALIVE = Word("Alive", "green", "favorite")
SILENT = Word("Silent", "red", "heart_broken")


@dataclass(frozen=True, slots=True)
class SystemView:
    """What the screen shows of the engine. `batches` are open, `waiting` rows of them are still to be done."""

    health: Health
    workers: tuple[WorkerView, ...]
    queued: int
    batches: int
    waiting: int

    @property
    def alive(self) -> int:
        """Return how many workers were heard of lately."""
        return sum(not worker.silent for worker in self.workers)


@dataclass(frozen=True, slots=True)
class Connection:
    """A service as it is set up here. `sign_in` says what it is signed in with; a secret is never part of it."""

    name: str
    host: str
    sign_in: Word


def load(engine: Engine) -> SystemView:
    """Read who works, what waits, and whether the store answers."""
    jobs = [view for view in engine.queries.batches(limit=100) if view.job.status in OPEN]
    waiting = sum(view.working + (view.waiting or 0) for view in jobs)
    return SystemView(engine.health.check(), engine.queries.workers(), engine.queries.queued(), len(jobs), waiting)


def connections(settings: Settings) -> list[Connection]:
    """Return every service with its host and whether there are credentials for it."""
    given, none, free = (
        Word("Set", "green", "key"),
        Word("Missing", "orange", "key_off"),
        Word("None needed", "gray", "key"),
    )
    discogs = given if settings.discogs_token.get_secret_value() else none
    ebay = given if settings.ebay_connected else none
    return [
        Connection("Discogs", _host(settings.discogs_url), discogs),
        Connection("MusicBrainz", _host(settings.musicbrainz_url), free),
        Connection("Cover Art Archive", _host(settings.coverart_url), free),
        Connection("eBay", _host(settings.ebay_url), ebay),
    ]


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one, beside what does not hang on the store."""
    heading(context, "System")
    notices.ebay_not_connected(context)
    parts.live(partial(_engine, context), name="engine")
    left, right = st.columns([1.6, 1], gap="medium")
    with left.container(border=True, key="card_connections"):
        _connections(context.settings)
    with right.container(border=True, key="card_versions", gap="xsmall"):
        _versions(context.settings)


def _engine(context: Context) -> None:
    try:
        snapshot = context.live.look("system", partial(load, context.engine), every=2.0)
    except AWAY as error:
        notices.nothing_read(error)
        return
    notices.store_away(snapshot, zone())
    view = snapshot.value
    if not view.alive and view.waiting:
        notices.no_engine(view.waiting)
    with st.container(key="stale_system" if snapshot.away else "system", gap="small"):
        _tiles(snapshot)
        with st.container(border=True, key="card_engines"):
            st.subheader("Engines", anchor=False)
            _workers(view.workers, partial(moment, now=snapshot.read_at, zone=zone()))
    notices.freshness(snapshot, zone())


def _tiles(snapshot: Snapshot[SystemView]) -> None:
    view = snapshot.value
    silent = len(view.workers) - view.alive
    store, color, icon = ("Connected", "green", "database") if not snapshot.away else ("Away", "red", "cloud_off")
    with st.grid(4, min_column_width=170, gap="small"):
        _tile(f":{color}[:material/{icon}:] Job store", store, f"answered {ago(snapshot.age)}")
        engines = "green" if view.alive else "red"
        note = f"{rows(silent, 'silent one')}" if silent else "all heard of"
        _tile(
            f":{engines}[:material/favorite:] Engines alive",
            number(view.alive),
            note if view.workers else "none started",
        )
        _tile(":material/stacks: Open batches", number(view.batches), f"{rows(view.queued, 'part')} in the queue")
        _tile(":material/schedule: Items to do", number(view.waiting), "over all open batches")


def _tile(label: str, value: str, note: str) -> None:
    st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True)


def _workers(workers: Sequence[WorkerView], at: partial[str]) -> None:
    if not workers:
        st.caption(f"No engine was heard of in the last hour. Start one with `{notices.START_ENGINE}`.")
        return
    st.dataframe(
        pd.DataFrame([_cells(worker, at) for worker in workers]),
        key="engines",
        hide_index=True,
        row_height=36,
        column_config={"State": tables.badges("State", [ALIVE, SILENT], width=80)},
        alt="Engines heard of in the last hour",
    )


def _cells(worker: WorkerView, at: partial[str]) -> dict[str, object]:
    steps = ", ".join(words.STEPS.get(row["step"], (row["step"], 0))[0].lower() for row in worker.rows)
    return {
        "Engine": worker.worker,
        "State": [(SILENT if worker.silent else ALIVE).text],
        "Heartbeat": ago(worker.age),
        "Works on": worker.job_id or "–",
        "In hand": rows(len(worker.rows)) if worker.rows else "–",
        "Doing": (worker.waits_for and f"waits for {worker.waits_for}") or steps or "–",
        "Machine": worker.host,
        "Started": at(worker.started_at),
    }


def _connections(settings: Settings) -> None:
    st.subheader("Connections", anchor=False)
    known = connections(settings)
    st.dataframe(
        pd.DataFrame([{"Service": one.name, "Address": one.host, "Credentials": [one.sign_in.text]} for one in known]),
        hide_index=True,
        row_height=36,
        column_config={"Credentials": tables.badges("Credentials", [one.sign_in for one in known], width=120)},
        alt="Services and whether there are credentials for them",
    )
    if settings.profile == "demo":
        st.caption("A sandbox on this machine stands in for all four: nothing reaches the real services.")


def _versions(settings: Settings) -> None:
    st.subheader("This installation", anchor=False)
    known = {
        "Profile": "Demo" if settings.profile == "demo" else "Live",
        "Job store": {"sqlite": "SQLite"}.get(kind := settings.store.partition(":")[0], kind.capitalize()),
        "Draft Maker": __version__,
        "Streamlit": st.__version__,
        "Python": platform.python_version(),
    }
    facts(known)
    st.link_button("HTTP API", "/api/docs", icon=":material/api:")


def _host(address: str) -> str:
    return urlsplit(address).netloc
