"""Where file contents live: one contract, one backend a module."""
