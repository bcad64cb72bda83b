"""Settings that cannot be used are named with what they must be."""

from __future__ import annotations

import pytest

from engine.errors import BadSetting
from engine.settings import load

WRONG = [
    ("DM_LANES", "0", "DM_LANES: Input should be greater than or equal to 1"),
    ("PORT", "abc", "PORT: Input should be a valid integer"),
    ("PORT", "70000", "PORT: Input should be less than or equal to 65535"),
    ("EBAY_PACKAGES", "{", "EBAY_PACKAGES: must be JSON"),
    ("EBAY_PACKAGES", '{"CD": {"ounces": 0}}', "EBAY_PACKAGES.CD.ounces: Input should be greater than 0"),
    ("DM_SANDBOX_URL", "http://127.0.0.1:port", "DM_SANDBOX_URL: must look like http://127.0.0.1:8502"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
@pytest.mark.parametrize("profile", ["", "live"])
def test_a_setting_that_cannot_be_used_is_named_with_what_it_must_be(
    monkeypatch: pytest.MonkeyPatch, profile: str, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSetting, match="Wrong setting") as refused:
        load(profile)
    assert sentence in str(refused.value)


def test_the_profile_that_is_asked_for_counts_before_the_one_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DM_PROFILE", "demo")
    assert [load().profile, load("live").profile] == ["demo", "live"]
