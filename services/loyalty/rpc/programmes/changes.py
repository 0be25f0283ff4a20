"""Changes on the wire: a definition as plain values, by the names that clients know, and what differs in two."""

import re
from collections.abc import Callable
from typing import Any

import orjson
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.loyalty.v1 import programme_history_pb2 as wire

from services.loyalty.actions.changed import Changed, Thing
from services.loyalty.rpc.programmes import definitions
from services.loyalty.rpc.wire import choice
from services.loyalty.rules.programmes.changes import Change, compare
from services.loyalty.rules.programmes.programmes import Programme, ProgrammeHistory

MOST_NAMED = 10


def between(before: Programme, after: Programme) -> list[Change]:
    """What differs between two versions of one programme, but for when they were published and by whom."""
    return list(compare(_plain(_parts(before)), _plain(_parts(after))))


def founded(first: Programme) -> list[wire.DefinitionChange]:
    """A programme's first version, all of which is new."""
    return told(list(compare({}, _plain(_parts(first)))))


def published(history: ProgrammeHistory, programme: Programme) -> list[wire.DefinitionChange]:
    """What a version changed against the one before it."""
    before = history.version(programme.version - 1)
    return founded(programme) if before is None else told(between(before, programme))


def told(changes: list[Change]) -> list[wire.DefinitionChange]:
    return [
        wire.DefinitionChange(
            path=change.path,
            kind=choice(wire.ChangeKind, "CHANGE_KIND_", change.kind),
            before=_json(change.before),
            after=_json(change.after),
        )
        for change in changes
    ]


def of_catalogue(of: Changed[Thing], shown: Callable[[Thing], Message]) -> list[wire.DefinitionChange]:
    """What a change of something in editions changed, as it is shown on the wire; all of it where nothing was there."""
    after = shown(of.after)
    before = type(after)() if of.before is None else shown(of.before)
    return told(list(compare(_plain(before), _plain(after))))


def named(changes: list[Change]) -> str:
    """The first paths, for a refusal to name."""
    paths = [change.path for change in changes]
    more = f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else ""
    return ", ".join(paths[:MOST_NAMED]) + more


def _parts(version: Programme) -> Message:
    message = definitions.version(version)
    message.ClearField("version")
    return message


def _json(value: Any) -> str:
    return "" if value is None else orjson.dumps(value).decode()


def _plain(message: Message) -> dict[str, Any]:
    """A message with all its fields, whatever a release adds; enums by their names without the prefix."""
    return {
        field.camelcase_name: _values(message, field)
        for field in message.DESCRIPTOR.fields
        if not (field.has_presence and not message.HasField(field.name))
    }


def _values(message: Message, field: Any) -> Any:
    value = getattr(message, field.name)
    return [_value(each, field) for each in value] if field.is_repeated else _value(value, field)


def _value(value: Any, field: Any) -> Any:
    if isinstance(value, Timestamp):
        return value.ToJsonString()
    if isinstance(value, Message):
        return _plain(value)
    if field.enum_type is not None:
        prefix = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", field.enum_type.name).upper()
        return field.enum_type.values_by_number[value].name.removeprefix(f"{prefix}_")
    return value
