"""System: whether it can run at all."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from console.context import Context, zone
from console.formatting import moment, number, rows, waiting_note, when
from console.poller import AWAY, Snapshot
from console.screens.system import checks, retained, services
from console.screens.system import engines as system_engines
from console.widgets import notices, parts
from console.widgets.facts import facts
from console.widgets.heading import heading
from console.widgets.tiles import tile
from engine import __version__
from engine.public import (
    NAMES,
    OPEN,
    Engine,
    JobStatus,
    Report,
    Service,
    Troubles,
    UpstreamsView,
    WorkerView,
    retention,
)


@dataclass(frozen=True, slots=True)
class SystemView:
    """What the screen shows. `batches` counts open batches, `waiting` their rows that are not done yet.

    `paused` counts those of paused batches; `names` are those of batches by id.
    """

    troubles: Troubles
    workers: tuple[WorkerView, ...]
    queued: int
    batches: int
    waiting: int
    paused: int
    names: Mapping[str, str]
    upstreams: UpstreamsView
    report: Report | None
    retained: retention.RetentionRecord | None

    @property
    def alive(self) -> int:
        """Return how many workers sent a heartbeat recently."""
        return sum(not worker.silent for worker in self.workers)


def load(engine: Engine) -> SystemView:
    """Read the workers, what waits, how the services and the stores are, and what is kept for how long."""
    batches = engine.queries.batches(limit=100)
    jobs = [view for view in batches if view.job.status in OPEN]
    return SystemView(
        engine.health.troubles(),
        engine.queries.workers(),
        engine.queries.queued(),
        len(jobs),
        sum(view.left for view in jobs),
        sum(view.left for view in batches if view.job.status is JobStatus.PAUSED),
        {view.job.job_id: view.job.name for view in batches},
        engine.upstreams.all(),
        engine.doctor.last(),
        engine.retained.last(),
    )


def render(context: Context) -> None:
    """Draw the screen; an outage is shown as one, beside everything that does not depend on the store."""
    heading(context, "System")
    notices.ebay_not_connected(context)
    notices.ebay_ends_soon(context)
    parts.live(partial(_engine, context), name="engine", shows=partial(_shows, context))
    with st.container(border=True, key="card_versions", gap="xsmall"):
        _versions(context)


def _look(context: Context) -> Snapshot[SystemView]:
    return context.poller.look("system", partial(load, context.engine), every=2.0)


def _shows(context: Context) -> object:
    """Return what the screen shows; ages and times in it are at most ten seconds old."""
    snapshot = _look(context)
    view = snapshot.value
    workers = tuple((one.worker, one.silent, one.job_id, one.steps, one.waits) for one in view.workers)
    services = tuple((one.state, one.credentials, one.test) for one in view.upstreams.upstreams)
    counts = view.troubles, view.queued, view.batches, view.waiting, view.paused
    return workers, services, counts, view.report, view.retained, parts.steady(snapshot)


def _engine(context: Context) -> None:
    try:
        snapshot = _look(context)
    except AWAY as error:
        notices.nothing_read(error)
        return
    view = snapshot.value
    notices.stores(snapshot, view.troubles, zone())
    if not view.alive and not view.troubles.writing:
        notices.no_engine(view.waiting or None)
    with st.container(key="stale_system" if snapshot.away else "system", gap="small"):
        _tiles(snapshot)
        services.draw(context, view.upstreams, away=snapshot.away)
        checks.draw(context, view.report, disabled=snapshot.away)
        at = partial(moment, now=snapshot.read_at, zone=zone())
        system_engines.draw(view.workers, view.names, at, away=snapshot.away)
        retained.draw(view.retained, at)
    notices.freshness(snapshot, zone())


def _tiles(snapshot: Snapshot[SystemView]) -> None:
    view, away = snapshot.value, snapshot.away
    silent = len(view.workers) - view.alive
    read = when(snapshot.read_at, now=snapshot.read_at + snapshot.age, zone=zone(), old=away)
    store, color, icon = ("Connected", "green", "database") if not away else ("Away", "red", "cloud_off")
    if view.troubles.writing and not away:
        store, color, icon = "Not writable", "red", "disc_full"
    with st.grid(5, min_column_width=150, gap="small"):
        tile(f":{color}[:material/{icon}:] Job store", store, f"answered {read}")
        files, color, icon = ("Away", "red", "folder_off") if view.troubles.files else ("Connected", "green", "folder")
        tile(f":{color}[:material/{icon}:] File store", files, "uploads, rows and photos")
        engines = "green" if view.alive else "red"
        note = rows(silent, "silent engine") if silent else "all answer" if view.workers else "none runs"
        tile(f":{engines}[:material/favorite:] Engines alive", number(view.alive), read if away else note)
        tile(":material/stacks: Open batches", number(view.batches), f"{rows(view.queued, 'part')} in the queue")
        left = waiting_note("over all open batches" if view.waiting else "", view.paused) or "nothing waits"
        tile(":material/schedule: Items to do", number(view.waiting + view.paused), left)


def _versions(context: Context) -> None:
    settings = context.settings
    st.subheader("This installation", anchor=False)
    left, right = st.columns(2, gap="medium")
    with left:
        facts(
            {
                "Profile": "Demo" if settings.profile == "demo" else "Live",
                "Job store": {"sqlite": "SQLite"}.get(kind := settings.store.partition(":")[0], kind.capitalize()),
                "Draft Maker": __version__,
                "Streamlit": st.__version__,
                "Python": platform.python_version(),
            }
        )
    with right:
        addresses = (settings.discogs_url, settings.musicbrainz_url, settings.coverart_url, settings.ebay_url)
        facts({NAMES[service]: urlsplit(url).netloc for service, url in zip(Service, addresses, strict=False)})
    st.link_button("HTTP API", "/api/docs", icon=":material/api:")
