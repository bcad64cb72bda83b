"""Chromium as the tests and the screenshots run it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Playwright

PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP evil.example 127.0.0.1",  # a name of somebody else's that leads to this machine
)
MISSING = f"no Chromium at {', '.join(PLACES)}, nor Playwright's own: python -m playwright install chromium"


def chromium(playwright: Playwright, *flags: str) -> Browser | None:
    """Start the system's Chromium, else Playwright's own, with more flags; None where there is neither."""
    own = playwright.chromium.executable_path
    found = next((place for place in (*PLACES, own) if Path(place).exists()), None)
    return playwright.chromium.launch(executable_path=found, args=[*FLAGS, *flags]) if found else None
