"""What keeps a new batch from running, said on the screens that make one before anybody clicks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import streamlit as st

from console.context import Context, zone
from console.poller import AWAY, Snapshot
from console.widgets import notices, parts
from console.widgets.text import plain
from engine.public import Engine, Service, Troubles, UpstreamState, UpstreamsView, UpstreamView

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
    """Say, where nothing else on the screen does, that the store went away after it was drawn. `look` reads it."""
    parts.live(lambda: notices.store_away(look(), zone()), name="outage", shows=lambda: parts.steady(look()))


def _look(context: Context) -> Snapshot[Standing]:
    return context.poller.look("standing", partial(load, context.engine), every=EVERY_SECONDS)


def _shows(context: Context) -> object:
    snapshot = _look(context)
    view = snapshot.value
    held_up = [(one.service, one.sentence) for one in view.held_up]
    return snapshot.away, view.troubles, bool(view.services.engines), held_up


def away(context: Context) -> bool:
    """Whether the store does not answer, as far as was read last."""
    try:
        return _look(context).away
    except AWAY:
        return True


def _draw(context: Context) -> None:
    silent = away(context)
    view = None if silent else _look(context).value
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
    for one in view.held_up:
        st.warning(f"**{one.name}**: {plain(one.sentence)} Rows that need it wait.", icon=":material/hourglass_top:")


def _holds_up(one: UpstreamView) -> bool:
    if one.service is Service.EBAY_BROWSE and one.state is UpstreamState.REFUSED:
        return False  # the same credentials as eBay's, which says it
    if one.state is UpstreamState.WAITING:
        return one.next_at is None or one.next_at - one.at > WORTH_SAYING
    return one.state in {UpstreamState.DOWN, UpstreamState.REFUSED}
