"""Every recording that this suite names is there."""

import pytest

from tests.support.recordings import ABSENT, RECORDINGS, SHARED, Recording

if not SHARED.is_dir():
    pytest.skip(ABSENT, allow_module_level=True)


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_recording_is_there(recording: Recording, name: str) -> None:
    assert recording(name).stat().st_size > 0
