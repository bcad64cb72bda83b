"""Where the console answers, and what it must be told before others reach it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import ValidationError

from engine.errors import BadSetting
from engine.sandbox.emulators import free_ports
from engine.settings import Settings
from engine.startup import refuse_open_address
from tests.support.demo import ROOT, served, surroundings


def settings(**more: Any) -> Settings:
    return Settings(_env_file=None, **more)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "::1"])
@pytest.mark.parametrize("profile", ["demo", "live"])
def test_on_this_machine_nobody_needs_to_sign_in(host: str, profile: str) -> None:
    refuse_open_address(settings(DM_HOST=host, DM_PROFILE=profile))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "fd00::5", "drafts.example.com", "localhost.example"])
@pytest.mark.parametrize("profile", ["demo", "live"])
def test_elsewhere_somebody_must_be_said_to_sign_people_in(host: str, profile: str) -> None:
    with pytest.raises(BadSetting, match=f"At {host} everybody who reaches port 8501 could do everything here"):
        refuse_open_address(settings(DM_HOST=host, DM_PROFILE=profile))
    refuse_open_address(settings(DM_HOST=host, DM_PROFILE=profile, DM_SIGN_IN="external"))


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_the_proxys_word_counts_for_one_audience_only(host: str) -> None:
    with pytest.raises(BadSetting, match="DM_SIGN_IN=iap needs DM_IAP_AUDIENCE"):
        refuse_open_address(settings(DM_HOST=host, DM_SIGN_IN="iap"))
    refuse_open_address(settings(DM_HOST=host, DM_SIGN_IN="iap", DM_IAP_AUDIENCE="/projects/1"))


def test_signing_in_by_openid_connect_says_what_it_needs() -> None:
    given = {"DM_CONSOLE_URL": "https://drafts.example.com", "DM_OIDC_ISSUER": "https://accounts.google.com"}
    with pytest.raises(BadSetting, match="DM_SIGN_IN=oidc needs DM_OIDC_CLIENT_ID and DM_OIDC_CLIENT_SECRET: register"):
        refuse_open_address(settings(DM_HOST="0.0.0.0", DM_SIGN_IN="oidc", **given))
    known = {"DM_OIDC_CLIENT_ID": "draft-maker", "DM_OIDC_CLIENT_SECRET": "secret"}
    refuse_open_address(settings(DM_HOST="0.0.0.0", DM_SIGN_IN="oidc", **given, **known))
    assert settings(**given).own_hosts == {"drafts.example.com"}


@pytest.mark.parametrize("name", ["DM_CONSOLE_URL", "DM_OIDC_ISSUER"])
@pytest.mark.parametrize(
    "url", ["http://drafts.example.com", "drafts.example.com", "https://ann:pw@x.example", "https://x.example?a", "x"]
)
def test_an_address_that_others_could_read_on_the_way_or_that_is_none_is_refused(name: str, url: str) -> None:
    with pytest.raises(ValidationError, match=r"must (look like|begin with) https://"):
        settings(**{name: url})


@pytest.mark.parametrize("command", [("console",), ("engine", "demo")])
def test_a_console_that_is_open_to_the_network_does_not_start(command: tuple[str, ...], tmp_path: Path) -> None:
    (port,) = free_ports(1)
    run = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=tmp_path,
        env=surroundings(DM_HOST="0.0.0.0", PORT=str(port), DM_LOG="text"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 1
    (line,) = (run.stdout + run.stderr).splitlines()
    assert f"At 0.0.0.0 everybody who reaches port {port} could do everything here" in line
    assert "set DM_SIGN_IN=oidc to have people sign in" in line
    assert "DM_SIGN_IN=iap behind" in line
    assert list(tmp_path.iterdir()) == []


def test_it_starts_once_something_in_front_is_said_to_sign_people_in(tmp_path: Path) -> None:
    own = {"DM_HOST": "0.0.0.0", "DM_SIGN_IN": "external", "DM_HOSTS": "drafts.example.com"}
    with served(tmp_path, "console", **own) as console:
        process = psutil.Process(console.process.pid)
        assert {c.laddr.ip for c in process.net_connections() if c.status == psutil.CONN_LISTEN} == {"0.0.0.0"}
        statuses = {
            host: console.session.get(f"{console.url}/api/batch/jobs", headers={"Host": host}, timeout=10).status_code
            for host in (
                "drafts.example.com",
                "127.0.0.1",
                f"127.0.0.1:{console.url.rpartition(':')[2]}",
                "evil.example",
            )
        }
        assert list(statuses.values()) == [200, 421, 200, 421]


def test_the_image_answers_to_the_network_and_says_nothing_of_who_signs_people_in() -> None:
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "DM_HOST=0.0.0.0" in image
    assert "DM_SIGN_IN=" not in image
