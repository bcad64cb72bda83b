"""Where there are no recordings, one file of this suite is left, which says so."""

from pathlib import Path

from tests.support.recordings import SHARED

HOME = Path(__file__).parent
TELLS = "test_recordings.py"
collect_ignore = [] if SHARED.is_dir() else [path.name for path in HOME.glob("test_*.py") if path.name != TELLS]
