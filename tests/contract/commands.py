"""Commands of Draft Maker as processes of their own, in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = ("DM_", "DISCOGS_", "MUSICBRAINZ_", "COVERART_", "EBAY_", "STREAMLIT_", "PORT", "COLUMNS")


@dataclass(frozen=True)
class Desk:
    """A folder in which commands are run; `settings` are all that their environment says of Draft Maker."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, **settings: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
        return {**inherited, "PYTHONPATH": str(ROOT), **self.settings, **settings}

    def run(
        self,
        *arguments: str,
        module: str = "engine",
        typed: str = "",
        **settings: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            timeout=60,
            input=typed,
            check=False,
        )

    def start(self, *arguments: str, module: str = "engine", **settings: str) -> subprocess.Popen[bytes]:
        """Start a command that runs on; its output goes to `log-MODULE` in the folder."""
        with self.log(module).open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=self.folder,
                env=self.environment(**settings),
                stdout=log,
                stderr=log,
            )

    def log(self, module: str = "engine") -> Path:
        return self.folder / f"log-{module}"
