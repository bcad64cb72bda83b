"""Secrets that a process knows are in nothing that it says."""

from __future__ import annotations

import io
import json
import logging
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FileMissing, RequestRefused
from engine.log import formatter, get_logger
from engine.redaction import HIDDEN, MOST, SHORTEST, Redactor, know
from engine.settings import Settings
from engine.upstream.failure_policy.policies import reply

SECRET = 'marker-"one"/+&\\é-0123456789'
secrets = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=SHORTEST, max_size=40)


@given(secrets, st.text(max_size=20), st.text(max_size=20))
def test_a_known_secret_is_in_no_text_however_it_is_written(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.know(secret)
    for written in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]):
        assert redactor.redacted(f"{before}{written}{after}").count(HIDDEN) >= 1
        assert written not in redactor.redacted(f"{before} {written} {after}").replace(HIDDEN, "")


def test_a_word_is_no_secret_and_a_text_without_secrets_stays_as_it_is() -> None:
    redactor = Redactor()
    redactor.know("", "sandbox")
    assert redactor.redacted("A sandbox on this machine.") == "A sandbox on this machine."


def test_of_many_secrets_the_newest_are_known() -> None:
    redactor = Redactor()
    redactor.know(*(f"secret-number-{number:05}" for number in range(MOST + 1)))
    assert redactor.redacted("secret-number-00000") == "secret-number-00000"
    assert redactor.redacted(f"secret-number-{MOST:05}") == HIDDEN


@pytest.mark.parametrize("style", ["json", "text"])
def test_a_log_line_holds_no_secret_in_its_fields_or_its_exception(style: str) -> None:
    know(SECRET)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter(style))
    logger = logging.getLogger("test.redaction")
    logger.addHandler(handler)
    try:
        int(SECRET)
    except ValueError:
        get_logger("test.redaction").exception("refused", said=SECRET, about={"token": SECRET})
    logging.getLogger("test.redaction").warning("a library says %s", SECRET)
    logger.handlers.clear()
    assert "0123456789" not in written.getvalue()
    assert written.getvalue().count(HIDDEN) == 4
    if style == "json":
        assert [json.loads(line)["severity"] for line in written.getvalue().splitlines()] == ["ERROR", "WARNING"]


def test_an_error_says_no_secret_and_neither_does_its_repr() -> None:
    know(SECRET)
    refused = RequestRefused("ebay", f"GET /x/{SECRET}", f"eBay says {SECRET}")
    for error in (refused, FileMissing(f"{SECRET} is gone")):
        assert "0123456789" not in f"{error} {error!r} {error.args} {vars(error)}"
    assert refused.reason == f"eBay says {HIDDEN}"


def test_what_a_service_says_is_redacted_before_it_is_cut() -> None:
    know(SECRET)
    came = reply("ebay", "offer", 400, {}, {"message": "x" * 290 + SECRET})
    assert came.said == "x" * 290 + HIDDEN
    assert len(SECRET) + 290 > 300


def test_secrets_of_the_environment_are_known_and_do_not_print() -> None:
    names = ("DISCOGS_TOKEN", "EBAY_CLIENT_SECRET", "EBAY_REFRESH_TOKEN", "EBAY_DELETION_TOKEN")
    settings = Settings(_env_file=None, **{name: f"marker-{name}-in-it" for name in names})  # type: ignore[arg-type]
    assert "marker-" not in f"{settings!r} {settings}"
    for name in names:
        assert str(FileMissing(f"marker-{name}-in-it")) == HIDDEN
