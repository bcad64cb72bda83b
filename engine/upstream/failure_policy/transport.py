"""Which failure an exception of the HTTP library is.

Source: https://requests.readthedocs.io/en/latest/user/quickstart/#errors-and-exceptions (read 2026-11).
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import requests
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError, ReadTimeoutError

from engine.upstream.failure_policy.policies import Failure

_KINDS: tuple[tuple[type[BaseException], Failure], ...] = (
    (ssl.SSLCertVerificationError, Failure.CERTIFICATE),
    (requests.exceptions.SSLError, Failure.TLS),
    (NameResolutionError, Failure.NAME),
    (NewConnectionError, Failure.REFUSED),
    (requests.ConnectTimeout, Failure.CONNECT_TIMEOUT),
    (requests.Timeout, Failure.READ_TIMEOUT),
    (ReadTimeoutError, Failure.READ_TIMEOUT),
    (requests.exceptions.ChunkedEncodingError, Failure.CUT),
    (requests.exceptions.ContentDecodingError, Failure.CUT),
    (requests.TooManyRedirects, Failure.ASTRAY),
    (requests.exceptions.InvalidURL, Failure.ADDRESS),
    (requests.exceptions.MissingSchema, Failure.ADDRESS),
    (requests.exceptions.InvalidSchema, Failure.ADDRESS),
)


def failure(error: requests.RequestException) -> Failure:
    """Return what went wrong with a call that got no answer; LOST when nothing more is known."""
    layers = (error, *_inner(error))
    return next((kind for known, kind in _KINDS if any(isinstance(layer, known) for layer in layers)), Failure.LOST)


def root(error: requests.RequestException) -> BaseException | None:
    """Return the cause that may be shown, None when there is none: the library's own text holds the query string."""
    return next(_inner(error), None)


def _inner(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions that an exception was made of, the outermost first."""
    while error.args and isinstance(error.args[0], BaseException):
        error = error.args[0]
        if isinstance(error, MaxRetryError) and error.reason:
            error = error.reason
        yield error
