"""`python -m engine.health`, the health check of the image, beside real consoles and workers."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import apsw
import pytest

from engine.clock import SystemClock
from engine.health import write_sign
from tests.contract.commands import ROOT, Desk
from tests.support.clocks import until

HEALTH = "engine.health"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / ".streamlit").symlink_to(ROOT / ".streamlit")
    settings = {
        "DM_PROFILE": "live",  # without keys, so that nobody is asked for anything
        "DM_STORE": f"sqlite:///{tmp_path}/stores/store.db",
        "DM_FILES": f"file:{tmp_path}/files",
        "PORT": str(port),
    }
    return Desk(tmp_path, settings)


@contextmanager
def running(
    desk: Desk, *arguments: str, module: str, first: tuple[int, str] = (0, "healthy")
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process until the end of the block, and wait first until the health check says what is expected."""
    process = desk.start(*arguments, module=module)
    try:
        until(lambda: process.poll() is not None or said(desk) == first, seconds=60)
        assert process.poll() is None, desk.log(module).read_text()
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.terminate()
        process.wait(20)


def said(desk: Desk) -> tuple[int, str]:
    """Return exit status and sentence of the health check."""
    ended = desk.run(module=HEALTH)
    assert ended.stderr == ""
    return ended.returncode, ended.stdout.strip()


@contextmanager
def locked(desk: Desk) -> Iterator[None]:
    """Have the store refuse: nobody else can read or write it."""
    connection = apsw.Connection(str(desk.folder / "stores" / "store.db"))
    connection.set_busy_timeout(5_000)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.close()


def test_nothing_that_runs_is_unhealthy(desk: Desk) -> None:
    status, sentence = said(desk)
    assert status == 1
    assert sentence.startswith("unhealthy: the console does not answer on port")


def test_a_worker_is_healthy_until_it_stops(desk: Desk) -> None:
    with running(desk, "worker", module="engine"):
        assert said(desk) == (0, "healthy")
    assert said(desk)[0] == 1


def test_the_sign_of_another_containers_worker_in_a_shared_folder_is_not_ours(desk: Desk) -> None:
    stale = SystemClock().now() - timedelta(hours=1)
    write_sign(desk.folder / "var" / "worker-alive-another-host.json", at=stale, store_answers=True)
    with running(desk, module="console"):
        assert said(desk) == (0, "healthy")


@pytest.mark.long
def test_a_worker_whose_store_is_away_is_unhealthy_until_it_is_back(desk: Desk) -> None:
    with running(desk, "worker", module="engine"):
        with locked(desk):
            until(lambda: said(desk) == (1, "unhealthy: the job store does not answer the worker"), seconds=40)
        until(lambda: said(desk) == (0, "healthy"), seconds=40)


@pytest.mark.long
def test_a_frozen_worker_is_unhealthy(desk: Desk) -> None:
    with running(desk, "worker", module="engine") as worker:
        os.kill(worker.pid, signal.SIGSTOP)
        until(lambda: said(desk)[0] == 1, seconds=40, every=2.0)
        assert re.fullmatch(r"unhealthy: the worker gave its last sign of life \d+ seconds ago", said(desk)[1])


def test_a_console_is_unhealthy_while_its_store_is_away_and_healthy_when_it_is_back(desk: Desk) -> None:
    stores = desk.folder / "stores"
    stores.write_text("not a folder")
    degraded = "unhealthy: the console is degraded: its job store does not answer"
    with running(desk, module="console", first=(1, degraded)):
        stores.unlink()
        until(lambda: said(desk) == (0, "healthy"), seconds=40)


def test_wrong_settings_are_unhealthy_and_said_in_a_sentence(desk: Desk) -> None:
    ended = desk.run(module=HEALTH, PORT="abc")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "PORT: Input should be a valid integer" in ended.stdout


def test_the_image_asks_this_command() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r'^HEALTHCHECK .*CMD \["python", "-m", "engine.health"\]$', dockerfile, re.MULTILINE)
