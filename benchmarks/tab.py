"""An open tab of a browser, as the console sees it: Streamlit's protocol over its websocket, without a browser.

A tab asks for its screen, ticks as `console/widgets/tick.js` does in a tab that is seen, and names the large messages
that it keeps, which are then sent as references.
Source: streamlit 1.67, its script as built into its wheel, what Chromium sent it, and `streamlit.proto` (read 2026-11).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

KEPT_RUNS = 2  # a large message that was not shown in so many runs of its fragment is forgotten
INTERNAL = "$$STREAMLIT_INTERNAL_KEY_"  # before the name of what a component tells
Seen = Callable[[ForwardMsg], None]


class Tab:
    """One tab. It notes the seconds from asking to the end of the answer.

    `painted` are those of the whole screen, `reruns` those of ticks after which parts were drawn again, `idle` those of
    ticks after which none was.
    """

    def __init__(self, address: str, path: str, query: str = "", seen: Seen | None = None) -> None:
        self.painted: list[float] = []
        self.reruns: list[float] = []
        self.idle: list[float] = []
        self.received = 0
        self._address, self._path, self._query = address, path, query
        self._seen = seen
        self._socket: ClientConnection | None = None
        self._asked = 0.0  # since when an answer is waited for, 0 where none is
        self._ticker = BidiComponent()
        self._ticking_part = ""
        self._ticking: asyncio.Task[None] | None = None
        self._kept: dict[str, list[Any]] = {}  # hash of a large message: its fragment, and runs without it
        self._listening: asyncio.Task[None] | None = None
        self._drawn = asyncio.Event()

    async def open(self) -> None:
        """Open the screen, and return when it is drawn."""
        stream = f"{self._address.replace('http', 'ws')}/_stcore/stream"
        self._socket = await connect(stream, subprotocols=[Subprotocol("streamlit")], max_size=None)
        self._listening = asyncio.create_task(self._listen(self._socket))
        await self._ask()
        await self._drawn.wait()

    async def close(self) -> None:
        """Close the tab."""
        if self._ticking:
            self._ticking.cancel()
        if self._listening and self._socket:
            await self._socket.close()
            await self._listening

    async def _ask(self, *, tick: bool = False) -> None:
        """Ask for the whole screen, or whether anything has changed."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_name = self._query, self._path
        state.widget_states.SetInParent()
        if tick:
            event = json.dumps([{"event": "tick", "value": round(time.monotonic() * 1_000)}])
            state.fragment_id = self._ticking_part
            state.widget_states.widgets.add(id=f"{INTERNAL}{self._ticker.id}__events", json_trigger_value=event)
        state.cached_message_hashes.extend(self._kept)
        state.context_info.timezone, state.context_info.locale = "Europe/Berlin", "en-US"
        state.context_info.url = f"{self._address}/{quote(self._path)}?{self._query}"
        state.context_info.color_scheme = "light"
        self._asked = self._asked or time.monotonic()
        if self._socket:
            await self._socket.send(message.SerializeToString())

    async def _listen(self, socket: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for data in socket:
                self.received += len(data)
                self._take(ForwardMsg.FromString(data))

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            self._kept[message.ref_hash][1] = 0
        elif kind == "script_finished":
            self._finished(list(message.metadata.run.fragment_ids), message.script_finished)
        elif kind == "delta":
            if message.delta.new_element.bidi_component.component_name == "tick":
                self._ticker.CopyFrom(message.delta.new_element.bidi_component)
                self._ticking_part = message.delta.fragment_id
                self._ticking = self._ticking or asyncio.create_task(self._tick())
            if message.metadata.cacheable:
                self._kept[message.hash] = [message.delta.fragment_id, 0]
            if self._seen:
                self._seen(message)

    def _finished(self, fragments: list[str], status: int) -> None:
        """Note how long an answer took; age what is kept of the fragments that were drawn."""
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        if self._asked:
            kind = self.reruns if fragments else self.painted
            kind = self.idle if fragments == [self._ticking_part] else kind
            kind.append(time.monotonic() - self._asked)
            self._asked = 0.0
        for kept, (fragment, age) in list(self._kept.items()):
            if not fragments or fragment in fragments:
                self._kept[kept][1] = age + 1
                if age >= KEPT_RUNS:
                    del self._kept[kept]
        if not fragments:
            self._drawn.set()

    async def _tick(self) -> None:
        """Ask whether anything has changed, every so often."""
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(json.loads(self._ticker.json)["seen"])
                await self._ask(tick=True)
