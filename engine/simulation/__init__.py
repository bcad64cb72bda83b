"""How long a batch will take: its rows run by the rules of workers and quotas, on a clock that only counts."""
