"""The ledger as staff see it: adjustments and their approval, orders, statements, the books, and its proof."""
