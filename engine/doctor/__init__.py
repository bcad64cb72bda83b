"""Whether everything that a batch needs is there and works: one finding a check, each with what to do."""
