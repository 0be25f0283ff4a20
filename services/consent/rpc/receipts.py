"""Receipts asked: a member's history, the receipt of a record, and the log that proves it."""

from typing import Any
from uuid import UUID

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import receipts_pb2

from services.consent.rpc.guardians import be_reader
from services.consent.rpc.wire import uuid_of
from services.consent.rules.checklists import Malformed
from services.consent.rules.evidence import Keys, receipt
from services.consent.storage import log, merges, records
from services.consent.storage.records import Place, Written
from services.kit import database, rpc
from services.kit.refusal import Declined, NotFound, Unavailable
from services.kit.signing import SigningKey, key_id, shown

_READERS = (rpc.members, rpc.staff("privacy_officer", "support"))
_LONGEST_PAGE = 100
_READY_AFTER_MS = 2_000
Context = RequestContext[Any, Any]


class RecordNotFound(NotFound):
    """The member has no record of this id."""


class ReceiptNotReady(Unavailable):
    """The log's next checkpoint, which will cover the record, is seconds away."""


class EvidenceShredded(Declined):
    """The record's own retention has ended, and what proved it was destroyed."""


class ReceiptsNotSigned(Unavailable):
    """No signing key is set up, so there are no receipts."""


class Receipts:
    """Serves ``ReceiptsService``; ``issuer`` is who answers for the processing."""

    def __init__(
        self,
        engine: database.Engine,
        pool: database.Pool,
        issuer: str,
        key: SigningKey | None,
        keys: Keys,
    ) -> None:
        self._engine = engine
        self._pool = pool
        self._issuer = issuer
        self._key = key
        self._keys = keys

    @rpc.allow(*_READERS)
    async def list_records(
        self, request: receipts_pb2.ListRecordsRequest, _: Context
    ) -> receipts_pb2.ListRecordsResponse:
        await be_reader(self._engine, request.member_id)
        member_id, before = uuid_of(request.member_id), _place(request.after)
        if not 1 <= request.first <= _LONGEST_PAGE:
            raise Malformed(f"first must be between 1 and {_LONGEST_PAGE}", field="first")
        async with self._engine.connect() as connection:
            found = await records.page(connection, member_id, before, request.first + 1)
        return receipts_pb2.ListRecordsResponse(
            records=[_wire(written) for written in found[: request.first]],
            has_next_page=len(found) > request.first,
        )

    @rpc.allow(*_READERS)
    async def get_receipt(
        self, request: receipts_pb2.GetReceiptRequest, _: Context
    ) -> receipts_pb2.GetReceiptResponse:
        await be_reader(self._engine, request.member_id)
        member_id, record_id = uuid_of(request.member_id), uuid_of(request.record_id, "record_id")
        if self._key is None:
            raise ReceiptsNotSigned("no signing key is set up here: set CONSENT_SIGNING_KEY")
        found = await log.proven(self._pool, record_id, self._keys)
        async with self._engine.connect() as connection:
            theirs = await merges.ids(connection, await merges.survivor(connection, member_id))
        if found is None or found.member_id not in theirs:
            raise RecordNotFound("this member has no such record", field="record_id")
        if found.shredded:
            raise EvidenceShredded("what proved this record was destroyed when its retention ended (PIPL 19)")
        if found.proof is None:
            message = "the record is kept, and its receipt is ready in a few seconds: ask again"
            raise ReceiptNotReady(message, retry_after_ms=_READY_AFTER_MS)
        async with self._engine.connect() as connection:
            record = await records.one(connection, found.member_id, Place(found.epoch, found.ord))
        name = key_id(self._key.public_key())
        signed = receipt(record.canonical, found.proof, self._issuer, name, self._key)
        return receipts_pb2.GetReceiptResponse(receipt=signed)

    @rpc.allow(rpc.anyone)
    async def get_log(self, _: receipts_pb2.GetLogRequest, __: Context) -> receipts_pb2.GetLogResponse:
        newest = await log.newest_checkpoint(self._pool, self._keys)
        return receipts_pb2.GetLogResponse(
            checkpoint=newest.note if newest else "",
            size=newest.size if newest else 0,
            public_keys=[shown(key) for key in self._keys.values()],
        )

    @rpc.allow(rpc.anyone)
    async def get_consistency_proof(
        self, request: receipts_pb2.GetConsistencyProofRequest, _: Context
    ) -> receipts_pb2.GetConsistencyProofResponse:
        newest = await log.newest_checkpoint(self._pool, self._keys)
        most = newest.size if newest else 0
        newer = request.newer_size or most
        if not 0 < request.older_size <= newer <= most:
            raise Malformed(
                "the sizes must be of checkpoints, the older not above the newer",
                field="older_size",
            )
        hashes = await log.consistency(self._pool, request.older_size, newer)
        return receipts_pb2.GetConsistencyProofResponse(newer_size=newer, hashes=hashes)


def _place(cursor: str) -> Place | None:
    if not cursor:
        return None
    place, _, under = cursor.partition("@")
    epoch, _, nth = place.partition(".")
    if not (epoch.isascii() and epoch.isdigit() and nth.isascii() and nth.isdigit() and len(place) <= 24):
        raise Malformed("after must be a cursor that an earlier page gave", field="after")
    return Place(int(epoch), int(nth), uuid_of(under, "after") if under else None)


def _wire(written: Written) -> receipts_pb2.ConsentRecord:
    record, place = written.record, written.place
    return receipts_pb2.ConsentRecord(
        record_id=str(UUID(int=record.record_id.int)),
        cursor=f"{place.epoch}.{place.ord}" + (f"@{place.under}" if place.under else ""),
        purpose=record.purpose,
        purpose_version=record.purpose_version,
        event_state=record.event_state,
        event_time=record.event_time,
        recipient_id=record.recipient_id,
        privacy_notice=record.privacy_notice or "",
        notice_digest=record.notice_digest.hex() if record.notice_digest else "",
        channel=record.channel,
        form=record.form,
        articles=record.articles,
        pii_information=record.pii_information,
        retention_period=record.retention_period,
        record_digest=written.digest.hex(),
    )
