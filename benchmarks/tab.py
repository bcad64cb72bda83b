"""An open tab of a browser, as the console sees it: Streamlit's protocol over its websocket, without a browser.

A tab asks for its screen, keeps the auto-reruns that it is told of as the browser's script does (one interval for each
fragment), and names the large messages that it keeps, which are then sent as references.
Source: streamlit 1.67, `frontend/app/src/App.tsx` as built into its wheel, and `streamlit.proto` (read 2026-11).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

KEPT_RUNS = 2  # a large message that was not shown in so many runs of its fragment is forgotten
SCREEN = ""  # in the place of a fragment: the whole screen
Seen = Callable[[ForwardMsg], None]


class Tab:
    """One tab. `reruns` has the seconds of each answered rerun of a fragment, `painted` those of the whole screen."""

    def __init__(self, address: str, path: str, query: str = "", seen: Seen | None = None) -> None:
        self.painted: list[float] = []
        self.reruns: list[float] = []
        self.received = 0
        self._address, self._path, self._query = address, path, query
        self._seen = seen
        self._socket: ClientConnection | None = None
        self._asked: dict[str, float] = {}  # since when a fragment is asked for and not answered
        self._intervals: dict[str, tuple[float, asyncio.Task[None]]] = {}
        self._kept: dict[str, list[Any]] = {}  # hash of a large message: its fragment, and runs without it
        self._listening: asyncio.Task[None] | None = None
        self._drawn = asyncio.Event()

    async def open(self) -> None:
        """Open the screen, and return when it is drawn."""
        stream = f"{self._address.replace('http', 'ws')}/_stcore/stream"
        self._socket = await connect(stream, subprotocols=[Subprotocol("streamlit")], max_size=None)
        self._listening = asyncio.create_task(self._listen(self._socket))
        await self.ask(SCREEN)
        await self._drawn.wait()

    async def close(self) -> None:
        """Close the tab."""
        for _, task in self._intervals.values():
            task.cancel()
        if self._listening and self._socket:
            await self._socket.close()
            await self._listening

    async def ask(self, fragment: str) -> None:
        """Ask for a fragment again, or for the whole screen."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name = self._query, self._path
        state.fragment_id, state.is_auto_rerun = fragment, bool(fragment)
        state.widget_states.SetInParent()
        state.cached_message_hashes.extend(self._kept)
        state.context_info.timezone, state.context_info.locale = "Europe/Berlin", "en-US"
        state.context_info.url = f"{self._address}/{quote(self._path)}?{self._query}"
        state.context_info.color_scheme = "light"
        self._asked.setdefault(fragment, time.monotonic())
        if self._socket:
            await self._socket.send(message.SerializeToString())

    async def _listen(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for data in socket:
                self.received += len(data)
                self._take(ForwardMsg.FromString(data))

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "auto_rerun":
            self._repeat(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self._stop(message.stop_auto_rerun.fragment_ids)
        elif kind == "ref_hash":
            self._kept[message.ref_hash][1] = 0
        elif kind == "script_finished":
            self._finished(list(message.metadata.run.fragment_ids), message.script_finished)
        elif kind == "delta":
            if message.metadata.cacheable:
                self._kept[message.hash] = [message.delta.fragment_id, 0]
            if self._seen:
                self._seen(message)

    def _finished(self, fragments: list[str], status: int) -> None:
        """Note how long an answer took; age what is kept of the fragments that were drawn."""
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        now = time.monotonic()
        for fragment in fragments or [SCREEN]:
            if asked := self._asked.pop(fragment, None):
                (self.reruns if fragment else self.painted).append(now - asked)
        for kept, (fragment, age) in list(self._kept.items()):
            if not fragments or fragment in fragments:
                self._kept[kept][1] = age + 1
                if age >= KEPT_RUNS:
                    del self._kept[kept]
        if not fragments:
            self._drawn.set()

    def _repeat(self, fragment: str, seconds: float) -> None:
        """Ask for a fragment every so often; one whose interval is the same goes on as it does."""
        if fragment in self._intervals and self._intervals[fragment][0] == seconds:
            return
        self._stop([fragment])
        self._intervals[fragment] = seconds, asyncio.create_task(self._ask_every(fragment, seconds))

    async def _ask_every(self, fragment: str, seconds: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(seconds)
                await self.ask(fragment)

    def _stop(self, fragments: Iterable[str]) -> None:
        for fragment in fragments:
            if found := self._intervals.pop(fragment, None):
                found[1].cancel()
