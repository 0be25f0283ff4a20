"""RPC: who is calling, what they may call, and how refusals travel; for servers and clients alike.

Two kinds of proof are accepted: a **caller assertion**, signed by one of our own processes for the service it
calls (header ``huiyuan-caller``, and once per item in batch reads), and a **bearer token** of the operator's
issuer with the services' audience, for the operator's other systems.
"""

from services.kit.rpc.callers import (
    ASSERTION_LIFE_S,
    CALLER_HEADER,
    Caller,
    CallerKind,
    CallerNotProven,
    CallerSigner,
    CallerVerifier,
)
from services.kit.rpc.clients import client
from services.kit.rpc.encoded import Encoded, embedded, repeated
from services.kit.rpc.front import Front
from services.kit.rpc.gatekeeper import READ_MAX_BYTES, Gatekeeper, NotSignedIn
from services.kit.rpc.grants import (
    Grant,
    NotAllowed,
    allow,
    anyone,
    be_member,
    caller,
    caller_of_item,
    members,
    per_item,
    services,
    staff,
    systems,
)
from services.kit.rpc.lane import Lane, one_or_many
from services.kit.rpc.refusals import (
    RemoteRefusal,
    ServiceFailed,
    ServiceUnavailable,
    refusal_of,
    wire_refusal,
)

__all__ = [
    "ASSERTION_LIFE_S",
    "CALLER_HEADER",
    "READ_MAX_BYTES",
    "Caller",
    "CallerKind",
    "CallerNotProven",
    "CallerSigner",
    "CallerVerifier",
    "Encoded",
    "Front",
    "Gatekeeper",
    "Grant",
    "Lane",
    "NotAllowed",
    "NotSignedIn",
    "RemoteRefusal",
    "ServiceFailed",
    "ServiceUnavailable",
    "allow",
    "anyone",
    "be_member",
    "caller",
    "caller_of_item",
    "client",
    "embedded",
    "members",
    "one_or_many",
    "per_item",
    "refusal_of",
    "repeated",
    "services",
    "staff",
    "systems",
    "wire_refusal",
]
