"""Doors to the ledger: points and their lots, entries, holds, transfers, imports, the books, and its proof."""
