"""Discogs, MusicBrainz, the Cover Art Archive and eBay on loopback, for the demo and the tests."""

from engine.sandbox.app import create_app, serve

__all__ = ["create_app", "serve"]
