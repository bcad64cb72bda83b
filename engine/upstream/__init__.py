"""Discogs, MusicBrainz, the Cover Art Archive and eBay: a typed client for each, and the one way out to them."""
