"""What axe-core finds on a screen; `docs/accessibility.md` lists what is Streamlit's own.

Source: https://github.com/dequelabs/axe-core/blob/develop/doc/rule-descriptions.md (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

GRAVE = frozenset({"serious", "critical"})
RUN = "() => axe.run(document, {resultTypes: ['violations']})"


@dataclass(frozen=True)
class Violation:
    """A rule that elements break: `elements` are the beginnings of their HTML, each with what is wrong with it."""

    rule: str
    impact: str
    elements: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.rule} ({self.impact}): " + "; ".join(f"{html} {said}" for html, said in self.elements)


@dataclass(frozen=True)
class Theirs:
    """A violation of Streamlit's own: of `rule`, by elements whose HTML has `part` in it."""

    rule: str
    part: str


THEIRS: Sequence[Theirs] = (Theirs("aria-dialog-name", "stToast"),)


def violations(page: Page) -> list[Violation]:
    """Return the serious and critical violations on a page that are not Streamlit's own."""
    page.evaluate(AXE_SCRIPT)
    found = (_ours(violation) for violation in page.evaluate(RUN)["violations"] if violation["impact"] in GRAVE)
    return [violation for violation in found if violation.elements]


def _ours(found: dict[str, Any]) -> Violation:
    elements = (
        (node["html"][:160], _why(node))
        for node in found["nodes"]
        if not any(known.rule == found["id"] and known.part in node["html"] for known in THEIRS)
    )
    return Violation(found["id"], found["impact"], tuple(elements))


def _why(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return str(checks[0]["message"]) if checks else ""
