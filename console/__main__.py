"""`python -m console`: the screens, the HTTP API and the health check on one port."""

from __future__ import annotations

from console.gate import GROUPS, USER
from engine.startup import process, refuse_open_address, refuse_taken_port, report_new_store


def main() -> None:
    """Serve until stopped."""
    with process() as settings:
        refuse_open_address(settings)
        from console.app import app  # reads the settings, which must be right by now

        refuse_taken_port(settings.host, settings.port)
        report_new_store(settings)
        app.run(
            config={
                "server.port": settings.port,
                "server.address": settings.host,
                "server.trustedUserHeaders": {USER.decode(): "email", GROUPS.decode(): "groups"}
                if settings.knows_people
                else {},
            }
        )


if __name__ == "__main__":
    main()
