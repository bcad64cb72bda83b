"""What `?` says of the keys of a screen is what its buttons have."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.screens.attention import one_by_one
from console.widgets import keys
from tests.support import drafting
from tests.support.desk import Desk, text, upcs

SCREENS = Path(one_by_one.__file__).parents[1]
FOLDERS = {
    "batches": keys.BATCHES,
    "new_batch": keys.NEW_BATCH,
    "batch": keys.BATCH,
    "drafts": keys.DRAFTS,
    "attention": keys.ATTENTION,
}
OF_TABLES = {"drafts": {"A", "H", "J", "K"}, "attention": {"T", "X", "1 to 9"}}  # not written at the button itself


def written(folder: Path) -> Iterator[str]:
    """Yield each key that stands at a button in the code of a screen."""
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "shortcut" and isinstance(node.value, ast.Constant):
                yield str(node.value.value)


@pytest.mark.parametrize(
    "folder", sorted(path.name for path in SCREENS.iterdir() if path.is_dir() and path.name[0] != "_")
)
def test_every_key_in_the_code_of_a_screen_is_told_and_no_other(folder: str) -> None:
    found = {*written(SCREENS / folder), *OF_TABLES.get(folder, set())}
    assert found == set(FOLDERS.get(folder, {}))


def test_there_is_a_key_for_each_release_that_one_by_one_shows() -> None:
    assert f"{one_by_one.KEYS[0]} to {one_by_one.KEYS[-1]}" in keys.ATTENTION


def test_the_buttons_of_a_draft_have_the_keys_that_are_told(desk: Desk) -> None:
    desk.submit(upcs(2))
    drafting.work(desk)
    app = desk.screen("drafts")
    drawn = {found.proto.shortcut for found in app.button if found.proto.shortcut}
    assert drawn == {key.lower() for key in keys.DRAFTS}


def test_a_screen_tells_its_keys(desk: Desk) -> None:
    said = text(desk.screen("batches"))
    assert ":gray-badge[N] New batch" in said
    assert ":gray-badge[?] These keys" in said
