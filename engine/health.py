"""`python -m engine.health`: whether the process of this container does its work; exit status 0 when it does, else 1.

It is asked every half minute, so it loads next to nothing. A worker writes a sign of life into `SIGN` with every
heartbeat and deletes it when it stops; where there is none, the process is a console, which is asked for its `/health`.
The name of the host is in that of the file, so that containers may share the folder.
"""

from __future__ import annotations

import http.client
import json
import platform
import sys
from datetime import datetime
from pathlib import Path

from engine.clock import SystemClock
from engine.errors import BadSetting
from engine.settings import load

SIGN = Path(f"var/worker-alive-{platform.node()}.json")
SILENT_SECONDS = 20.0  # a worker writes every five seconds; a store that hangs keeps it from it for eight more
ANSWER_SECONDS = 5.0


def write_sign(sign: Path, *, at: datetime, store_answers: bool) -> None:
    """Write a worker's sign of life in place of the last one.

    Raises:
        OSError: it cannot be written.
    """
    sign.parent.mkdir(parents=True, exist_ok=True)
    fresh = sign.with_suffix(".new")
    fresh.write_text(json.dumps({"at": at.isoformat(), "store_answers": store_answers}), encoding="utf-8")
    fresh.replace(sign)


def worker_trouble(sign: str, now: datetime) -> str:
    """Return what is wrong with the worker whose last sign of life this is, "" when nothing is."""
    report = json.loads(sign)
    age = (now - datetime.fromisoformat(report["at"])).total_seconds()
    if age > SILENT_SECONDS:
        return f"the worker gave its last sign of life {age:.0f} seconds ago"
    return "" if report["store_answers"] else "the job store does not answer the worker"


def console_trouble(port: int) -> str:
    """Return what is wrong with the console on `port` of this machine, "" when nothing is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", "/health")
        health = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"the console does not answer on port {port} ({type(error).__name__})"
    finally:
        connection.close()
    return "" if health["status"] == "healthy" else f"the console is {health['status']}: its job store does not answer"


def trouble() -> str:
    """Return what is wrong with the worker or console of this container, "" when nothing is."""
    try:
        return worker_trouble(SIGN.read_text(encoding="utf-8"), SystemClock().now())
    except FileNotFoundError:
        return console_trouble(load().port)


def main() -> None:
    """Say in a sentence how it is, and exit with 0 or 1."""
    try:
        found = trouble()
    except BadSetting as error:
        found = str(error)
    print(f"unhealthy: {found}" if found else "healthy")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
