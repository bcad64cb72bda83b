"""Measurements; each prints one JSON line and compares within one run."""
