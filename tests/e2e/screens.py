"""What an operator sees and does, by the roles, labels and words on the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.support.demo import ROOT, Demo

SAMPLE = (ROOT / "samples" / "exu2.txt").read_text(encoding="utf-8")
SOME = "".join(f"{line}\n" for line in SAMPLE.splitlines()[:14])
COUNTED = re.compile(r"([\d,]+) ([a-z ]+)")


@dataclass(frozen=True)
class BatchScreen:
    """The screen of one batch."""

    page: Page

    def open(self, whole: Demo, job_id: str, **query: str) -> BatchScreen:
        address = "&".join(f"{name}={value}" for name, value in {"job_id": job_id, **query}.items())
        self.page.goto(f"{whole.url}/batch?{address}")
        expect(self.bar).to_be_visible()
        return self

    @property
    def bar(self) -> Locator:
        return self.page.get_by_role("img", name=re.compile(r"\d (drafted|composed|needs attention|working|waiting)"))

    def counts(self) -> dict[str, int]:
        """Return how many rows are in which state, as the bar tells it."""
        told = self.bar.get_attribute("aria-label") or ""
        return {word: int(number.replace(",", "")) for number, word in COUNTED.findall(told)}

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def state(self, word: str) -> Locator:
        """Return the badge beside the title."""
        return self.page.get_by_role("paragraph").filter(has_text=re.compile(rf"\w {word}$")).first

    def filter(self, word: str) -> Locator:
        return self.page.get_by_role("radiogroup", name="Show").get_by_role("radio", name=word)


def upload(page: Page, name: str, content: str | bytes, kind: str = "text/plain") -> None:
    """Put a file into the screen for a new batch; `kind` is the media type that the browser gives it."""
    raw = content.encode() if isinstance(content, str) else content
    file: FilePayload = {"name": name, "mimeType": kind, "buffer": raw}
    page.locator("input[type=file]").set_input_files([file])


def job_id(page: Page) -> str:
    """Return the batch that the address of the page names."""
    page.wait_for_url("**/batch?*")
    found: Any = re.search(r"job_id=(batch_\w+)", page.url)
    return str(found[1])
