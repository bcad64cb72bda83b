"""What one may not do is not offered: every button that a role finds on a screen is one that it may press."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from console import navigation
from console.context import handles
from engine.domain.access import Role
from engine.domain.audit import AuditFilter, Result
from engine.domain.batch.fixes import FixKind, Remedy, RowsWanted
from engine.errors import Cause
from tests.support.desk import Desk, text, upcs

WHO = "test@example.com"  # whom Streamlit's tester is signed in as
SCREENS = [path.stem for path in navigation.ADDRESSES]


@pytest.fixture
def busy(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Lend a desk where people sign in, with drafts, failed rows, a fix, a batch that waits and an interrupted one."""
    monkeypatch.setenv("DM_SIGN_IN", "iap")
    monkeypatch.setenv("DM_IAP_AUDIENCE", "/projects/1")
    handles.cache_clear()
    desk.submit(upcs(6))
    desk.work(failing=upcs(6)[4:])
    desk.engine.fixes.begin(RowsWanted(Cause.NO_MATCH), Remedy(FixKind.LEAVE_OUT))
    desk.interrupted()
    desk.submit(upcs(3))
    return desk


def drawn(desk: Desk, screen: str) -> list[AppTest]:
    """Return a screen in the states that are reached by its address."""
    jobs = [job.job_id for job in desk.engine.queries.jobs().jobs]
    job_id = jobs[-1]  # the first
    asked: dict[str, list[dict[str, str]]] = {
        "batch": [*({"job_id": one} for one in jobs), {"job_id": job_id, "row": "0"}],
        "drafts": [{}, {"job_id": job_id, "row": "0"}, {"job_id": job_id, "row": "5"}],
    }
    return [desk.screen(screen, **query) for query in asked.get(screen, [{}])]


def refused(desk: Desk) -> list[str]:
    return [entry.words for entry in desk.engine.audit.page(AuditFilter(by=WHO)) if entry.result is Result.REFUSED]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
@pytest.mark.parametrize("screen", SCREENS)
def test_no_button_of_a_screen_is_one_that_is_refused(busy: Desk, screen: str, role: Role) -> None:
    busy.engine.people.assign(WHO, role)
    for app in drawn(busy, screen):
        assert not app.exception
        for key in [one.key for one in app.button if not one.disabled]:
            found = [one for one in app.button if one.key == key and not one.disabled]
            if found:
                found[0].click().run()
                assert refused(busy) == [], (key, found[0].label)
    if role is Role.VIEWER:
        assert busy.engine.audit.page(AuditFilter(by=WHO)) == []


def test_a_viewer_sees_batches_and_no_way_to_change_them(busy: Desk) -> None:
    def offered() -> set[str]:
        shown = (app for screen in ("batches", "batch", "drafts", "attention") for app in drawn(busy, screen))
        return {one.label for app in shown for one in app.button if not one.disabled}

    busy.engine.people.assign(WHO, Role.OPERATOR)
    operator = offered()
    handles.cache_clear()
    busy.engine.people.assign(WHO, Role.VIEWER)
    viewer = offered()
    assert {"New batch", "Pause", "Recover batch (4 left)", "One by one"} <= operator
    assert not {"New batch", "Pause", "Recover batch (4 left)", "One by one"} & viewer
    assert viewer < operator


def test_a_viewer_is_told_of_no_key_that_does_nothing_for_them(busy: Desk) -> None:
    told = {screen: text(drawn(busy, screen)[0]) for screen in ("batches", "batch", "drafts", "attention")}
    assert ":gray-badge[J] Next draft" in told["drafts"]
    assert not any("Approve, or" in said or "New batch" in said or "Pause or" in said for said in told.values())


@pytest.mark.parametrize(("screen", "role"), [("access", "admin"), ("new_batch", "operator")])
def test_a_screen_that_is_not_for_a_viewer_says_what_it_takes(busy: Desk, screen: str, role: str) -> None:
    app = busy.screen(screen)
    assert f"This needs the role {role}" in "".join(one.value for one in app.info)
    assert not app.button


def test_an_operator_sees_what_is_connected_and_no_field_for_keys(busy: Desk) -> None:
    busy.engine.people.assign(WHO, Role.OPERATOR)
    app = busy.screen("connections")
    assert "To connect and disconnect takes the role admin." in text(app)
    assert not app.text_input


def test_whose_role_was_taken_away_finds_no_screen(busy: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DM_ROLE_ELSE", "nobody")
    handles.cache_clear()
    app = AppTest.from_file(str(navigation.PAGES.parent / "console" / "main.py"), default_timeout=20).run()
    assert not app.exception
    assert "have no role here any more" in app.error[0].value
    assert not app.button
