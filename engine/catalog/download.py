"""A large file at an address, read as a stream that goes on where the line was cut.

Nothing of it is kept. What is read is the file as it was when the stream began: when a later answer shows that the file
has changed, reading ends with an error.

Source: RFC 9110, sections 13.1.5 (If-Range), 14.2 (Range) and 15.3.7 (206 Partial Content) (read 2026-11).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from threading import Event
from typing import TYPE_CHECKING, NoReturn, cast

import requests
from urllib3.exceptions import HTTPError

from engine.errors import DownloadFailed, DumpChanged, EngineError, ImportStopped
from engine.log import get_logger
from engine.retry import RetryPolicy, retry
from engine.upstream.outgoing import incoming, public

if TYPE_CHECKING:
    from typing_extensions import Buffer

log = get_logger(__name__)

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
PATIENCE = RetryPolicy(first=1.0, factor=2.0, longest=60.0, jitter=0.2, seconds=900.0)
STOPPED = "The import was stopped. The same command goes on where it stopped."
_PASSING = frozenset({408, 425, 429})
_KEPT = "an import goes on where it can, and what is in use stays as it is."
_ADDRESS = "Check the address, and this machine's network; the catalogue in use stays as it is."

Step = Callable[[], requests.Response]


def _unheard(_seconds: float) -> None:
    """Hear of a wait."""


class Cut(EngineError):
    """The line was cut, or the server is busy: worth another try."""


class Link:
    """An HTTP session for files at addresses: how long something is tried, and the `stop` that ends it.

    `on_wait` is called with the seconds until the next try.
    """

    def __init__(
        self,
        session: requests.Session,
        user_agent: str,
        stop: Event,
        patience: RetryPolicy = PATIENCE,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._session = session
        self._headers = {"User-Agent": user_agent, "Accept-Encoding": "identity"}
        self._patience = patience
        self._timeout = (CONNECT_SECONDS, read_seconds)
        self.stop = stop
        self.on_wait: Callable[[float], None] = _unheard

    def text(self, url: str) -> str | None:
        """Return a small text, None when it is not there.

        Raises:
            DownloadFailed: it cannot be had.
            ImportStopped: `stop` was set.
        """
        with self.tried(lambda: self._text(url), url) as answer:
            return None if answer.status_code == 404 else answer.text

    def open(self, url: str, **headers: str) -> requests.Response:
        """Return the answer to one try for a file, its body unread.

        Raises:
            Cut: there is none, or the server is busy.
            DownloadFailed: the server refuses.
        """
        return self._get(url, headers, stream=True)

    def tried(self, step: Step, url: str) -> requests.Response:
        """Return what `step` returns, tried again while it raises Cut.

        Raises:
            DownloadFailed: it was cut until patience ran out.
            ImportStopped: `stop` was set.
        """

        def wait(seconds: float, cut: Cut) -> bool:
            log.info("download_cut", error=str(cut), again_in_seconds=round(seconds, 1))
            self.on_wait(seconds)
            return self.stop.wait(seconds)

        try:
            return retry(step, self._patience, Cut, wait=wait)
        except Cut as cut:
            if self.stop.is_set():
                raise ImportStopped(STOPPED) from None
            raise DownloadFailed(f"{url} cannot be read ({cut}). Try again later: {_KEPT}") from cut

    def _text(self, url: str) -> requests.Response:
        return self._get(url, {}, stream=False)

    def _get(self, url: str, headers: dict[str, str], *, stream: bool) -> requests.Response:
        hooks = {"response": incoming(partial(public, origin=url), self._timeout[1], whole=not stream)}
        try:
            answer = self._session.get(
                url, headers=self._headers | headers, stream=True, timeout=self._timeout, hooks=hooks
            )
        except requests.TooManyRedirects as error:
            raise DownloadFailed(f"{url} leads elsewhere, to where no public file can be. {_ADDRESS}") from error
        except requests.RequestException as error:
            raise Cut(type(error).__name__) from error
        status = answer.status_code
        if status >= 500 or status in _PASSING:
            answer.close()
            raise Cut(f"HTTP {status}")
        if status >= 400 and status not in {404, 416}:
            answer.close()
            raise DownloadFailed(f"{url} cannot be read (HTTP {status}). {_ADDRESS}")
        return answer


class Download(io.RawIOBase):
    """The file at `url`, for one reader from its beginning to its end.

    `size` is in bytes, `mark` differs when the content does, `cuts` counts how often the line was cut.
    """

    def __init__(self, link: Link, url: str) -> None:
        self._link = link
        self._url = url
        self._digest = sha256()
        self._at = 0
        self._got = 0
        self.cuts = 0
        first = link.tried(lambda: link.open(url), url)
        if first.status_code != 200:
            first.close()
            raise DownloadFailed(f"{url} is not there (HTTP {first.status_code}). {_ADDRESS}")
        self._etag = first.headers.get("ETag", "")
        self._modified = first.headers.get("Last-Modified", "")
        self.size = _length(first)
        self._answer: requests.Response | None = first

    @property
    def mark(self) -> str:
        """Return by what the content is known again."""
        return sha256(f"{self._url} {self.size} {self._etag or self._modified}".encode()).hexdigest()

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what was read so far."""
        return self._digest.hexdigest()

    def readable(self) -> bool:
        """Return True: it can be read."""
        return True

    def tell(self) -> int:
        """Return how many bytes were read."""
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        """Read the next bytes, over as many lines as that takes; 0 at the end.

        Raises:
            DumpChanged: the file is another one than at the beginning.
            DownloadFailed: it cannot be read any more.
            ImportStopped: the link was stopped.
        """
        view = memoryview(buffer)
        if self._at >= self.size:
            return 0
        self._link.tried(lambda: self._step(view), self._url)
        return self._got

    def close(self) -> None:
        """Let go of the line."""
        self._drop()
        super().close()

    def _step(self, view: memoryview) -> requests.Response:
        """Read some bytes over the line there is, or over a new one."""
        answer = self._answer or self._again()
        self._answer = answer
        try:
            piece = cast("bytes", answer.raw.read1(len(view), decode_content=False))
        except (HTTPError, OSError) as error:
            self._cut(type(error).__name__)
        if not piece:
            self._cut("the answer ended too early")
        view[: len(piece)] = piece
        self._digest.update(piece)
        self._at += len(piece)
        self._got = len(piece)
        return answer

    def _again(self) -> requests.Response:
        """Return an answer that goes on where the last one was cut."""
        known = self._etag if self._etag and not self._etag.startswith("W/") else self._modified
        answer = self._link.open(self._url, Range=f"bytes={self._at}-", **({"If-Range": known} if known else {}))
        if answer.status_code == 206 and self._same(answer, _total(answer)):
            return answer
        if answer.status_code == 200 and self._same(answer, _length(answer)):
            return self._skipped(answer)  # the server knows no ranges
        answer.close()
        raise DumpChanged(f"{self._url} was replaced by another file while it was read.")

    def _same(self, answer: requests.Response, size: int) -> bool:
        """Whether an answer is of the file that was begun."""
        headers = answer.headers
        return (
            size == self.size
            and headers.get("ETag", self._etag) == self._etag
            and headers.get("Last-Modified", self._modified) == self._modified
        )

    def _skipped(self, answer: requests.Response) -> requests.Response:
        """Return an answer from the file's beginning, read up to where the last one was cut."""
        left = self._at
        try:
            while left:
                piece = answer.raw.read(min(left, 1 << 18), decode_content=False)
                if not piece:
                    self._cut("the answer ended too early")
                left -= len(piece)
        except (HTTPError, OSError) as error:
            self._cut(type(error).__name__)
        return answer

    def _cut(self, why: str) -> NoReturn:
        self.cuts += 1
        self._drop()
        raise Cut(why)

    def _drop(self) -> None:
        if self._answer is not None:
            self._answer.close()
            self._answer = None


def _length(answer: requests.Response) -> int:
    length = answer.headers.get("Content-Length", "")
    if not length.isdecimal():
        answer.close()
        raise DownloadFailed(f"{answer.url.partition('?')[0]} does not say how long the file is. {_ADDRESS}")
    return int(length)


def _total(answer: requests.Response) -> int:
    """Return how long the whole file is, -1 when a part does not say so."""
    total = answer.headers.get("Content-Range", "").rpartition("/")[2]
    return int(total) if total.isdecimal() else -1
