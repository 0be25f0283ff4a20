"""Evidence: the log by which anyone can prove a consent, without asking us again."""

import strawberry
from huiyuan.consent.v1 import receipts_pb2

from gateway.clients import CONSENT
from gateway.context import Info
from gateway.scalars import Long
from gateway.storefront.permissions import PUBLIC


@strawberry.type(description="The log of all consents, as it was last signed.")
class ConsentLog:
    checkpoint: str | None = strawberry.field(
        description="A signed note: the log's name, how many records it holds and its Merkle root; null while "
        "nothing was signed."
    )
    size: Long = strawberry.field(description="How many records it covers.")
    public_keys: list[str] = strawberry.field(
        description="Ed25519 keys in base64, by which receipts and checkpoints are verified."
    )


@strawberry.type(
    description="Proof that the log of fewer records is how the log of more begins (RFC 9162, 2.1.4)."
)
class ConsistencyProof:
    newer_size: Long
    hashes: list[str] = strawberry.field(description="SHA-256 hashes in hex, in the order of the RFC.")


@strawberry.type
class EvidenceQueries:
    @strawberry.field(
        metadata=PUBLIC,
        description="The log of all consents; it names nobody. Public, for whoever watches it.",
    )
    async def consent_log(self, info: Info) -> ConsentLog | None:
        clients = info.context.clients
        wire = await clients.receipts.get_log(
            receipts_pb2.GetLogRequest(), headers=info.context.named(CONSENT)
        )
        return ConsentLog(
            checkpoint=wire.checkpoint or None, size=Long(wire.size), public_keys=list(wire.public_keys)
        )

    @strawberry.field(
        metadata=PUBLIC,
        description="Proof that nothing of the log was rewritten between two of its sizes; the newer is today's "
        "when left out. Public.",
    )
    async def consent_log_consistency(
        self, info: Info, older_size: Long, newer_size: Long | None = None
    ) -> ConsistencyProof | None:
        clients = info.context.clients
        wire = await clients.receipts.get_consistency_proof(
            receipts_pb2.GetConsistencyProofRequest(older_size=older_size, newer_size=newer_size or 0),
            headers=info.context.named(CONSENT),
        )
        return ConsistencyProof(newer_size=Long(wire.newer_size), hashes=[one.hex() for one in wire.hashes])
