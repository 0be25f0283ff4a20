"""The memory of the members service: SQL and the key ring's file live only here."""
