"""Evidence: the records of a member's decisions, their receipts, and the log that proves them."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.consent.v1 import receipts_pb2

from gateway.clients import CONSENT
from gateway.context import Info
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import instant


@strawberry.enum(description="What a record says was decided.")
class ConsentEventState(Enum):
    GIVEN = "GIVEN"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


@strawberry.type(description="One decision on one purpose, as it was recorded; records never change.")
class ConsentRecord:
    id: strawberry.ID
    purpose: str = strawberry.field(description="The purpose's key.")
    purpose_version: int
    state: ConsentEventState
    decided_at: datetime
    recipient_id: str | None = strawberry.field(description="The third party it is about, if any.")
    notice_id: str | None = strawberry.field(description="The notice that was shown.")
    notice_digest: str | None = strawberry.field(description="Its SHA-256, in hex.")
    channel: str
    categories: list[str] = strawberry.field(description="The data that it is about.")
    articles: list[str] = strawberry.field(description="The articles of the law that it rests on.")
    retention: str = strawberry.field(description="How long the data may be kept, as an ISO 8601 duration.")
    digest: str = strawberry.field(description="The record's own SHA-256, in hex, which the log commits to.")


async def records(info: Info, member_id: str, first: int, after: str | None) -> Connection[ConsentRecord]:
    """A page of a member's records, newest first."""
    clients = info.context.clients
    request = receipts_pb2.ListRecordsRequest(
        member_id=member_id, first=page_size(first), after=key_of(after)
    )
    wire = await clients.receipts.list_records(request, headers=info.context.named(CONSENT))
    cursors = [record.cursor for record in wire.records]
    return connection(
        [_record(one) for one in wire.records], cursors, has_next_page=wire.has_next_page, after=after
    )


async def receipt(info: Info, member_id: str, record_id: str) -> str:
    """The receipt of one of a member's records."""
    clients = info.context.clients
    request = receipts_pb2.GetReceiptRequest(member_id=member_id, record_id=record_id)
    headers = info.context.named(CONSENT)
    return (await clients.receipts.get_receipt(request, headers=headers)).receipt


def _record(wire: receipts_pb2.ConsentRecord) -> ConsentRecord:
    return ConsentRecord(
        id=strawberry.ID(wire.record_id),
        purpose=wire.purpose,
        purpose_version=wire.purpose_version,
        state=ConsentEventState(wire.event_state),
        decided_at=instant(wire.event_time),
        recipient_id=wire.recipient_id or None,
        notice_id=wire.privacy_notice or None,
        notice_digest=wire.notice_digest or None,
        channel=wire.channel,
        categories=list(wire.pii_information),
        articles=list(wire.articles),
        retention=wire.retention_period,
        digest=wire.record_digest,
    )
