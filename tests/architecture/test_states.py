"""The states that `docs/states.md` draws are the states that the code knows."""

from __future__ import annotations

import re
from pathlib import Path

from engine.domain.batch.jobs import TRANSITIONS

STATES = Path(__file__).parents[2] / "docs" / "states.md"
ARROW = re.compile(r"^\s+(\w+) --> (\w+): \S", re.MULTILINE)


def test_the_drawn_arrows_are_the_transitions() -> None:
    _, batch, *_ = STATES.read_text(encoding="utf-8").split("```mermaid")
    drawn = set(ARROW.findall(batch.partition("```")[0]))
    assert drawn == {(start, end) for start, ends in TRANSITIONS.items() for end in ends}
