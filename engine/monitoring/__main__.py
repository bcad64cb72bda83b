"""`python -m engine.monitoring`: write the files for monitors, and the runbook, from the lists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from engine.monitoring import cloud_monitoring, grafana, prometheus, runbook
from engine.monitoring.alarms import ALARMS

FOLDER = "deploy/monitoring"


def files() -> Mapping[str, str]:
    """Return every file that is made, by its path from the root of the repository."""
    policies = {
        f"{FOLDER}/cloud-monitoring/policies/{alarm.name}.json": _json(cloud_monitoring.policy(alarm))
        for alarm in ALARMS
    }
    return {
        f"{FOLDER}/prometheus-rules.yaml": prometheus.rules(),
        f"{FOLDER}/grafana-dashboard.json": _json(grafana.dashboard()),
        f"{FOLDER}/cloud-monitoring/dashboard.json": _json(cloud_monitoring.dashboard()),
        **policies,
        runbook.PAGE: runbook.page(),
    }


def main() -> None:
    """Write them, and take policies away that are in the list no more."""
    made = files()
    for old in Path(FOLDER, "cloud-monitoring", "policies").glob("*.json"):
        if str(old) not in made:
            old.unlink()
    for path, content in made.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(content, encoding="utf-8")


def _json(content: object) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
