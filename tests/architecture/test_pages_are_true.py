"""The documents for whoever works on the code say what is there: decisions, the way of a barcode, the map."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from pkgutil import resolve_name

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
INDEX = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
STATUSES = {"proposed", "accepted", "superseded"}
FORM = re.compile(
    r"# (?P<number>\d{4})\. \S.*\n\nStatus: (?P<status>\w+)\nDate: \d{4}-\d\d\n\n"
    r"## Question\n(?P<question>(?s:.+?))\n\n## Choice\n(?s:.+?)\n\n## Why\n(?s:.+?)\n\n## Price\n(?s:.+)\n"
)
STEP = re.compile(r"^\d+\. (?s:.+?)`(engine[\w.]*:[\w.]+)`", re.MULTILINE)


def formed(path: Path) -> re.Match[str]:
    match = FORM.fullmatch(path.read_text(encoding="utf-8"))
    assert match, f"{path.name} has another form than the decisions have"
    return match


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert len(set(numbers)) == len(numbers) > 70


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name[:4])
def test_a_decision_has_its_form_and_stands_in_the_index(path: Path) -> None:
    decision = formed(path)
    number, status = decision["number"], decision["status"]
    assert path.name.startswith(f"{number}-")
    assert status in STATUSES
    assert f"| [{number}]({path.name}) | {' '.join(decision['question'].split())} | {status} |" in INDEX


def test_the_index_lists_nothing_else() -> None:
    assert re.findall(r"\]\((.+?)\)", INDEX) == [path.name for path in DECISIONS]


def test_the_way_of_a_barcode_has_ten_steps_with_a_function_each() -> None:
    assert len(re.findall(r"^\d+\. ", ARCHITECTURE, re.MULTILINE)) == len(STEP.findall(ARCHITECTURE)) == 10


@pytest.mark.parametrize("function", STEP.findall(ARCHITECTURE))
def test_the_function_of_a_step_exists(function: str) -> None:
    assert callable(resolve_name(function))


def rooms(package: str) -> Iterator[str]:
    """Yield a top package and the packages right below it, as the map spells them."""
    yield f"{package}/"
    for path in sorted((ROOT / package).glob("*/__init__.py")):
        yield f"{package}/{path.parent.name}/"


@pytest.mark.parametrize("room", ["pages/", *rooms("console"), *rooms("engine")])
def test_a_room_is_in_the_map(room: str) -> None:
    table = [line.split("|")[1] for line in CONTRIBUTING.splitlines() if line.startswith("| `")]
    assert any(f"`{room}`" in cell for cell in table)


def test_the_map_names_nothing_that_is_not_there() -> None:
    named = re.findall(r"`((?:engine|console|pages|docs|tests)/[\w./]+)`", CONTRIBUTING)
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", ["CONTRIBUTING.md", "docs/adr", "docs/architecture.md"])
def test_the_readme_leads_to_what_a_contributor_reads(document: str) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"`{document}`" in readme.partition("## Working on it")[2]


@pytest.mark.parametrize("target", re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
def test_every_command_of_the_makefile_is_in_the_readme(target: str) -> None:
    row = next(line for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines() if "| `make run" in line)
    assert target in row.partition("`make ")[2].partition("`")[0].split()
