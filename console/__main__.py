"""`python -m console`: the screens, the HTTP API and the health check on one port."""

from __future__ import annotations

from console.app import app
from console.context import context
from engine import log


def main() -> None:
    """Serve until stopped. The demo answers on this machine only, and only to its own name."""
    settings = context().settings
    log.configure(settings.log)
    demo = settings.profile == "demo"
    app.run(
        config={
            "server.port": settings.port,
            "server.address": "127.0.0.1" if demo else "0.0.0.0",  # noqa: S104 - the container's only door
            "server.allowedHosts": ["127.0.0.1", "localhost"] if demo else [],
        }
    )


if __name__ == "__main__":
    main()
