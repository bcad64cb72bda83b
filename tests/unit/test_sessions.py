"""Sessions of people: what is kept of them, when they end, and that a websocket ends with them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from console.lasting import LOOK_SECONDS, Lasting
from console.rules import Refused
from engine.access.sessions import MOST_SWEPT, Sessions
from engine.domain.access import Person
from engine.store.sqlite import SQLiteStore
from tests.support.clocks import FakeClock

SHIFT = timedelta(hours=12)


class Kept:
    """A store whose clock a test moves, and the sessions in it."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.store = SQLiteStore(folder / "store.db", self.clock)
        self.sessions = Sessions(self.store, self.clock)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_a_session_counts_until_it_ends_and_no_secret_is_kept(kept: Kept) -> None:
    text = kept.sessions.begin("ann", ("sellers",), SHIFT)
    session = kept.sessions.of(text)
    assert session is not None
    assert (session.name, session.groups) == ("ann", ("sellers",))
    assert text.partition("_")[2] not in str(kept.store.find("sessions"))
    kept.clock.seconds += SHIFT.total_seconds() - 1
    assert kept.sessions.of(text)
    kept.clock.seconds += 1
    assert kept.sessions.of(text) is None


def test_another_secret_is_not_its_own(kept: Kept) -> None:
    mine, other = (kept.sessions.begin(name, (), SHIFT) for name in ("ann", "bob"))
    mixed = f"{mine.partition('_')[0]}_{other.partition('_')[2]}"
    assert kept.sessions.of(mixed) is None
    kept.sessions.end(mixed)
    assert kept.sessions.of(mine)
    kept.sessions.end(mine)
    assert (kept.sessions.of(mine), bool(kept.sessions.of(other))) == (None, True)
    kept.sessions.end(mine)


def test_sessions_that_have_ended_go_when_others_begin(kept: Kept) -> None:
    for _ in range(MOST_SWEPT + 5):
        kept.sessions.begin("ann", (), SHIFT)
    kept.clock.seconds += SHIFT.total_seconds()
    for left in (6, 2, 3):
        kept.sessions.begin("bob", (), SHIFT)
        assert kept.store.count("sessions") == left


class Door:
    """A sign-in that knows somebody until a test says otherwise."""

    way_in = "/sign-in"

    def __init__(self) -> None:
        self.said: Person | Refused = Person("ann")
        self.asked = 0

    async def user(self, _: Headers) -> Person | Refused:
        self.asked += 1
        return self.said


class Line:
    """A websocket whose browser goes on sending, and the application at its other end."""

    def __init__(self) -> None:
        self.door, self.clock = Door(), FakeClock()
        self.taken: list[str] = []
        self.sent: list[Message] = []

    def send(self, *steps: tuple[float, Person | Refused]) -> None:
        """Send a message after each step, in which time passes and the sign-in changes its mind."""
        left = list(steps)

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            while (message := await receive())["type"] == "websocket.receive":
                self.taken.append(message["text"])

        async def receive() -> Message:
            if not left:
                return {"type": "websocket.disconnect", "code": 1001}
            seconds, self.door.said = left.pop(0)
            self.clock.seconds += seconds
            return {"type": "websocket.receive", "text": f"{len(left)} left"}

        async def send(message: Message) -> None:
            self.sent.append(message)

        asyncio.run(Lasting(application, self.door, self.clock)({"type": "websocket", "headers": []}, receive, send))


def test_a_websocket_is_cut_within_seconds_once_its_session_has_ended() -> None:
    line, out = Line(), Refused(401, "Nobody is signed in.")
    line.send((0, Person("ann")), (LOOK_SECONDS - 1, out), (1, out), (0, out))
    assert line.taken == ["3 left", "2 left"]
    assert line.sent == [{"type": "websocket.close", "code": 1008}]


def test_a_websocket_lasts_while_the_store_is_away_and_is_looked_at_seldom() -> None:
    line = Line()
    line.send(*[(1.0, Refused(503, "The store does not answer."))] * 11)
    assert (len(line.taken), line.door.asked, line.sent) == (11, 2, [])
