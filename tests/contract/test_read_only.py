"""The image's processes where nothing can be written to but `var/`, as `docker run --read-only` has it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from engine.sandbox.emulators import free_ports
from tests.support.clocks import until
from tests.support.demo import ROOT, end, surroundings
from tests.support.serving import upcs

UNSHARE = ["unshare", "--mount", "--map-root-user"]
SCRIPT = """
mount --bind {app}/var {app}/var
for place in $(cut -d' ' -f2 /proc/mounts | grep -v -E '^(/proc|/sys|/dev|{app}/var)'); do
    mount -o remount,ro,bind "$place" 2>/dev/null || true
done
! touch {app}/x /tmp/x 2>/dev/null || exit 9
exec {python} -m console
"""


def can_mount() -> bool:
    return bool(shutil.which("unshare")) and subprocess.run([*UNSHARE, "true"], capture_output=True).returncode == 0


def of_the_image(app: Path) -> dict[str, str]:
    """Return the environment that the Dockerfile sets, for a copy of the image's folder at `app`."""
    image = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    pairs = re.findall(r"([A-Z_]+)=(\S+)", " ".join(re.findall(r"^ENV (.*)$", image, re.MULTILINE)))
    return {name: value.replace("/app", str(app)) for name, value in pairs}


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Run the console as the image does, and lend its address."""
    (port,), app = free_ports(1), tmp_path / "app"
    (app / "var").mkdir(parents=True)
    (app / ".streamlit").symlink_to(ROOT / ".streamlit")
    own = {**of_the_image(app), "PORT": str(port), "DM_HOST": "127.0.0.1", "HOME": "/nowhere"}
    script = SCRIPT.format(app=app, python=sys.executable)
    command = [*UNSHARE, "sh", "-ec", script]
    process = subprocess.Popen(command, cwd=app, env=surroundings(**own), stdin=subprocess.DEVNULL)
    try:
        until(lambda: process.poll() is not None or healthy(f"http://127.0.0.1:{port}"), seconds=40.0)
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)


def healthy(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=10).status_code == 200
    except requests.RequestException:
        return False


@pytest.mark.skipif(not can_mount(), reason="nothing can be mounted here")
def test_files_of_every_kind_and_size_are_taken_with_var_alone_to_write_to(url: str) -> None:
    note = "a long note " * 20
    content = "UPC,Note\n" + "".join(f"{upc},{note}\n" for upc in upcs(8_000))
    assert len(content) > 1_500_000  # more than a form keeps in memory
    said = requests.post(f"{url}/api/batch/check", files={"file": ("rows.csv", content)}, timeout=60)
    assert (said.status_code, said.json()["usable"]) == (200, 8_000)
    said = requests.post(f"{url}/api/batch/upload", files={"file": ("rows.csv", content)}, timeout=60)
    assert said.status_code == 200, said.text
