"""Events as webhooks tell them: which types there are, and a thin body of ids and numbers for each."""

from datetime import UTC, datetime
from typing import Any

import orjson
from google.protobuf.json_format import MessageToDict
from huiyuan.consent.v1 import events_pb2 as consent
from huiyuan.loyalty.v1 import events_pb2 as loyalty
from huiyuan.members.v1 import events_pb2 as members

from gateway.storage.webhooks.messages import Message
from services.kit import stream

TEST = "webhook.test"
"""What staff send to see whether an endpoint works; nobody asks for it by type."""

SERVICES = ("loyalty", "members", "consent")
_ENVELOPES: dict[str, Any] = {
    "loyalty": loyalty.LoyaltyEvent,
    "members": members.MembersEvent,
    "consent": consent.ConsentEvent,
}


def _type(field: str) -> str:
    """``order_recorded`` → ``order.recorded``."""
    return field.replace("_", ".", 1)


TYPES = tuple(
    sorted(
        # Several services may tell the same, each for itself.
        {
            _type(field.name)
            for envelope in _ENVELOPES.values()
            for field in envelope.DESCRIPTOR.oneofs_by_name["event"].fields
        }
    )
)
"""Every type that an endpoint may ask for."""


def message(event: stream.Event) -> Message | None:
    """What is told of an event; None of one that is newer than this gateway.

    Its id is made of its place in the stream, so that an event that travels twice is one message.
    """
    _, service, lane = event.stream.split(":")
    envelope = _ENVELOPES[service].FromString(event.body)
    field = envelope.WhichOneof("event")
    if field is None:
        return None
    occurred_at = envelope.occurred_at.ToDatetime(UTC)
    programme_id = getattr(envelope, "programme_id", "")
    data: dict[str, Any] = {
        "stream": f"{service}-{lane}",
        "sequence": [str(event.seq), str(event.ord)],
        **{
            name: value
            for name, value in (("memberId", envelope.member_id), ("programmeId", programme_id))
            if value
        },
    }
    if service == "consent":
        data["epoch"] = str(envelope.epoch)
    # protobuf's JSON: camelCase, and 64-bit numbers as strings, which no parser rounds.
    data |= MessageToDict(getattr(envelope, field), always_print_fields_with_no_presence=True)
    kind = _type(field)
    message_id = f"evt_{service}_{lane}_{event.seq}_{event.ord}"
    return Message(message_id, kind, programme_id, occurred_at, body(kind, occurred_at, data))


def body(type: str, at: datetime, data: dict[str, Any]) -> bytes:
    """The body of a webhook."""
    return orjson.dumps({"type": type, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data})
