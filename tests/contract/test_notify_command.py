"""`python -m engine notify`: what was told, and a test that reaches a real receiver by a real worker."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.commands import Desk
from tests.support.answering import Answering, Reply, answering

SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"


@pytest.fixture
def receiver() -> Iterator[Answering]:
    with answering(lambda _path: Reply(204)) as service:
        yield service


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    (tmp_path / "discs.txt").write_text("720642442524\n")
    assert made.run("submit", "discs.txt").returncode == 0  # there is a job store from then on
    return made


def test_a_test_is_delivered_by_a_worker_and_listed(desk: Desk, receiver: Answering) -> None:
    channel = {"DM_WEBHOOK_URL": f"{receiver.url}/hook/very-secret", "DM_WEBHOOK_SECRET": SECRET}
    worker = subprocess.Popen(
        [sys.executable, "-m", "engine", "worker"],
        cwd=desk.folder,
        env=desk.environment(**channel),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        tested = desk.run("notify", "--test", **channel)
    finally:
        worker.terminate()
        worker.wait(20)
    assert (tested.returncode, tested.stdout) == (0, "webhook to 127.0.0.1: delivered\n")
    assert "test" in [json.loads(body)["type"] for _, body in receiver.received]
    listed = desk.run("notify", **channel).stdout
    assert "webhook to 127.0.0.1: delivered last at " in listed
    assert "A test of notifications. command line asked for it." in listed
    assert "very-secret" not in tested.stdout + tested.stderr + listed


def test_without_a_channel_it_says_which_settings_make_one(desk: Desk) -> None:
    tested = desk.run("notify", "--test")
    assert tested.returncode == 1
    assert "set DM_WEBHOOK_URL or DM_SMTP_HOST" in tested.stderr
    assert "set DM_WEBHOOK_URL or DM_SMTP_HOST" in desk.run("notify").stdout
