"""What each service grants over all workers: budgets, slots, breakers, limiters, forecasts."""
