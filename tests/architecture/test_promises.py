"""What the code promises of itself, held to by reading it: thin pages, no way to publish, a README that is whole."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from engine.cli import app as commands
from engine.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "pages").glob("*.py"))
ENGINE = sorted(path for path in (ROOT / "engine").rglob("*.py") if "sandbox" not in path.parts)
SOURCES = [*ENGINE, *sorted((ROOT / "console").rglob("*.py"))]
SETTINGS = ROOT / "engine" / "settings.py"
TESTS = sorted((ROOT / "tests").rglob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
SPOKEN_OF = {
    "not_publishable",  # what keeps a draft from being published, as a person reads it
    "PUBLISHED",  # how eBay marks an offer that a person has published: it is left alone
    "publisher",  # of a record, in a Libib export
    "publish date",
}


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the modules that a file imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def words(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every name and every text of a file with its line, but no docstring."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield line, node.value
        for name in ("id", "attr", "name", "arg", "module"):
            if isinstance(value := getattr(node, name, None), str):
                yield line, value


def calls(tree: ast.AST) -> Iterator[str]:
    """Yield what is called, as it is written."""
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_a_page_is_short_and_knows_only_the_console(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 15
    assert {module.partition(".")[0] for module in imported(parsed(page))} == {"console"}


def test_there_are_pages() -> None:
    assert len(PAGES) >= 4


def test_nothing_in_the_engine_can_publish_but_the_sandboxs_ledger_would_tell() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} {word}"
        for path in ENGINE
        for line, word in words(parsed(path))
        if "publish" in word.lower() and word not in SPOKEN_OF
    ]
    assert found == []
    ledger = (ROOT / "engine" / "sandbox" / "ledger.py").read_text(encoding="utf-8")
    assert "published" in ledger


@pytest.mark.parametrize(("folder", "other"), [("tests", "benchmarks"), ("benchmarks", "tests")])
def test_tests_and_benchmarks_share_the_sandbox_and_do_not_import_each_other(folder: str, other: str) -> None:
    files = sorted((ROOT / folder).rglob("*.py"))
    assert files
    assert [file.name for file in files for module in imported(parsed(file)) if module.partition(".")[0] == other] == []


def test_no_test_sleeps() -> None:
    slept = [str(path) for path in TESTS if any(name.endswith("sleep") for name in calls(parsed(path)))]
    assert slept == []


@pytest.mark.parametrize("name", [str(field.validation_alias) for field in Settings.model_fields.values()])
def test_every_setting_is_in_the_readme(name: str) -> None:
    table = [line.split("|")[1] for line in README.splitlines() if line.startswith("| `")]
    assert any(f"`{name}`" in cell for cell in table)


@pytest.mark.parametrize(
    "name", [command.callback.__name__ for command in commands.registered_commands if command.callback]
)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert re.search(rf"`python -m engine {name}\b", README)


def test_the_readme_names_no_setting_that_does_not_exist() -> None:
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    named = re.findall(r"`((?:DM|DISCOGS|MUSICBRAINZ|COVERART|EBAY)_[A-Z_]+|PORT)`", README)
    assert set(named) <= known


@cache
def read_settings(path: Path) -> frozenset[str]:
    """Return the fields of the settings that a file reads: of what is called `settings`, or in the class itself."""
    owner = "self" if path.name in {"settings.py", "access_settings.py"} else "settings"
    read = (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Attribute))
    return frozenset(node.attr for node in read if ast.unparse(node.value).rpartition(".")[2].lstrip("_") == owner)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_read_by_something(name: str) -> None:
    readers = [path for path in SOURCES if name in read_settings(path)]
    assert readers, f"{Settings.model_fields[name].validation_alias} is documented, and nothing reads it"


def settings_named_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:DM|DISCOGS|MUSICBRAINZ|COVERART|EBAY)_[A-Z][A-Z_]*\b", text))


@pytest.mark.parametrize(
    "document", [".env.example", "Dockerfile", "deploy/README.md", "deploy/COST.md", "CHANGELOG.md"]
)
def test_no_document_names_a_setting_that_does_not_exist(document: str) -> None:
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    assert settings_named_in((ROOT / document).read_text(encoding="utf-8")) <= known


def test_what_an_operator_reads_names_only_settings_that_exist() -> None:
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    sentences = " ".join(word for path in SOURCES for _, word in words(parsed(path)) if " " in word)
    named = settings_named_in(sentences)
    assert {"DISCOGS_TOKEN", "EBAY_REFRESH_TOKEN"} <= named
    assert named <= known


def test_nobody_is_sent_to_connect_ebay_on_a_page_where_it_cannot_be_connected() -> None:
    sent = [str(path) for path in SOURCES for _, word in words(parsed(path)) if "System page" in word]
    assert sent == []


def test_the_readme_begins_with_the_two_commands() -> None:
    first, second = re.findall(r"^make (\w+)", README, re.MULTILINE)[:2]
    assert (first, second) == ("run", "test")
