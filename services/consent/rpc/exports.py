"""Exports at the door: what a member decided, and for what their data is used, for the member's own package."""

from typing import Any

from huiyuan.consent.v1 import exports_pb2 as wire_exports

from services.consent.rpc import wire
from services.consent.storage import exports
from services.consent.storage.gate import GateReads
from services.kit import database, rpc
from services.kit.rpc.exports import table

HISTORY = {
    "record_id": "text",
    "pii_principal_id": "text",
    "event_time": "instant",
    "event_state": "text",
    "event_type": "text",
    "purpose": "text",
    "purpose_version": "integer",
    "lawful_basis": "text",
    "form": "text",
    "recipient_id": "text",
    "recipient_third_parties": "text",
    "pii_information": "text",
    "privacy_notice": "text",
    "language": "text",
    "channel": "text",
    "retention_period": "text",
    "validity_duration": "text",
    "withdrawal_method": "text",
    "articles": "text",
}
PURPOSES = {
    "key": "text",
    "version": "integer",
    "name_zh": "text",
    "name_en": "text",
    "description_zh": "text",
    "description_en": "text",
    "lawful_basis": "text",
    "necessity": "text",
    "categories": "text",
    "recipients": "text",
    "storage_locations": "text",
    "retention": "text",
}
RIGHTS_REQUESTS = {
    "request_id": "text",
    "kind": "text",
    "state": "text",
    "purposes": "text",
    "subject": "text",
    "channel": "text",
    "received_at": "instant",
    "due_at": "instant",
    "ended_at": "instant",
    "refusal_ground": "text",
    "refusal_article": "text",
    "refusal_remedy": "text",
    "appeal_of": "text",
}

HELD = {
    "sending_preferences": {"preferences": "json"},
    "preference_changes": {"kind": "text", "change": "json", "changed_by": "text", "changed_at": "instant"},
    # An empty channel stands for all of them, an empty end for no end.
    "suppressions": {
        "channel": "text",
        "reason": "text",
        "since": "instant",
        "until": "instant",
        "suppressed_by": "text",
    },
    "sends": {
        "send_id": "text",
        "channel": "text",
        "topic": "text",
        # Whether it counts towards the frequency caps.
        "counted": "boolean",
        "claimed_at": "instant",
        "released_at": "instant",
    },
    # All that was restricted from then on: purposes, or * for all that the contract does not need.
    "restrictions": {"purposes": "text", "request_id": "text", "changed_at": "instant"},
    "directives": {"directive": "text", "set_at": "instant"},
    "guardian_changes": {
        "kind": "text",
        "verification": "text",
        "changed_by": "text",
        "changed_at": "instant",
    },
    "signed_documents": {"record_id": "text", "media_type": "text", "reference": "text"},
    # The years in which the member's data went abroad.
    "sent_abroad": {"year": "integer", "sensitive": "boolean"},
}


class Exports:
    """``huiyuan.consent.v1.ExportsService``."""

    def __init__(self, pool: database.Pool) -> None:
        self._pool = pool
        self._reads = GateReads(pool)

    @rpc.allow(rpc.services("members"))
    async def export_member(
        self, request: wire_exports.ExportMemberRequest, _: Any
    ) -> wire_exports.ExportMemberResponse:
        member_id = wire.uuid_of(request.member_id)
        # As of one moment: no table tells of what another does not know.
        async with database.snapshot(self._pool) as reader:
            history = await exports.history(reader, member_id)
            held = await exports.tables(reader, member_id)
            requests = await exports.rights_requests(reader, member_id)
            in_force, _ = await self._reads.all([], reader)
        purposes = [
            (
                terms.key,
                purpose.version,
                terms.name.zh,
                terms.name.en,
                terms.description.zh,
                terms.description.en,
                terms.lawful_basis,
                terms.necessity,
                "; ".join(terms.categories),
                "; ".join(terms.recipients),
                "; ".join(terms.storage_locations),
                terms.retention,
            )
            for purpose in in_force
            for terms in (purpose.terms,)
        ]
        return wire_exports.ExportMemberResponse(
            tables=[
                table("consents", HISTORY, [tuple(row) for row in history]),
                table("purposes", PURPOSES, purposes),
                table("rights_requests", RIGHTS_REQUESTS, [tuple(row) for row in requests]),
                *(table(name, HELD[name], [tuple(row) for row in rows]) for name, rows in held.items()),
            ]
        )
