"""The engines on the System screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from console import labels
from console.formatting import ago, number, rows
from console.labels import Label
from console.upstreams import wait_line
from console.widgets import notices, tables
from engine.public import WorkerView

ALIVE = Label("Alive", "green", "favorite")
SILENT = Label("Silent", "red", "heart_broken")


def draw(workers: Sequence[WorkerView], at: partial[str]) -> None:
    """Draw the engines with a heartbeat in the last hour; `at` formats a moment."""
    with st.container(border=True, key="card_engines"):
        st.subheader("Engines", anchor=False)
        _table(workers, at)


def _table(workers: Sequence[WorkerView], at: partial[str]) -> None:
    if not workers:
        st.caption(f"No engine has sent a heartbeat in the last hour. Start one with `{notices.START_ENGINE}`.")
        return
    st.dataframe(
        pd.DataFrame([_cells(worker, at) for worker in workers]),
        key="engines",
        hide_index=True,
        row_height=36,
        column_config={"State": tables.badges("State", [ALIVE, SILENT], width=80)},
        alt="Engines with a heartbeat in the last hour",
    )


def _cells(worker: WorkerView, at: partial[str]) -> dict[str, object]:
    doing = Counter(labels.STEPS.get(step, (step, 0))[0].lower() for step in worker.steps.values())
    steps = ", ".join(f"{step} ({number(count)})" if count > 1 else step for step, count in doing.items())
    return {
        "Engine": worker.worker,
        "State": [(SILENT if worker.silent else ALIVE).text],
        "Heartbeat": ago(worker.age),
        "Works on": worker.job_id or "–",
        "In hand": rows(len(worker.rows)) if worker.rows else "–",
        "Doing": "; ".join(map(wait_line, worker.waits)) or steps or "–",
        "Machine": worker.host,
        "Started": at(worker.started_at),
    }
