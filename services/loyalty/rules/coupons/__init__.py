"""What coupons are: templates and their terms, codes, states, and how they lie together on a basket."""
