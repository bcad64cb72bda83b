"""The console as a whole: its script, its pages, and the API beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.routing import Match
from streamlit.testing.v1 import AppTest

from console import navigation
from console.app import Beside, Elsewhere
from console.headers import API_PATHS
from tests.support.desk import Desk

ROOT = Path(__file__).parents[2]


def test_the_script_begins_with_the_batches(desk: Desk) -> None:
    app = AppTest.from_file(str(ROOT / "console" / "main.py"), default_timeout=20).run()
    assert not app.exception
    assert app.title[0].value == "Batches"


@pytest.mark.parametrize("page", sorted(navigation.PAGES.glob("*.py")), ids=lambda page: page.stem)
def test_a_page_is_short_and_knows_the_console_only(page: Path) -> None:
    lines = page.read_text().splitlines()
    assert len(lines) <= 15
    assert all(line.split()[1].startswith("console") for line in lines if line.startswith(("import ", "from ")))


@pytest.mark.parametrize(
    ("path", "kind", "ours"),
    [
        ("/api/batch/jobs", "http", True),
        ("/health", "http", True),
        ("/healthy", "http", False),
        ("/batch", "http", False),
        ("/_stcore/stream", "websocket", False),
        ("/api/x", "websocket", False),
    ],
)
def test_the_api_answers_its_own_paths_only(path: str, kind: str, ours: bool) -> None:
    async def nothing(*_: object) -> None:
        """Answer nothing."""

    found, _ = Beside(nothing, API_PATHS).matches({"type": kind, "path": path})
    assert (found is Match.FULL) is ours


def test_every_page_has_an_address() -> None:
    assert set(navigation.ADDRESSES) == set(navigation.PAGES.glob("*.py"))


@pytest.mark.parametrize(
    "path", ["/docs", "/openapi.json", "/redoc", "/oauth/x", "/oauth2callback", "/batch/x", "/new.html"]
)
def test_nothing_is_at_a_path_that_is_nobodys(path: str) -> None:
    assert Elsewhere().matches({"type": "http", "path": path})[0] is Match.FULL


@pytest.mark.parametrize(
    "path", ["/", "/new", "/batch/", "/_stcore/health", "/static/js/index.js", "/media/a.png", "/favicon.png"]
)
def test_screens_and_what_they_load_are_left_to_streamlit(path: str) -> None:
    assert Elsewhere().matches({"type": "http", "path": path})[0] is Match.NONE
    assert Elsewhere().matches({"type": "websocket", "path": "/batch/_stcore/stream"})[0] is Match.NONE
