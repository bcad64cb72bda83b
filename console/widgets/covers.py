"""Pictures of covers, as a browser can fetch them."""

from __future__ import annotations

from urllib.parse import urlsplit

from console.context import Context
from engine.public import Item


def cover(item: Item, context: Context) -> str | None:
    """Return the address of a row's picture, None when it has none."""
    return shown(item.picture.url, context)


def shown(url: str, context: Context) -> str | None:
    """Return the address as a browser reaches it, None for ""; the sandbox has no certificate, so its are http."""
    settings = context.settings
    if settings.profile == "demo" and urlsplit(url).netloc == urlsplit(settings.sandbox_url).netloc:
        return url.replace("https://", "http://", 1) or None
    return url or None
