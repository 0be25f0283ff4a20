"""Members at rest as owners of points: who is heard of, who merged, who left, and all that is held of one."""
