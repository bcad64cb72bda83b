"""Needs attention, and System."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from console.context import context, handles
from console.screens.attention import view as attention
from console.screens.system import screen as system
from engine.bootstrap.retention import open_retention
from engine.clock import SystemClock
from engine.domain.services import Service
from engine.files.folder import FolderFiles
from engine.settings import Settings
from engine.store.base import Put
from tests.support.clocks import until
from tests.support.desk import CLOCK, Desk, button, text, upcs


def test_failures_of_all_batches_are_grouped_by_cause(desk: Desk) -> None:
    for name in ("one", "two"):
        desk.submit([*upcs(3), "8.80E+11"], name=name)
    desk.work(failing=upcs(2))
    groups = attention.load(context())
    assert [(group.cause, group.count, group.retryable) for group in groups] == [
        ("no_match", 4, True),
        ("invalid_barcode", 2, False),
    ]
    app = desk.screen("attention")
    assert not app.exception
    assert "Not in the catalogues :red-badge[4]" in text(app)


def test_nothing_to_mend_is_good_news(desk: Desk) -> None:
    assert "Nothing needs attention" in text(desk.screen("attention"))


def test_an_outage_on_the_attention_screen_is_told(desk: Desk) -> None:
    desk.away()
    app = desk.screen("attention")
    assert not app.exception
    assert "does not answer" in app.error[0].value


def test_the_system_screen_counts_engines_and_rows(desk: Desk) -> None:
    desk.submit(upcs(4))
    desk.store.commit(desk.worker("alive", None, []))
    view = system.load(desk.engine)
    assert (view.alive, view.batches, view.waiting) == (1, 1, 4)
    app = desk.screen("system")
    assert not app.exception
    assert [tile.value for tile in app.metric] == ["Connected", "Connected", "1", "1", "4"]


def test_the_system_screen_counts_the_rows_of_paused_batches_too(desk: Desk) -> None:
    desk.store.commit(desk.worker("alive", None, []))
    desk.engine.commands.pause(desk.submit(upcs(3)).job_id)
    items = desk.screen("system").metric[4]
    assert (items.value, items.delta) == ("3", "3 paused")


def test_in_an_outage_the_system_screen_says_moments_and_no_ages(desk: Desk) -> None:
    job = desk.submit(upcs(4), name="Shelf 3")
    desk.store.commit(
        desk.worker("alive", job.job_id, []),
        Put("budgets/discogs", {"service": "discogs", "last_ok_at": CLOCK.now() - timedelta(seconds=4)}),
    )
    app = desk.screen("system")
    assert app.dataframe[0].value["Works on"][0] == "Shelf 3"
    assert "s ago" in text(app)
    desk.away()
    context().poller.changed()
    app.run()
    assert "Showing data from" in app.warning[0].value
    assert re.search(r"Last good answer (at \d\d:\d\d|yesterday)", text(app))
    assert re.match(r"at \d\d:\d\d|yesterday", app.dataframe[0].value["Heartbeat"][0])
    assert [re.sub(r"\d\d:\d\d", "noon", app.metric[at].delta) for at in (0, 2)] == ["answered at noon", "at noon"]


def test_services_that_take_no_key_need_none_from_the_start(desk: Desk) -> None:
    known = {one.service: one.credentials.state for one in desk.engine.upstreams.all().upstreams}
    assert (known[Service.MUSICBRAINZ], known[Service.COVERART]) == ("unneeded", "unneeded")
    assert known[Service.DISCOGS] == "unknown"
    assert text(desk.screen("system")).count("Credentials: None needed") == 2


def test_without_an_engine_the_system_screen_says_once_how_to_start_one(desk: Desk) -> None:
    said = text(desk.screen("system"))
    assert "No engine runs." in said
    assert said.count("python -m engine worker") == 1


def test_the_system_screen_stands_in_an_outage(desk: Desk) -> None:
    desk.away()
    app = desk.screen("system")
    assert not app.exception
    assert "does not answer" in app.error[0].value
    assert "This installation" in text(app)


@pytest.mark.parametrize("screen", ["system", "batch"])
def test_files_that_are_away_are_told(desk: Desk, screen: str) -> None:
    job = desk.submit(upcs(2))
    context().engine.health.check()
    aside = (desk.folder / "files").rename(desk.folder / "aside")
    until(lambda: context().engine.health.troubles().files)
    app = desk.screen(screen, job_id=job.job_id)
    assert not app.exception
    assert "The file store cannot be used" in text(app).replace("\\", "")
    aside.rename(desk.folder / "files")


def test_no_secret_is_ever_on_the_system_screen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_TOKEN", "very-secret")
    handles.cache_clear()
    app = desk.screen("system")
    assert "very-secret" not in text(app) + str(app.dataframe)


def test_the_system_screen_says_how_long_what_is_over_is_kept_and_how_much_has_gone(desk: Desk) -> None:
    assert "No engine has looked yet" in text(desk.screen("system"))
    settings = Settings(_env_file=None, DM_STORE="sqlite:///of-this-kind.db", DM_KEEP_BATCHES_DAYS="90")
    desk.engine.sessions.begin("ben", (), timedelta(hours=-1))
    open_retention(settings, desk.store, FolderFiles(desk.folder / "files"), SystemClock()).work()
    context().poller.changed()
    app = desk.screen("system")
    assert not app.exception
    (table,) = [one.value for one in app.dataframe if "Gone so far" in one.value]
    shown = {line["What"]: (line["Kept"], line["Gone so far"]) for line in table.to_dict("records")}
    assert shown["Batches that have ended"] == ("for 90 days", "0")
    assert shown["Entries of the audit"] == ("for good", "0")
    assert shown["Sessions of people"] == ("until their end", "1")
    assert "An engine looked last at" in text(app)


def test_the_system_screen_shows_the_last_checks_and_makes_new_ones(desk: Desk) -> None:
    app = desk.screen("system")
    assert "Nothing was checked yet" in text(app)
    app = button(app, "Check now").click().run()
    assert not app.exception
    assert app.toast[0].value.startswith("Checked: ")
    told = text(app)
    assert "In order: " in told
    assert "Job store" in told
    assert desk.engine.doctor.last() is not None
