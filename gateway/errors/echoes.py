"""Echoes: what GraphQL's own complaints repeat of a request, which may hold a phone number, and is left out."""

import re

# As graphql-core and strawberry word it. Names of types, fields and enum values are the schema's, and stay.
_ECHOES = (
    (re.compile(r", found: .*$", re.DOTALL), "."),
    (re.compile(r"(cannot represent [^:]*): .*?( Did you mean [^?]*\?)?$", re.DOTALL), r"\1.\2"),
    (re.compile(r"Value '.*' does not exist in", re.DOTALL), "The value does not exist in"),
    (re.compile(r"((?:found|Unexpected) (?:String|BlockString|Int|Float)) .*$", re.DOTALL), r"\1."),
)


def without_values(message: str) -> str:
    """The complaint, and where and what was expected, without the value that was sent."""
    for echo, instead in _ECHOES:
        message = echo.sub(instead, message)
    return message
