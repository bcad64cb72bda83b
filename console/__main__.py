"""`python -m console`: the screens, the HTTP API and the health check on one port."""

from __future__ import annotations

from console.app import app
from console.context import context


def main() -> None:
    """Serve until stopped; the demo on this machine only."""
    settings = context().settings

    address = "127.0.0.1" if settings.profile == "demo" else "0.0.0.0"  # noqa: S104 - the container's only door
    app.run(config={"server.port": settings.port, "server.address": address})


if __name__ == "__main__":
    main()
