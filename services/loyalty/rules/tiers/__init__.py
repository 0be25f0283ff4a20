"""What tiers ask and give: schemes, windows and metrics, standings, placements, tiers that are paid for."""
