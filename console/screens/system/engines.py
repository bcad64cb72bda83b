"""The engines on the System screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from console import labels
from console.formatting import number, reference, rows
from console.labels import Label
from console.upstreams import heartbeat, wait_line
from console.widgets import tables
from engine.public import WorkerView

ALIVE = Label("Alive", "green", "favorite")
SILENT = Label("Silent", "red", "heart_broken")


def draw(workers: Sequence[WorkerView], names: Mapping[str, str], at: partial[str], *, away: bool) -> None:
    """Draw the engines; `names` are those of batches by id, `at` formats a moment."""
    with st.container(border=True, key="card_engines"):
        st.subheader("Engines", anchor=False)
        _table(workers, names, at, away=away)


def _table(workers: Sequence[WorkerView], names: Mapping[str, str], at: partial[str], *, away: bool) -> None:
    if not workers:
        st.caption("No engine runs. One that was stopped is not listed; one that was killed is, for an hour.")
        return
    st.dataframe(
        pd.DataFrame([_cells(worker, names, at, away=away) for worker in workers]),
        key="engines",
        hide_index=True,
        row_height=36,
        column_config={"State": tables.badges("State", [ALIVE, SILENT], width=80)},
        alt="Engines with a heartbeat in the last hour",
    )


def _cells(worker: WorkerView, names: Mapping[str, str], at: partial[str], *, away: bool) -> dict[str, object]:
    doing = Counter(labels.STEPS.get(step, (step, 0))[0].lower() for step in worker.steps.values())
    steps = ", ".join(f"{step} ({number(count)})" if count > 1 else step for step, count in doing.items())
    return {
        "Engine": worker.worker,
        "State": [(SILENT if worker.silent else ALIVE).text],
        "Heartbeat": heartbeat(worker, old=away),
        "Works on": names.get(worker.job_id, reference(worker.job_id)) if worker.job_id else "–",
        "In hand": rows(len(worker.rows)) if worker.rows else "–",
        "Doing": "; ".join(wait_line(wait, worker.read_at) for wait in worker.waits) or steps or "–",
        "Machine": worker.host,
        "Started": at(worker.started_at),
    }
