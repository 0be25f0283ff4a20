"""What becomes of members as owners of points: two become one, are parted again, or leave."""
