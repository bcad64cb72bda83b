"""Scan: copies one by one into a session that is kept in the store; closed, it is a file like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from console.actions import act, redraw
from console.context import Context, zone
from console.formatting import moment, money, number, rows
from console.labels import Label
from console.poller import AWAY, Snapshot
from console.screens.new_batch import kept
from console.widgets import covers, parts, prices, scanner, tables
from console.widgets.text import code, plain
from engine.public import MOST_LINES, EngineError, Scan, ScanSession, ScanState, StoreError, Taken

SCAN = "scan"  # in the URL: the session that is filled
RULED = "By your rule"  # the column of prices
SAID = "Grade, price, note"  # the column of what was typed
SHOWN = 50
EVERY_SECONDS = 1.0
_FIELD, _SAID = "scanner", "scanner_said"
SCAN_LABELS: Mapping[ScanState, Label] = {
    ScanState.KNOWN: Label("Known", "green", "check_circle"),
    ScanState.SEVERAL: Label("Several pressings", "orange", "rule"),
    ScanState.UNKNOWN: Label("Not known", "red", "help"),
    ScanState.WAITING: Label("Being looked up", "blue", "sync"),
    ScanState.UNREADABLE: Label("No barcode", "red", "block"),
    ScanState.REMOVED: Label("Taken back", "gray", "undo"),
}
_HELP = (
    "**VG+**, **NM/VG**, **Good** grades the last copy · **12.50** prices it · **x2** two copies · "
    "**/hub crack** a note · **-** takes it back, **+** brings it back · **#12** goes to copy 12"
)


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session as it stands: the newest scans first, and how many are in each state."""

    session: ScanSession
    newest: Sequence[Scan]
    tally: Mapping[ScanState, int]

    @property
    def rows(self) -> int:
        """Return how many rows the batch will have."""
        return sum(self.tally.values())


def load(context: Context, session_id: str) -> SessionView:
    """Read a session.

    Raises:
        NotThere: there is none of that name.
        StoreError: the store does not answer.
    """
    scans = context.engine.scans
    return SessionView(scans.session(session_id), scans.newest(session_id, SHOWN), scans.tally(session_id))


def render(context: Context, session_id: str) -> None:
    """Draw the session: the field, what came in last, and what is to be done with it."""
    shows = partial(_shows, context, session_id)
    parts.live(partial(_filled, context, session_id), name="scans", shows=shows)


def _look(context: Context, session_id: str) -> Snapshot[SessionView]:
    return context.poller.look((SCAN, session_id), partial(load, context, session_id), every=EVERY_SECONDS)


def _shows(context: Context, session_id: str) -> object:
    snapshot = _look(context, session_id)
    return snapshot.value, snapshot.away


def _filled(context: Context, session_id: str) -> None:
    said = _taken(context, session_id)
    scanner.draw(_FIELD, session_id, said)
    st.caption(_HELP)
    try:
        snapshot = _look(context, session_id)
    except AWAY:  # which the top of the screen says
        st.caption("What was scanned is shown as soon as the store answers.")
        return
    except EngineError as error:
        st.error(plain(str(error)), icon=":material/error:")
        st.button("Leave", on_click=_leave)
        return
    view = snapshot.value
    _looked_up(session_id, view)
    st.markdown(f"**{plain(view.session.name or 'Scan session')}** :gray[{since(context, view.session)}]")
    if view.newest:
        _last(context, view.newest[0])
    _tally(view)
    _end(context, view, disabled=snapshot.away)
    _table(context, view)


def _taken(context: Context, session_id: str) -> list[scanner.Said]:
    """Store the lines that wait in the browser, and return the answers to the newest lines."""
    answered: dict[str, scanner.Said] = st.session_state.setdefault(f"{_SAID}_{session_id}", {})
    lines = [line for line in scanner.waiting(_FIELD) if line.entry_id not in answered][:MOST_LINES]
    if lines:
        try:
            taken = context.engine.scans.take(session_id, lines)
        except StoreError:
            return list(answered.values())  # they wait in the browser, which says so
        except EngineError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return list(answered.values())
        for one in taken:
            answered[one.entry_id] = _said(one)
        context.poller.changed()
    for old in list(answered)[:-MOST_LINES]:
        del answered[old]
    return list(answered.values())


def since(context: Context, session: ScanSession) -> str:
    """Return when a session was begun."""
    return f"since {moment(session.opened_at, now=context.clock.now(), zone=zone())}"


def _looked_up(session_id: str, view: SessionView) -> None:
    """Have it heard what became of scans that were being looked up."""
    answered: dict[str, scanner.Said] = st.session_state[f"{_SAID}_{session_id}"]
    for scan in view.newest:
        known = answered.get(scan.scan_id)
        if known and known.sound == ScanState.WAITING and scan.state is not ScanState.REMOVED:
            answered[scan.scan_id] = _said(Taken(scan.scan_id, scan))


def _said(taken: Taken) -> scanner.Said:
    scan = taken.scan
    if taken.problem or scan is None:
        return scanner.Said(taken.entry_id, "refused", taken.problem)
    if taken.changed:
        return scanner.Said(taken.entry_id, "changed", f"Copy {scan.number}: {_words(scan) or 'nothing said of it'}")
    if scan.state is ScanState.UNREADABLE:
        return scanner.Said(taken.entry_id, "refused", f"{scan.text}: {scan.problem}")
    if scan.repeats:
        return scanner.Said(
            taken.entry_id, "repeated", f"{scan.shown} is copy {scan.repeats} again: type - if by mistake"
        )
    return scanner.Said(taken.entry_id, str(scan.state), f"{scan.shown}: {_title(scan) or _unknown(scan)}")


