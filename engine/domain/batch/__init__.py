"""A batch and its rows: jobs, shards, items, what was chosen and decided. Pure."""
