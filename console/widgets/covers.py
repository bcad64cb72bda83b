"""Pictures of covers, as a browser can fetch them."""

from __future__ import annotations

from urllib.parse import urlsplit

from engine.domain.items import Item
from engine.settings import Settings


def cover(item: Item, settings: Settings) -> str | None:
    """Return the address of a row's picture, None when it has none."""
    return shown(str(item.picture.get("url") or ""), settings)


def shown(url: str, settings: Settings) -> str | None:
    """Return the address as a browser reaches it, None for ""; the sandbox has no certificate, so its are http."""
    if settings.profile == "demo" and urlsplit(url).netloc == urlsplit(settings.sandbox_url).netloc:
        return url.replace("https://", "http://", 1) or None
    return url or None
