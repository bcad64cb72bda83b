"""The services on the screens: their states, their quotas, the tests of their connections, and what they delay."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from console.context import context, handles
from engine.batches.connections import ConnectionTests
from engine.batches.documents import SHARDS, job_path
from engine.codec import encode, replace
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import Need
from engine.domain.batch.workers import RowInFlight
from engine.domain.listing.pricing import PriceBasis
from engine.domain.services import Service
from engine.store.base import Patch, Put
from tests.support.desk import CLOCK, Desk, button, text, upcs
from tests.support.hostile import as_shown

WAITS = "Discogs quota until 14:52:10 UTC"


def tell(desk: Desk, service: str, **fields: Any) -> None:
    """Have the gate of a service have written that."""
    desk.store.commit(Put(f"budgets/{service}", {"service": service, **fields}))


def seconds(ahead: float) -> float:
    return CLOCK.now().timestamp() + ahead


def ago(**length: float) -> Any:
    return CLOCK.now() - timedelta(**length)


@pytest.mark.parametrize(
    ("fields", "badge", "said"),
    [
        (dict, "Not known yet", "It was not asked yet."),
        (lambda: {"last_ok_at": ago(minutes=2)}, "Answers", "Last good answer 2 min ago."),
        (lambda: {"limit": 1, "slots": [seconds(600)]}, "Quota used up", "the next call may be made at"),
        (lambda: {"breaker": "open", "opened_at": ago(minutes=9), "open_until": ago(minutes=-5)}, "Down", "Down since"),
        (
            lambda: {
                "credentials": "refused",
                "credentials_said": "Look at DISCOGS_TOKEN.",
                "credentials_at": ago(minutes=3),
            },
            "Refuses us",
            "Look at DISCOGS_TOKEN.</div>",
        ),
        (lambda: {"credentials": "missing"}, "Not connected", "Discogs is not connected"),
        (
            lambda: {
                "credentials_said": "Discogs grants 25 calls a minute: it did not accept the token.",
                "last_ok_at": ago(),
            },
            "Answers",
            "Credentials: Discogs grants 25 calls a minute: it did not accept the token.",
        ),
    ],
)
def test_each_state_of_a_service_has_its_word(
    desk: Desk, fields: Callable[[], dict[str, Any]], badge: str, said: str
) -> None:
    tell(desk, "discogs", **fields())
    app = desk.screen("system")
    assert not app.exception
    line = next(element.value for element in app.markdown if element.value.startswith("**Discogs**"))
    assert badge in line
    assert said in text(app)


def test_a_quota_is_shown_with_its_end(desk: Desk) -> None:
    until = seconds(40)
    tell(desk, "discogs", limit=60, slots=[seconds(20)] * 40 + [until], latency_ms=210.0, calls=1_234)
    tell(desk, "ebay_browse", daily_limit=5_000, daily_used=12, daily_resets_at=ago(hours=-3))
    said = text(desk.screen("system"))
    assert "41 of 60 in the last minute, full again at " in said
    assert "12 of 5,000 today, resets at " in said
    assert "1,234 calls so far, 210 ms an answer" in said
    assert 'style="width:68.3%"' in said


def test_what_an_engine_tells_of_its_keys_counts_and_not_the_consoles_own(desk: Desk) -> None:
    desk.store.commit(desk.worker("alive", None, [], discogs=True, ebay=False))
    app = desk.screen("system")
    assert "Press Connect eBay" in app.info[0].value
    states = [element.value for element in app.markdown if element.value.startswith("**")]
    assert ["Not connected" in state for state in states] == [False, False, False, True, True]
    assert "composed and kept here: eBay is not connected" in text(checked(desk))


def test_nobody_is_told_to_connect_ebay_while_nobody_knows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DM_PROFILE", "live")
    handles.cache_clear()
    assert not desk.screen("system").info


def test_a_test_is_asked_for_and_its_result_shown(desk: Desk) -> None:
    desk.store.commit(desk.worker("alive", None, []))
    app = desk.screen("system")
    app.button(key="test_discogs").click().run()
    assert not app.exception
    assert "Asked: an engine answers within seconds." in text(app)
    assert app.button(key="test_discogs").disabled
    assert not app.button(key="test_ebay").disabled
    tests = ConnectionTests(desk.store, CLOCK)
    (test,) = tests.take("alive")
    assert test.service is Service.DISCOGS
    tests.answer(replace(test, ok=True, sentence="Discogs accepts the token of sandbox.", latency_ms=12.0))
    context().poller.changed()
    app.run()
    assert "✓ Discogs accepts the token of sandbox. (just now, 12 ms)" in text(app)
    assert not app.button(key="test_discogs").disabled


def test_without_an_engine_a_test_does_not_wait_for_ever(desk: Desk) -> None:
    app = desk.screen("system")
    app.button(key="test_ebay").click().run()
    assert "No engine is running" in app.toast[0].value
    assert "No engine is running, so nobody can ask." in text(app)
    assert not app.button(key="test_ebay").disabled


def checked(desk: Desk, count: int = 200) -> AppTest:
    """Return the screen of a new batch over a file of so many rows."""
    path = desk.engine.submission.keep("\n".join(upcs(count)).encode(), "box.txt")
    return desk.screen("new_batch", file=path)


def test_a_new_batch_says_how_long_the_quotas_make_it(desk: Desk) -> None:
    tell(desk, "discogs", limit=60)
    tell(desk, "musicbrainz", limit=1, window_seconds=1.0)
    tell(desk, "ebay_browse", daily_limit=5_000, daily_used=10)
    said = text(checked(desk).selectbox(key="basis").set_value(PriceBasis.COMPARABLE).run())
    assert "about 4 min, limited by Discogs (60 calls a minute)" in said
    assert "260 of Discogs, 150 of MusicBrainz, 200 of eBay prices (4,990 left today)" in said


def test_before_the_first_call_the_settings_tell_the_quota(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCOGS_PER_MINUTE", "30")
    handles.cache_clear()
    assert "about 8 min, limited by Discogs (30 calls a minute)" in text(checked(desk))


def test_a_batch_may_go_on_without_discogs(desk: Desk) -> None:
    app = checked(desk, 3)
    app.selectbox(key="discogs").set_value(Need.OPTIONAL).run()
    button(app, "Start").click().run()
    assert desk.engine.queries.jobs().jobs[0].options.discogs is Need.OPTIONAL


def test_a_batch_may_ask_discogs_only_when_it_is_needed_which_takes_less_time(desk: Desk) -> None:
    tell(desk, "discogs", limit=60)
    app = checked(desk)
    app.selectbox(key="discogs").set_value(Need.WHEN_NEEDED).run()
    assert "120 of Discogs, 10 of MusicBrainz" in text(app)
    button(app, "Start").click().run()
    assert desk.engine.queries.jobs().jobs[0].options.discogs is Need.WHEN_NEEDED


def test_more_prices_than_ebay_tells_in_a_day_are_told_before_the_start(desk: Desk) -> None:
    tell(desk, "ebay_browse", daily_limit=5_000, daily_used=4_900, daily_resets_at=ago(hours=-5))
    said = text(checked(desk).selectbox(key="basis").set_value(PriceBasis.COMPARABLE).run())
    assert "200 of eBay prices (100 left today, the rest from " in said
    assert "limited by eBay prices (5,000 calls a day)" in said


def test_there_is_no_choice_where_discogs_is_not_asked(desk: Desk) -> None:
    desk.store.commit(desk.worker("alive", None, [], discogs=False, ebay=True))
    app = checked(desk, 3)
    assert not [control for control in app.selectbox if control.key == "discogs"]
    assert "of Discogs" not in text(app)


def waiting(desk: Desk, count: int = 300) -> str:
    """Return a batch of which a live worker has two rows in hand that wait."""
    job = desk.submit(upcs(count))
    rows = [RowInFlight(job.job_id, index, upc, "identify", WAITS) for index, upc in enumerate(upcs(2))]
    fields = {"status": JobStatus.RUNNING, "started_at": ago(seconds=30), "total_upcs": count}
    engine = encode(replace(job.engine, rows=count))
    desk.store.commit(Patch(job_path(job.job_id), {**fields, "engine": engine}, None))
    desk.store.commit(desk.worker("alive", job.job_id, rows, discogs=True, ebay=True))
    return job.job_id


def test_a_batch_says_what_its_rows_wait_for_and_when_it_will_be_done(desk: Desk) -> None:
    tell(desk, "discogs", limit=60, slots=[seconds(50)] * 60)
    app = desk.screen("batch", job_id=waiting(desk))
    assert not app.exception
    said = text(app)
    assert "2 items wait: Discogs quota until 14:52:10" in said
    assert "14:52:10 UTC" not in said
    assert app.metric[4].delta.endswith("limit: Discogs")


def test_a_row_says_what_it_waits_for(desk: Desk) -> None:
    job = desk.interrupted(count=6, done=2)
    row = RowInFlight(job.job_id, 2, upcs(3)[2], "identify", WAITS)
    desk.store.commit(
        desk.worker("alive", job.job_id, [row]), Patch(f"{SHARDS}/{job.job_id}-0000", {"owner": "alive"}, None)
    )
    app = desk.screen("batch", job_id=job.job_id)
    assert list(app.dataframe[0].value["Why"][:4]) == ["", "", "Discogs quota until 14:52:10", ""]
    app.session_state["row"] = 2
    app.run()
    assert as_shown(app.info[0].value) == "Waits: Discogs quota until 14:52:10"


def test_the_list_tells_the_same_end(desk: Desk) -> None:
    tell(desk, "discogs", limit=60, slots=[seconds(50)] * 60)
    waiting(desk)
    assert desk.screen("batches").dataframe[0].value.iloc[0]["Done at"].startswith("about ")