def _title(scan: Scan) -> str:
    return scan.found.release.name if scan.found and scan.found.release else ""


def _unknown(scan: Scan) -> str:
    return SCAN_LABELS[scan.state].text if scan.state in SCAN_LABELS else str(scan.state)


def _words(scan: Scan) -> str:
    """Return what was said of a copy."""
    if scan.state is ScanState.REMOVED:
        return "taken back"
    copies = f"{scan.quantity} copies" if scan.quantity != 1 else ""
    price = money(scan.price_cents) if scan.price_cents else ""
    return " · ".join(filter(None, (scan.grade, price, copies, scan.note)))


def _last(context: Context, scan: Scan) -> None:
    """Draw the copy that came in last."""
    label, found = SCAN_LABELS[scan.state], scan.found
    with st.container(border=True, key="card_scan", horizontal=True, gap="medium"):
        if cover := covers.shown(found.cover if found else "", context):
            st.image(cover, width=110, alt=f"Cover of {_title(scan)}")
        with st.container(gap="xxsmall"):
            st.markdown(f"### {plain(_title(scan) or scan.shown)}")
            release = found.release if found else None
            about = (release.label_line, release.format, release.year, release.country) if release else ()
            st.markdown(plain(" · ".join(str(each) for each in about if each)) or ":gray[ ]")
            st.markdown(f"{label.tinted} **{label.text}** · copy {number(scan.number)} · {code(scan.shown)}")
            if scan.repeats and scan.state is not ScanState.REMOVED:
                st.markdown(f":orange[:material/content_copy:] The same barcode as copy {number(scan.repeats)}")
            if scan.state is not ScanState.REMOVED:
                st.markdown(plain(_words(scan) or scan.problem or (found.reason if found else "")))
                _price(scan)


def _price(scan: Scan) -> None:
    """Draw what the seller's price rule finds by the source that they have turned on; nothing where none is."""
    if scan.price_due:
        st.markdown(":gray[:material/sync: Its price is being looked up]")
    elif scan.price.source:
        prices.draw(scan.price)


def _tally(view: SessionView) -> None:
    counts = [(label, view.tally.get(state, 0)) for state, label in SCAN_LABELS.items()]
    told = "  ".join(f"{label.tinted} {label.text} **{number(count)}**" for label, count in counts if count)
    st.markdown(f"**{rows(view.rows, 'row')}** &nbsp; {told}" if view.rows else "Nothing scanned yet.")


def _end(context: Context, view: SessionView, *, disabled: bool) -> None:
    """Draw what ends the session."""
    session_id = view.session.session_id
    with st.container(horizontal=True, gap="small"):
        st.button(
            f"Close and check {rows(view.rows, 'row')}",
            icon=":material/fact_check:",
            type="primary",
            disabled=disabled or not view.rows,
            on_click=_close,
            args=(context, session_id),
        )
        st.button("Leave it open", icon=":material/logout:", on_click=_leave)
        with st.popover("Discard", icon=":material/delete:"):
            st.markdown(f"All {rows(view.rows, 'scan')} of this session are taken away. No draft was made of them.")
            st.button("Discard them", type="primary", disabled=disabled, on_click=_discard, args=(context, session_id))


def _table(context: Context, view: SessionView) -> None:
    if not view.newest:
        return
    frame = pd.DataFrame([_cells(context, scan) for scan in view.newest])
    if not any(scan.price for scan in view.newest):
        frame = frame.drop(columns=RULED)
    st.dataframe(
        frame,
        key="scans_table",
        hide_index=True,
        row_height=44,
        column_config={
            "#": st.column_config.NumberColumn(width=45, format="%d"),
            "Cover": st.column_config.ImageColumn(width=50),
            "Barcode": st.column_config.TextColumn(width=125),
            "State": tables.badges("State", [*SCAN_LABELS.values()], width=125),
            "Release": st.column_config.TextColumn(width=330),
            RULED: st.column_config.TextColumn(width=110),
            SAID: st.column_config.TextColumn(width=240),
        },
        alt="Copies that were scanned last",
    )
    if view.session.scans > SHOWN:
        st.caption(f"The newest {SHOWN}. All of them become rows.")


def _cells(context: Context, scan: Scan) -> dict[str, object]:
    return {
        "#": scan.number,
        "Cover": covers.shown(scan.found.cover if scan.found else "", context) or "",
        "Barcode": scan.shown,
        "State": [SCAN_LABELS[scan.state].text],
        "Release": _title(scan) or scan.problem,
        RULED: money(scan.price.cents) if scan.price else "",
        SAID: _words(scan),
    }


def _leave() -> None:
    st.query_params.clear()
    redraw()


def _close(context: Context, session_id: str) -> None:
    path = act(context, "", lambda: context.engine.scans.close(session_id))
    if path:
        kept.begin(context, path)
        redraw()


def _discard(context: Context, session_id: str) -> None:
    act(context, "The session is gone.", lambda: context.engine.scans.discard(session_id))
    _leave()
