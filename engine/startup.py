"""How a process starts: first its log, then its settings, then a look at whether its job store is there."""

from __future__ import annotations

import difflib
import gc
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.addresses import SqliteAddress, store_address
from engine.errors import BadSetting, EngineError
from engine.log import configure, get_logger
from engine.settings import PROFILES, Settings, load, log_style, usual_database

log = get_logger(__name__)

_NO_DATABASE = ("-wal", "-shm", "-journal")


@contextmanager
def process(profile: str = "") -> Iterator[Settings]:
    """Lend the settings to a process that runs on; what keeps it from running is one log line and exit status 1.

    `profile` counts before the one that is set.
    """
    try:
        settings = load(profile)
    except BadSetting as wrong:
        configure(log_style())
        raise _cannot_run(wrong) from None
    configure(settings.log)
    try:
        yield settings
    except EngineError as error:
        raise _cannot_run(error) from None


def _cannot_run(error: EngineError) -> SystemExit:
    log.critical("cannot_run", error=str(error))
    return SystemExit(1)


def collect_seldom() -> None:
    """Have Python look for cycles among objects a thirtieth as often, in a process that makes many and few cycles.

    Each row is some hundred objects, which live for as long as it is in flight. What is in no cycle goes at once.
    """
    gc.set_threshold(20_000, 20, 20)


def report_new_store(settings: Settings) -> None:
    """Write a log line where there is no database yet, and so a new one is made: the address may be mistyped."""
    place = _database(settings)
    if place and not place.exists():
        log.info("store_created", file=str(place.absolute()))


def require_store(settings: Settings) -> None:
    """Do nothing where the job store is, or may be, there; a command that only reads must not make an empty one.

    Raises:
        BadSetting: there is no database file; the message names one that may be meant.
    """
    place = _database(settings)
    if place is None or place.exists():
        return
    near = _similar(place)
    hint = (
        f"Did you mean sqlite:///{near}?"
        if near
        else "The console, a worker or the command submit makes a new one; if there is one already, correct DM_STORE."
    )
    raise BadSetting(f"There is no database {place.absolute()} (DM_STORE is {settings.store}). {hint}")


def _database(settings: Settings) -> Path | None:
    """Return the file of the job store, None where it is not one file."""
    address = store_address(settings.store)
    return address.path if isinstance(address, SqliteAddress) else None


def refuse_taken_port(host: str, port: int) -> None:
    """Do nothing where a server can listen.

    Raises:
        BadSetting: the port is in use.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadSetting(
                f"Port {port} cannot be used ({error.strerror}). Choose another one with PORT, for example PORT=9000; "
                "the sandbox listens on the next one, or where DM_SANDBOX_URL says."
            ) from error


def refuse_open_address(settings: Settings) -> None:
    """Do nothing where the console answers on this machine only, or something signs people in.

    Raises:
        BadSetting: everybody who reaches the port could do everything, or nobody could sign in.
    """
    if settings.sign_in == "iap" and not settings.iap_audience:
        raise BadSetting(
            "DM_SIGN_IN=iap needs DM_IAP_AUDIENCE, for whom Identity-Aware Proxy vouches: at Cloud Run it is "
            "/projects/NUMBER/locations/REGION/services/NAME."
        )
    if settings.sign_in == "oidc" and (lacking := [name for name, value in _oidc(settings).items() if not value]):
        raise BadSetting(
            f"DM_SIGN_IN=oidc needs {' and '.join(lacking)}: register the console with your provider as a web "
            "application. DM_CONSOLE_URL is the address that people open; with /sign-in/callback after it, it is the "
            "redirect address."
        )
    if not (settings.on_loopback or settings.sign_in):
        raise BadSetting(
            f"At {settings.host} everybody who reaches port {settings.port} could do everything here, so the console "
            "does not start: set DM_SIGN_IN=oidc to have people sign in with OpenID Connect, DM_SIGN_IN=iap behind "
            "Google's Identity-Aware Proxy, DM_SIGN_IN=external if something else in front of it signs people in and "
            "nobody gets past that, or DM_HOST=127.0.0.1 to answer on this machine only."
        )


def _oidc(settings: Settings) -> dict[str, str]:
    """Return what signing in by OpenID Connect needs, by the names of the variables."""
    return {
        "DM_CONSOLE_URL": settings.console_url,
        "DM_OIDC_ISSUER": settings.oidc_issuer,
        "DM_OIDC_CLIENT_ID": settings.oidc_client_id,
        "DM_OIDC_CLIENT_SECRET": settings.oidc_client_secret.get_secret_value(),
    }


def _similar(place: Path) -> Path | None:
    """Return the database beside `place`, or in a usual folder, whose name is most like it; None when none is."""
    usual = [usual_database(profile) for profile in PROFILES]
    for folder in dict.fromkeys((place.parent, *(database.parent for database in usual))):
        names = [entry.name for entry in folder.iterdir() if entry.is_file()] if folder.is_dir() else []
        names = [name for name in names if not name.endswith(_NO_DATABASE)]
        if near := difflib.get_close_matches(place.name, names, n=1):
            return folder / near[0]
    return next((database for database in usual if database.exists()), None)
