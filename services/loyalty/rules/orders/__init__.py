"""What an order and its refund mean: facts, shares of lines, and what recording them does to points."""
