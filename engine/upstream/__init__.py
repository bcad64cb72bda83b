"""Discogs, MusicBrainz, the Cover Art Archive and eBay: one client a service, each behind its own door."""
