"""Discogs, MusicBrainz, Cover Art Archive and eBay on loopback, for the demo and the tests."""
