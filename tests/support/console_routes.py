"""Every route of the console, as its application has them: `METHOD /path`, with the names of what varies in braces."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from tests.support.demo import ROOT, surroundings


def routes_of_the_console(folder: Path) -> set[str]:
    """Return the routes; the application is put together in a process of its own, since it is made once a process."""
    own = {"DM_STORE": f"sqlite:///{folder / 'routes.db'}", "DM_FILES": f"file:{folder / 'files'}"}
    command = [sys.executable, "-m", __name__]
    run = subprocess.run(command, cwd=ROOT, env=surroundings(**own), capture_output=True, text=True, check=True)
    return set(json.loads(run.stdout))


def main() -> None:
    from console import navigation
    from console.app import api, app

    found = {*named(app._build_starlette_app().routes), *named(api.routes)}
    print(json.dumps(sorted(found | {f"GET /{path}" for path in navigation.ADDRESSES.values()})))


def named(routes: Iterable[Any]) -> Iterator[str]:
    """Yield the routes that have a path; of the others the one is the API, and the other answers 404."""
    for route in iter_route_contexts(list(routes)):
        if route.path is not None:
            methods = route.methods or {"GET" if isinstance(route.original_route, Mount) else "WEBSOCKET"}
            yield from (f"{method} {route.path or '/'}" for method in methods if method != "HEAD")


if __name__ == "__main__":
    main()
