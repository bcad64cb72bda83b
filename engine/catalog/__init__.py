"""The offline catalogue: every release of a monthly Discogs data dump that has a barcode, in one file."""
