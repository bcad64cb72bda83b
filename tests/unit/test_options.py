"""What an operator chose for a batch, and how it is described to them."""

from __future__ import annotations

import pytest

from engine.codec import decode, encode
from engine.domain.batch.options import DraftedBefore, Options, description


@pytest.mark.parametrize("name", Options.__struct_fields__)
def test_every_option_is_described_in_a_sentence(name: str) -> None:
    assert description(name).endswith(".")
    assert description(name)[0].isupper()


def test_a_description_is_that_of_its_option() -> None:
    assert description("first") == "Take only this many rows."
    assert description("create_drafts") == "Send drafts to eBay."


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (Options(), ""),
        (Options(create_drafts=False), "Drafts are switched off for this batch: composed and not sent to eBay."),
        (Options(test_mode=True), "Test mode: the draft was composed and not sent to eBay."),
        (Options(create_drafts=False, test_mode=True), "Test mode: the draft was composed and not sent to eBay."),
    ],
)
def test_drafts_that_are_not_sent_say_why(options: Options, why: str) -> None:
    assert options.not_sent == why


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({}, ""),
        ({"drafted_before": DraftedBefore.SKIP}, ""),
        ({"drafted_before": "ask me"}, "drafted_before ask me"),
        ({"price_rule": {"basis": "auction"}}, "basis auction"),
    ],
)
def test_an_option_that_only_a_newer_version_knows_is_named(fields: dict[str, object], word: str) -> None:
    assert decode(Options, encode(Options()) | fields).unknown == word
