"""The admin schema: what staff see and do. Each field names the roles that may; what names none is served to none."""
