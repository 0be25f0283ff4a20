"""What an order earns: earn rules, their conditions and schedules, caps and budgets, verdicts on them."""
