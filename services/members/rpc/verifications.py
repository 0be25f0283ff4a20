"""Verifications, asked: codes are requested, tried and claimed, and logins are told."""

from typing import Any
from uuid import UUID

from huiyuan.members.v1 import verifications_pb2 as wire

from services.kit import clock, rpc
from services.kit.refusal import Refusal
from services.members.actions import verifications as actions
from services.members.rpc import activities
from services.members.rpc.claims import Claims
from services.members.rpc.collecting import Collecting
from services.members.rpc.identities import identity_of
from services.members.rpc.linking import Linking, linked
from services.members.rpc.logins import Logins
from services.members.rpc.merges import known_id, merge_view
from services.members.rpc.senders import Message, Sender
from services.members.rules import verifications as rules
from services.members.rules.identities import Identity
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import member_id_of, new_member_id
from services.members.rules.verifications import (
    CodesNotSent,
    Verification,
    VerificationNotOpen,
    VerificationState,
)
from services.members.storage.databases import Databases

_askers = (rpc.members, rpc.systems("member_registrar"))


class Verifications:
    """The handlers of ``VerificationsService``."""

    def __init__(self, databases: Databases, ring: KeyRing, sender: Sender, listed: Collecting) -> None:
        self._databases = databases
        self._ring = ring
        self._sender = sender
        self._links = Linking(databases, ring, listed)
        self._claims = Claims(databases, ring, self._links)
        self._logins = Logins(databases, ring, self._links, self._claims)

    @rpc.allow(*_askers)
    async def request_verification_code(
        self, request: wire.RequestVerificationCodeRequest, _: Any
    ) -> wire.RequestVerificationCodeResponse:
        member_id = _asking_for(request.member_id)
        identity = identity_of(request.identity)
        rules.be_verifiable(identity)
        # Of a device only a login system tells, which keeps its name where nobody else writes it.
        device = "" if member_id else request.device
        requester = rules.Requester(member_id, request.client_address, device)
        now, code = clock.now(), rules.new_code()
        verification_id, place = new_member_id(now), self._ring.find(identity)
        content = rules.code_content(verification_id, place, code)
        new = Verification(
            verification_id,
            place,
            member_id,
            rpc.caller().actor,
            self._ring.request_digest(content).digest,
            VerificationState.OPEN,
            0,
            now,
            now + rules.GOOD_FOR,
        )
        async with self._databases.keys.begin() as connection:
            resend_at = await actions.request(connection, self._ring, new, requester, now)
        message = Message(verification_id, identity, code, request.language[:35], now, new.expires_at)
        try:
            await self._sender.send(message)
        except CodesNotSent:
            async with self._databases.keys.begin() as connection:
                await actions.void(connection, self._ring, verification_id)
            raise
        return wire.RequestVerificationCodeResponse(
            verification_id=str(verification_id),
            expires_at=new.expires_at,
            resend_at=resend_at,
        )

    @rpc.allow(*_askers)
    async def confirm_verification_code(
        self, request: wire.ConfirmVerificationCodeRequest, _: Any
    ) -> wire.ConfirmVerificationCodeResponse:
        member_id = _asking_for(request.member_id)
        identity = identity_of(request.identity)
        code, now = rules.code_of(request.code), clock.now()
        async with self._databases.keys.begin() as connection:
            tried = await actions.attempt(
                connection,
                self._ring,
                _verification_id(request.verification_id),
                self._ring.find(identity),
                member_id,
                rpc.caller().actor,
                code,
                now,
            )
        if isinstance(tried, Refusal):
            raise tried
        if member_id is None:
            return await self._prove(tried, identity)
        await activities.note(self._databases, member_id, now)
        found = await self._claims.take(tried, member_id, identity, now)
        if found.link is None:
            return wire.ConfirmVerificationCodeResponse(
                outcome=wire.VERIFICATION_OUTCOME_HELD_BY_ANOTHER,
                choices=[choice.value for choice in found.choices],  # type: ignore[misc]  # numbered as the contract's
                claim_until=now + rules.CLAIM_WITHIN,
            )
        return wire.ConfirmVerificationCodeResponse(
            outcome=wire.VERIFICATION_OUTCOME_VERIFIED, identity=linked(self._ring, found.link)
        )

    @rpc.allow(rpc.members)
    async def claim_identity(self, request: wire.ClaimIdentityRequest, _: Any) -> wire.ClaimIdentityResponse:
        rpc.be_member(request.member_id)
        identity = identity_of(request.identity)
        claimed = await self._claims.claim(
            _verification_id(request.verification_id),
            known_id(request.member_id, "member_id"),
            identity,
            request.choice,
            rpc.caller().actor,
            clock.now(),
        )
        answer = wire.ClaimIdentityResponse()
        if claimed.link is not None:
            answer.identity.CopyFrom(linked(self._ring, claimed.link))
        if claimed.merge is not None:
            answer.merge.CopyFrom(merge_view(claimed.merge, {}))
        return answer

    @rpc.allow(rpc.systems("member_registrar"))
    async def record_login(self, request: wire.RecordLoginRequest, _: Any) -> wire.RecordLoginResponse:
        return await self._logins.record(request, rpc.caller().actor, clock.now())

    async def _prove(self, proven: Verification, identity: Identity) -> wire.ConfirmVerificationCodeResponse:
        """Whose a proven identity is; an unverified link says nothing, since anyone may have claimed it."""
        holder = await self._links.holder(identity)
        member_id = await self._links.survivor(holder.member_id) if holder and holder.verified else None
        async with self._databases.keys.begin() as connection:
            # Of several who send the right code at once one signs in: what a code proves, it proves once.
            if not await actions.settle(connection, proven):
                raise VerificationNotOpen
        if member_id is not None:
            await activities.note(self._databases, member_id, clock.now())
        return wire.ConfirmVerificationCodeResponse(
            outcome=wire.VERIFICATION_OUTCOME_PROVEN, member_id=str(member_id or "")
        )


def _asking_for(member_id: str) -> UUID | None:
    """For whom a code is asked: members ask for themselves, systems for nobody."""
    if rpc.caller().kind is rpc.CallerKind.MEMBER:
        rpc.be_member(member_id)
        return known_id(member_id, "member_id")
    if member_id:
        raise rpc.NotAllowed("only members ask for codes in their own name", field="member_id")
    return None


def _verification_id(text: str) -> UUID:
    verification_id = member_id_of(text)
    if verification_id is None:
        raise VerificationNotOpen
    return verification_id
