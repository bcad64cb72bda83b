"""The last report of the doctor on the System screen, and a button that checks anew what costs nothing."""

from __future__ import annotations

import streamlit as st

from console.actions import act
from console.context import Context
from console.formatting import ago
from console.widgets.text import plain
from engine.public import Finding, Level, Report

COMMAND = "python -m engine doctor"
COLOURS = {Level.OK: "green", Level.WARNING: "orange", Level.PROBLEM: "red"}
ICONS = {Level.OK: "check_circle", Level.WARNING: "warning", Level.PROBLEM: "error"}


def draw(context: Context, report: Report | None, *, disabled: bool) -> None:
    """Draw what was found: each problem and warning with what to do, the others by name."""
    with st.container(border=True, key="card_checks", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader("Checks", anchor=False, width="stretch")
            st.button(
                "Check now",
                key="check_now",
                icon=":material/health_and_safety:",
                help="Check settings, stores, files, disk and catalogue; each service has a test of its own.",
                disabled=disabled or not context.may_steer,
                on_click=_check,
                args=(context,),
            )
        if report is None:
            st.caption(f"Nothing was checked yet. `{COMMAND}` checks the services too.")
            return
        _report(context, report)


def _report(context: Context, report: Report) -> None:
    for level in (Level.PROBLEM, Level.WARNING):
        for finding in report.of(level):
            st.markdown(_line(finding))
    if fine := report.of(Level.OK):
        st.markdown(f"{_icon(Level.OK)} In order: {', '.join(plain(finding.check) for finding in fine)}.")
    asked = "" if report.services else f"; `{COMMAND}` checks the services too"
    when = ago(context.clock.now() - report.at)
    st.caption(f"Checked {when} on {plain(report.host)}{asked}.")


def _line(finding: Finding) -> str:
    advice = f" **{plain(finding.advice)}**" if finding.advice else ""
    return f"{_icon(finding.level)} {plain(finding.check)}: {plain(finding.sentence)}{advice}"


def _icon(level: Level) -> str:
    return f":{COLOURS[level]}[:material/{ICONS[level]}:]"


def _check(context: Context) -> None:
    act(context, lambda report: f"Checked: {plain(report.summary)}.", context.engine.doctor.check)
