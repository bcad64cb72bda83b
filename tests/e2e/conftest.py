"""One demo and one Chromium for all browser tests; every test has a fresh profile, and a picture when it fails."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.support.browser import MISSING, chromium
from tests.support.demo import Demo, demo
from tests.support.emulators import Wire, a_place

WAIT_MILLISECONDS = 15_000
FAILED = pytest.StashKey[bool]()

expect.set_options(timeout=WAIT_MILLISECONDS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember which test failed, for its picture."""
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = chromium(playwright)
    if browser is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def running(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with demo(tmp_path_factory.mktemp("demo")) as started:
        yield started


@pytest.fixture
def whole(running: Demo) -> Iterator[Demo]:
    """Lend the demo, every part of it up and the sandbox in good health."""
    yield running
    running.sandbox.heal()


@dataclass(frozen=True)
class Emulated:
    """A demo on the emulators, and its line to Firestore's."""

    demo: Demo
    wire: Wire


@pytest.fixture(scope="session")
def emulated(
    browser: Browser, firestore_emulator: str, storage_emulator: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Emulated]:
    wire = Wire(firestore_emulator)
    with demo(tmp_path_factory.mktemp("emulated"), **a_place(wire.address, storage_emulator)) as running:
        yield Emulated(running, wire)
    wire.cut()


@pytest.fixture(params=["sqlite", "firestore"])
def either(request: pytest.FixtureRequest) -> Iterator[Demo]:
    """Lend a demo on each kind of store, as `whole` does."""
    running: Demo = (
        request.getfixturevalue("running") if request.param == "sqlite" else request.getfixturevalue("emulated").demo
    )
    yield running
    running.sandbox.heal()


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context
    if request.node.stash.get(FAILED, False):
        for number, page in enumerate(context.pages):
            picture = tmp_path / f"failed-{number}.png"
            page.screenshot(path=picture)
            print(f"picture of {page.url}: {picture}")
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
