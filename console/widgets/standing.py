"""Whether the store answers, and what keeps a new batch from running: said before anybody clicks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import streamlit as st

from console import upstreams
from console.context import Context, zone
from console.poller import AWAY, Snapshot
from console.widgets import alerts, notices, parts
from console.widgets.text import plain
from engine.public import Engine, EngineError, Service, Troubles, UpstreamState, UpstreamsView, UpstreamView

EVERY_SECONDS = 3.0
_ANSWERS = "stores_answer"
WORTH_SAYING = timedelta(seconds=30)  # a quota that is free again sooner holds nobody up


@dataclass(frozen=True, slots=True)
class Standing:
    """What is wrong with the stores; the services, and how many workers there are to ask them."""

    troubles: Troubles
    services: UpstreamsView

    @property
    def held_up(self) -> Sequence[UpstreamView]:
        """Return the services for which rows would wait now: down, refusing us, or their quota gone for a while."""
        return [one for one in self.services.upstreams if _holds_up(one)]


def load(engine: Engine) -> Standing:
    """Read it.

    Raises:
        StoreError: the store does not answer.
    """
    return Standing(engine.health.troubles(), engine.upstreams.all())


def draw(context: Context) -> None:
    """Draw what stands in the way, and keep it up to date; nothing while nothing does."""
    parts.live(partial(_draw, context), name="standing", shows=partial(_shows, context))


def outage(look: Callable[[], Snapshot[object]]) -> None:
    """Say, where nothing else on the screen does, that the store went away after it was drawn. `look` reads it.

    What stands in a container with the key `as_drawn` is then shown as what may be old.
    """
    parts.live(partial(_outage, look), name="outage", shows=lambda: parts.steady(look()))


def _outage(look: Callable[[], Snapshot[object]]) -> None:
    snapshot = look()
    if snapshot.away:
        with st.container(key="went_away"):
            notices.store_away(snapshot, zone())


def silence(context: Context) -> None:
    """Say, over what is to be changed, that the store does not answer."""
    parts.live(partial(_silence, context), name="silence", shows=partial(away, context))


def _silence(context: Context) -> None:
    if away(context):
        notices.store_silent()


def _look(context: Context) -> Snapshot[Standing]:
    return context.poller.look("standing", partial(load, context.engine), every=EVERY_SECONDS)


def away(context: Context) -> bool:
    """Whether the store does not answer, as far as was read last, on every screen alike."""
    try:
        return alerts.look(context).away
    except EngineError:
        return False  # it answers, though not what was asked for


def nothing_read(context: Context, error: EngineError, read: Callable[[], object]) -> None:
    """Say that there is nothing to show, and have the whole screen drawn again as soon as it can be `read`."""
    notices.nothing_read(error)
    _until_read(context, read)


def not_read(context: Context, read: Callable[[], object]) -> None:
    """Say so where it is said already that the store does not answer, and draw all again as `nothing_read` does."""
    notices.not_read()
    _until_read(context, read)


def _until_read(context: Context, read: Callable[[], object]) -> None:
    def readable() -> bool:
        with suppress(*AWAY):
            read()
            return not away(context)
        return False

    def again() -> None:
        if readable():
            st.rerun()

    parts.live(again, name="not_read", shows=readable)


def _shows(context: Context) -> object:
    snapshot = _look(context)
    view = snapshot.value
    held_up = [(one.service, one.sentence) for one in view.held_up]
    return snapshot.away, view.troubles, bool(view.services.engines), held_up


def _known(context: Context) -> Standing | None:
    """Return what was read last; None while the store does not answer."""
    try:
        snapshot = _look(context)
    except AWAY:
        return None
    return None if snapshot.away else snapshot.value


def _draw(context: Context) -> None:
    view = _known(context)
    answers = view is not None, view is not None and not view.troubles.sentences
    if st.session_state.get(_ANSWERS, answers) != answers:  # what else is on the screen depends on it
        del st.session_state[_ANSWERS]
        st.rerun()
    st.session_state[_ANSWERS] = answers
    if view is None:
        notices.store_silent()
        return
    notices.troubles(view.troubles)
    if not view.services.engines and not view.troubles.writing:
        notices.no_engine()
    if held_up := view.held_up:
        said = "".join(f"**{one.name}.** {plain(upstreams.state_line(one, old=False))}  \n" for one in held_up)
        st.warning(f"{said}Rows that need {_it(held_up)} wait.", icon=":material/hourglass_top:")


def _it(services: Sequence[UpstreamView]) -> str:
    return "it" if len(services) == 1 else "one of them"


def _holds_up(one: UpstreamView) -> bool:
    if one.service is Service.EBAY_BROWSE and one.state is UpstreamState.REFUSED:
        return False  # the same credentials as eBay's, which says it
    if one.state is UpstreamState.WAITING:
        return one.next_at is None or one.next_at - one.at > WORTH_SAYING
    return one.state in {UpstreamState.DOWN, UpstreamState.REFUSED}
