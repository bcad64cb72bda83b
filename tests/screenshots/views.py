"""What pictures are taken of: every screen, and what a click opens on one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page

from console.navigation import ADDRESSES
from tests.screenshots.states import SAMPLE, SESSION

Step = Callable[[Page], None]
OPENED_IN = ("usual", "outage")  # what a click opens looks alike in the other states
AT_WORK = "outage"  # in which the batch is at work, so that it cannot be deleted
SCANNED_IN = ("usual", "no-worker", "quota", "outage", "outage-from-the-start", "console-gone", "console-restarted")


@dataclass(frozen=True)
class View:
    """A screen by its address, and the steps that open something on it."""

    path: str
    steps: tuple[Step, ...] = ()


def views(state: str, job_id: str) -> Mapping[str, View]:
    """Return what there is to see in a state, by name; `job_id` is the batch that shows it, "" for none."""
    found = {path.stem: f"/{address}" for path, address in ADDRESSES.items()}
    found["batch"] += f"?job_id={job_id}" if job_id else ""
    found["new_batch_checked"] = f"{found['new_batch']}?file={SAMPLE}"
    if state in SCANNED_IN:
        found["scan"] = f"{found['new_batch']}?scan={SESSION}"
    seen = {name: View(path) for name, path in found.items()}
    if state in OPENED_IN:
        seen |= {name: View(found[screen], steps) for name, (screen, steps) in OPENED.items()}
    if state == AT_WORK:
        del seen["batch_delete"]
    return seen


def _button(name: str) -> Step:
    return lambda page: page.get_by_role("button", name=re.compile(name)).first.click()


def _choice(name: str) -> Step:
    return lambda page: page.get_by_role("radio", name=name).click()


def _entry(name: str) -> Step:
    return lambda page: page.get_by_role("option", name=name).or_(page.get_by_role("menuitem", name=name)).first.click()


def _first_row(page: Page) -> None:
    page.get_by_test_id("stDataFrame").locator("canvas").first.click(position={"x": 300, "y": 50}, force=True)


OPENED: Mapping[str, tuple[str, tuple[Step, ...]]] = {
    "batches_keys": ("batches", (_button("^Keys"),)),
    "batch_row": ("batch", (_first_row,)),
    "batch_prices": ("batch", (_button(r"^Price \d"),)),
    "batch_name": ("batch", (_button("^More"), _entry("Rename batch"))),
    "batch_delete": ("batch", (_button("^More"), _entry("Delete batch"))),
    "attention_fix": ("attention", (_button("^Leave out"),)),
    "attention_best": ("attention", (_button("^Take the best"),)),
    "attention_one": ("attention", (_button("^One by one"),)),
    "seller_profile": ("seller", (_button("^New profile"),)),
    "new_batch_scan": ("new_batch", (_choice("Scan"),)),
    "new_batch_paste": ("new_batch", (_choice("Paste"),)),
}
"""By name, the screen on which something is opened, and the steps to it."""
