"""Integrity at the door: what the last verification found, and where the chains end now."""

from typing import Any

from huiyuan.loyalty.v1 import integrity_pb2 as wire

from services.kit import clock, database, rpc
from services.loyalty.rpc.wire import timestamp
from services.loyalty.storage.ledger import heads
from services.loyalty.storage.ledger.integrity import verifications
from services.loyalty.storage.ledger.integrity.checks import Mismatch
from services.loyalty.storage.ledger.integrity.verifications import Verification


class Integrity:
    """``huiyuan.loyalty.v1.IntegrityService``."""

    def __init__(self, pool: database.Pool) -> None:
        self._pool = pool

    @rpc.allow(rpc.staff("operations", "program_admin", "auditor"))
    async def get_integrity(self, request: wire.GetIntegrityRequest, _: Any) -> wire.GetIntegrityResponse:
        last = await verifications.last(self._pool)
        known = {head.lane: head for head in last.heads} if last is not None else {}
        response = wire.GetIntegrityResponse()
        for lane, seq, sealed in await heads.heads(self._pool):
            verified = known.get(lane)
            response.heads.add(
                lane=lane,
                seq=seq,
                hash=sealed,
                verified_seq=verified.seq if verified else 0,
                published_seq=(verified.published_seq or 0) if verified else 0,
            )
        if last is not None:
            response.last.CopyFrom(_verification(last))
            response.age_seconds = int((clock.now() - last.finished_at).total_seconds())
        return response


def _verification(of: Verification) -> wire.Verification:
    return wire.Verification(
        verification_id=of.verification_id,
        started_at=timestamp(clock.micros(of.started_at)),
        finished_at=timestamp(clock.micros(of.finished_at)),
        entries=of.entries,
        batches=of.batches,
        wallets=of.wallets,
        entries_per_second=of.entries_per_second,
        mismatches=of.wrong,
        checks=[
            wire.VerifiedCheck(
                name=check.name, rows=check.rows, seconds=check.seconds, mismatches=check.mismatches
            )
            for check in of.checks
        ],
        first_mismatches=[_mismatch(each) for each in of.mismatches],
    )


def _mismatch(of: Mismatch) -> wire.Mismatch:
    return wire.Mismatch(check=of.check, table=of.table, row=of.row, what=of.what)
