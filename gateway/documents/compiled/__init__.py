"""Compiled documents: a query as Python functions, for the happy path alone; whatever else happens is graphql-core's.

An attempt gives what graphql-core would give, or nothing. It ends at the first thing out of the ordinary: an exception,
null where none may be, a value of an unforeseen kind, a resolver that asks for more than the context.
"""
