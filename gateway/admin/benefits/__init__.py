"""Benefits as staff write them, and what members have of them."""
