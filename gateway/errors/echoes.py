"""Echoes: what GraphQL's own complaints repeat of a request, which may hold a phone number, and is left out."""

import re

_HINT = r"( Did you mean the enum value (?:'\w+'|[, ]|or)+\?)?$"

# As graphql-core and strawberry word it: from the first of these words on, all is the value that was sent, but for what is
# suggested at the end. Names of types, fields and enums are the schema's, and stay; so do the names that a document gives
# its variables, fragments and operations, and those of fields and arguments that it asks for in vain, but for such as
# none of ours is: with a number in them that may be somebody's, or longer than anybody reads.
_ECHOES = tuple(
    (re.compile(echo, re.DOTALL), instead)
    for echo, instead in (
        (r" unknown field '.*", " an unknown field."),
        (r" only one input field named '.*", " only one input field of a name."),
        (r"Value '.*' does not exist in ('\w+') enum\." + _HINT, r"The value does not exist in \1 enum.\2"),
        (r", but encountered error '.*", "."),
        (r"(cannot represent [^:]*): .*?" + _HINT, r"\1.\2"),
        (r", found: .*", "."),
        (r"((?:found|Unexpected) (?:Name|String|BlockString|Int|Float|Comment)) .*", r"\1."),
        (r"(Unknown operation) named '.*", r"\1."),
        (r", did you mean '0\..*", "."),
        (r"(Invalid (?:Unicode|character) escape sequence): .*", r"\1."),
    )
)
_ODD = re.compile(r"\b(?=[A-Za-z_])(?:\w*\d{7}\w*|\w{101,})", re.ASCII)
_ALIAS = re.compile(r"(ields) '\w+' conflict")


def without_values(message: str) -> str:
    """The complaint, and where and what was expected, without the value, key, alias or odd name that was sent."""
    found = [(match.start(), match, instead) for echo, instead in _ECHOES if (match := echo.search(message))]
    if found:
        # The first, which no value stands before: nothing that somebody sent is taken for the words around it.
        at, match, instead = min(found, key=lambda one: one[0])
        message = message[:at] + match.expand(instead)
    return _ODD.sub("…", _ALIAS.sub(r"\1 conflict", message))
