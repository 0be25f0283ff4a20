"""Complaints: what is wrong with JSON that is not the contract's, without what was sent, which may be a phone number."""

import re

_FIELDS = re.compile(r"(?:Failed to parse \w+ field: )*")
_FIELD = re.compile(r"parse (\w+) field")
_PATH = re.compile(r" at \w+((?:\.\w+(?:\[\d+\])?)+)\.*$", re.ASCII)
_UNKNOWN = re.compile(
    r'Message type "([\w.]+)" has no field named "(.*)" at ".*\n Available Fields\(except extensions\): "\[(.*?)\]"',
    re.DOTALL,
)
_NAME = re.compile(r"(?!.*\d{7})[A-Za-z_]\w{0,63}", re.ASCII)
_NOT_JSON = re.compile(r"Failed to load JSON: ([A-Za-z' \\]+: line \d+ column \d+)")
# As protobuf and Python word it. Behind the words stands what was sent; what they are none of is told in general.
_INSTANT = "takes an instant such as 2026-01-31T09:00:00Z"
_MEANT = (
    ("invalid literal for int()", "takes a whole number"),
    ("could not convert string to float", "takes a number"),
    ("Couldn't parse integer", "takes a whole number"),
    ("Bool value", "takes a number"),
    ("Invalid enum value", "takes one of its names"),
    ("Value out of range", "is out of range"),
    ("expected string or bytes-like", "takes a text"),
    ("repeated field", "takes a list"),
    ("Failed to parse timestamp", _INSTANT),
    ("Timestamp", _INSTANT),
    ("time data", _INSTANT),
    ("unconverted data", _INSTANT),
    ("Failed to parse duration", "takes seconds such as 3.5s"),
    ("Expected true or false", "takes true or false"),
    ("Message type", "has a name that is unknown, or twice"),
    ("null is not allowed", "takes no null in a list"),
    ("Message too deep", "is nested too deep"),
)


def without_values(complaint: str) -> str:
    """A parser's complaint as the path of the field and what it takes; of names sent only what may be a misspelt one."""
    path = _FIELDS.match(complaint)
    assert path is not None, "it may be empty"
    core = complaint[path.end() :]
    at = _PATH.search(core)
    where = at[1][1:] if at else ".".join(_FIELD.findall(path[0])) or "the body"
    if unknown := _UNKNOWN.match(core):
        kind, name, known = unknown.groups()
        named = f"no field {name}" if _NAME.fullmatch(name) else "no field of a name that was sent"
        return f"{where}: {kind} has {named}; it has {known.replace(chr(39), '')}"
    if not_json := _NOT_JSON.match(core):
        return not_json[1]
    takes = next(
        (takes for begins, takes in _MEANT if core.startswith(begins)), "is not what the contract says"
    )
    return f"{where} {takes}"
