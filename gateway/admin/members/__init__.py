"""Members as staff see them: found, masked, merged, frozen, closed and erased, and their keys."""
