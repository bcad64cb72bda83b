"""A caller for whom no time passes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Patient:
    """Somebody who has all the time in the world, and writes down what was waited for."""

    batch: str = ""
    waits: list[tuple[float, str]] = field(default_factory=list)

    def wait(self, seconds: float, reason: str) -> None:
        self.waits.append((seconds, reason))
