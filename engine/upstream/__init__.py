"""Clients for Discogs, MusicBrainz, the Cover Art Archive and eBay."""
