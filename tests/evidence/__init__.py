"""Every point and a chaos, on SQLite and on Firestore's emulator: `python -m tests.evidence`."""
