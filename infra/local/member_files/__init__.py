"""Files of members: tables in CSV or xlsx, read row by row, checked by the service's own rules, and sent in."""
