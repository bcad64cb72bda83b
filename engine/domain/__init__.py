"""Pure rules: jobs, shards, items, leases, barcodes, matches, prices, drafts. No input or output here."""
