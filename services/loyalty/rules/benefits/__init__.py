"""What tiers give beside points: benefits, how often they may be had, and what a member has of them."""
