"""The limit of the gate: the same question through the same doors, answered by a constant, or by one row read by its key."""

import os
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from huiyuan.consent.v1 import decisions_pb2
from huiyuan.consent.v1.decisions_connect import DecisionsService, DecisionsServiceASGIApplication
from starlette.applications import Starlette
from starlette.routing import Mount

from services.kit import database, health, process, rpc
from services.kit.tokens import TokenVerifier

_ANSWER = decisions_pb2.CheckResponse(
    allow=True,
    reason="CONSENT_GIVEN",
    article="PIPL 13(1)",
    record_id="00000000-0000-0000-0000-000000000000",
    epoch=1,
    lawful_basis=1,
)


class Echo(DecisionsService):
    """Asked for the purpose ``select``, reads the member's row; otherwise answers at once."""

    def __init__(self, pool: database.Pool) -> None:
        self._pool = pool

    def constant(self, request: decisions_pb2.CheckRequest) -> decisions_pb2.CheckResponse | None:
        return None if request.purpose == "select" else _ANSWER

    @rpc.allow(rpc.anyone, at_once=constant)
    async def check(self, request: decisions_pb2.CheckRequest, _: Any) -> decisions_pb2.CheckResponse:
        if request.purpose == "select":
            await self._pool.fetchrow(
                "SELECT member_id, epoch FROM members WHERE member_id = $1", UUID(request.member_id)
            )
        return _ANSWER

    give_consent = withdraw_consent = check_many = batch_get_consents = refuse_consent = (
        verify_signed_document
    ) = check


def main() -> None:
    """Serve until told to stop."""
    keys = {"gateway": b64decode(os.environ["CALLER_KEY_GATEWAY_CONSENT"])}
    tokens = TokenVerifier(Path(os.environ["AUTH_JWKS"]), os.environ["AUTH_ISSUER"], "huiyuan-services")
    gatekeeper = rpc.Gatekeeper(rpc.CallerVerifier("consent", keys), tokens)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pool = await database.pool(os.environ["DATABASE_URL_CONSENT"])
        door = gatekeeper.admit(Echo(pool), DecisionsServiceASGIApplication)
        app.router.routes.append(Mount(door.path, door))
        app.router.routes.extend(health.routes({}))
        yield
        await pool.close()

    front = rpc.Front(Starlette(lifespan=lifespan), gatekeeper)
    process.serve(front, host="127.0.0.1", port=int(sys.argv[1]), direct=front.direct)


if __name__ == "__main__":
    main()
