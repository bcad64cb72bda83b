"""Every route of the console, `METHOD /path` with the names of what varies in braces.

`LINES` is what the tests of the gate know, `routes_of_the_console` what the application has.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from tests.support.demo import ROOT, surroundings

JSON, FORM = "application/json", "multipart/form-data; boundary=x"


@dataclass(frozen=True)
class Kind:
    """What a route is: `takes` is the media type of its writes, "" for a read; some have gates of their own.

    `token` is the least scope of a program's token there, "" where tokens do not pass. People need a role that reaches
    as far; where tokens do not pass, as far as `person`.
    """

    takes: str = ""
    open_host: bool = False  # answers under any name
    unsigned: bool = False  # answers without a sign-in
    visits: bool = True  # a link on another site's page may lead there
    token: str = ""
    person: str = "read"


READ, STEER, UPLOAD = Kind(token="read"), Kind(JSON, token="steer"), Kind(FORM, token="submit")
SUBMIT, ADMIN_READ, ADMIN = Kind(JSON, token="submit"), Kind(token="admin"), Kind(JSON, token="admin")
SCREEN, WIDGET, EBAY = Kind(), Kind(FORM), Kind(JSON)
OPEN, SIGN_OUT = Kind(unsigned=True), Kind("application/x-www-form-urlencoded", unsigned=True)
PROBE, CONSENT, NOTHING = Kind(open_host=True, unsigned=True), Kind(visits=False, person="admin"), Kind(takes="nothing")

ROUTES: Mapping[Kind, str] = {
    PROBE: """
        GET /health
        GET /api/ready
    """,
    OPEN: """
        GET /sign-in
        GET /sign-in/callback
        GET /sign-in/session
        GET /sign-out
    """,
    SIGN_OUT: "POST /sign-out",
    CONSENT: "GET /api/connections/ebay/start",
    EBAY: "POST /api/connections/ebay/account-deletion",
    ADMIN_READ: """
        GET /api/audit
        GET /api/audit/audit.csv
        GET /api/people
        GET /api/tokens
    """,
    ADMIN: """
        POST /api/catalogue/update
        POST /api/people
        POST /api/people/remove
        POST /api/tokens
        POST /api/tokens/{token_id}/revoke
    """,
    UPLOAD: """
        POST /api/batch/upload
        POST /api/batch/check
    """,
    SUBMIT: """
        POST /api/batch/process
        POST /api/scans
        POST /api/scans/{session_id}/close
        POST /api/scans/{session_id}/discard
        POST /api/scans/{session_id}/lines
    """,
    WIDGET: """
        PUT /_stcore/upload_file/{session_id}/{file_id}
        DELETE /_stcore/upload_file/{session_id}/{file_id}
    """,
    STEER: """
        POST /api/batch/recover/{job_id}
        POST /api/batch/{job_id}/again
        POST /api/batch/{job_id}/archive
        POST /api/batch/{job_id}/unarchive
        POST /api/batch/{job_id}/delete
        POST /api/batch/{job_id}/cancel
        POST /api/batch/{job_id}/complete
        POST /api/batch/{job_id}/items/{index}/again
        POST /api/batch/{job_id}/items/{index}/review
        POST /api/batch/{job_id}/pause
        POST /api/batch/{job_id}/price
        POST /api/batch/{job_id}/rename
        POST /api/batch/{job_id}/resume
        POST /api/batch/{job_id}/retry-as-new
        POST /api/batch/{job_id}/retry-failed
        POST /api/batch/{job_id}/start-again
        POST /api/drafts/bulk
        POST /api/fixes
        POST /api/attention/check
        POST /api/fixes/{fix_id}/stop
        POST /api/fixes/{fix_id}/undo
        POST /api/lookups/forget
        POST /api/notifications/test
        POST /api/barcodes/read
        POST /api/seller/account/read
        PUT /api/seller/default
        POST /api/seller/locations
        POST /api/seller/template
        DELETE /api/seller/profiles/{name}
        PUT /api/seller/profiles/{name}
        POST /api/upstreams/{service}/test
    """,
    READ: """
        GET /api/attention
        GET /api/attention/rows
        GET /api/scans
        GET /api/scans/{session_id}
        GET /api/batch/jobs
        GET /api/batch/status/{job_id}
        GET /api/batch/{job_id}/as-uploaded
        GET /api/batch/{job_id}/discogs-inventory.csv
        GET /api/batch/{job_id}/ebay-drafts.csv
        GET /api/batch/{job_id}/elsewhere.csv
        GET /api/batch/{job_id}/failed.txt
        GET /api/batch/{job_id}/items
        GET /api/batch/{job_id}/items/{index}
        GET /api/batch/{job_id}/pick-list.csv
        GET /api/batch/{job_id}/pick-list.pdf
        GET /api/batch/{job_id}/results.csv
        GET /api/batch/{job_id}/results.jsonl
        GET /api/batch/{job_id}/results.xlsx
        GET /api/catalogue
        GET /api/connections
        GET /api/docs
        GET /api/drafts
        GET /api/fixes
        GET /api/fixes/{fix_id}
        GET /api/handover
        GET /api/metrics
        GET /api/notifications
        GET /api/openapi.json
        GET /api/seller/account
        GET /api/seller/profiles
        GET /api/seller/profiles/{name}
        GET /api/upstreams
        GET /api/workers
    """,
    SCREEN: """
        GET /api/connections/ebay/account-deletion
        GET /api/connections/ebay/callback
        GET /
        GET /access
        GET /attention
        GET /batch
        GET /batches
        GET /connections
        GET /drafts
        GET /handover
        GET /new
        GET /new_batch
        GET /seller
        GET /system
        GET /wall
        GET /auth/login
        GET /auth/logout
        GET /oauth2callback
        GET /component/{path:path}
        OPTIONS /component/{path:path}
        GET /media/{file_id:path}
        OPTIONS /media/{file_id:path}
        GET /_stcore/health
        OPTIONS /_stcore/health
        GET /_stcore/host-config
        GET /_stcore/metrics
        OPTIONS /_stcore/metrics
        OPTIONS /_stcore/upload_file/{session_id}/{file_id}
        GET /_stcore/bidi-components/{path:path}
        OPTIONS /_stcore/bidi-components/{path:path}
        GET /_stcore/agent/interact
        OPTIONS /_stcore/agent/interact
        GET /_stcore/agent/mcp
        OPTIONS /_stcore/agent/mcp
        GET /_stcore/agent/openapi.json
        OPTIONS /_stcore/agent/openapi.json
        WEBSOCKET /_stcore/stream
    """,
    NOTHING: """
        DELETE /_stcore/agent/interact
        PATCH /_stcore/agent/interact
        POST /_stcore/agent/interact
        PUT /_stcore/agent/interact
        DELETE /_stcore/agent/mcp
        PATCH /_stcore/agent/mcp
        POST /_stcore/agent/mcp
        PUT /_stcore/agent/mcp
        DELETE /_stcore/agent/openapi.json
        PATCH /_stcore/agent/openapi.json
        POST /_stcore/agent/openapi.json
        PUT /_stcore/agent/openapi.json
    """,
}
LINES = [(kind, route.strip()) for kind, block in ROUTES.items() for route in block.strip().splitlines()]


def routes_of_the_console(folder: Path) -> set[str]:
    """Return the routes; the application is put together in a process of its own, since it is made once a process."""
    own = {
        "DM_STORE": f"sqlite:///{folder / 'routes.db'}",
        "DM_FILES": f"file:{folder / 'files'}",
        "DM_SIGN_IN": "oidc",  # which has routes of its own
        "DM_CONSOLE_URL": "https://drafts.example.com",
        "DM_OIDC_ISSUER": "https://accounts.example.com",
    }
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
