"""Where documents live: one contract, one backend a module."""
