"""What points are and how they move: the fold, entries, lots, holds, transfers, expiry, and sums of it all."""
