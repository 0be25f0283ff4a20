"""Consents: what members are asked and why, and how they give and withdraw."""

from dataclasses import replace

import strawberry
from huiyuan.consent.v1 import decisions_pb2, purposes_pb2

from gateway.auth import ANYONE
from gateway.clients import CONSENT
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.loaders.catalogue import Answer
from gateway.scalars import Locale
from gateway.storefront.notices import ConsentPurpose, purposes
from gateway.storefront.permissions import PUBLIC
from gateway.views.consents import Consent, consent
from gateway.views.notices import Notice, notice


@strawberry.input(description="A document that the member signed, for purposes that take written consent.")
class SignedDocumentInput:
    digest: str = strawberry.field(description="SHA-256 of the document, in hex.")
    media_type: str = strawberry.field(description='For instance "application/pdf".')
    reference: str = strawberry.field(description="Where the operator keeps it: an id without personal data.")

    def wire(self) -> decisions_pb2.SignedDocument:
        return decisions_pb2.SignedDocument(
            digest=self.digest, media_type=self.media_type, reference=self.reference
        )


_CHILD = "The child under fourteen whose guardian the signed-in member is (PIPL 31); null: for oneself."


@strawberry.input(description="One act of consent, for the purposes named.")
class GiveConsentInput:
    purposes: list[str]
    notice_id: strawberry.ID = strawberry.field(description="The notice that was shown.")
    notice_digest: str = strawberry.field(description="Its digest as served, which proves what was shown.")
    affirmative_act: bool = strawberry.field(description="True when the member ticked, tapped or signed.")
    preselected: bool = strawberry.field(default=False, description="True when the box came ticked: refused.")
    recipient_id: str | None = strawberry.field(
        default=None, description="The third party it is for, if any."
    )
    channel: str = strawberry.field(description='Where it was asked, for instance "app" or "web".')
    app_version: str | None = None
    screen_digest: str | None = strawberry.field(default=None, description="SHA-256 of the screen, in hex.")
    language: str | None = strawberry.field(
        default=None, description="BCP 47; without it, the language of the notice."
    )
    signed_document: SignedDocumentInput | None = strawberry.field(
        default=None, description="Needed where the purpose's form is WRITTEN, and nowhere else."
    )
    child_id: strawberry.ID | None = strawberry.field(default=None, description=_CHILD)
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.input(description="The purposes to withdraw from; no reason is needed.")
class WithdrawConsentInput:
    purposes: list[str]
    recipient_id: str | None = strawberry.field(
        default=None,
        description="Withdraws from this third party alone; null: from us and from everyone it was given for.",
    )
    child_id: strawberry.ID | None = strawberry.field(default=None, description=_CHILD)
    channel: str
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.type
class GiveConsentPayload:
    consents: list[Consent]
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.type
class WithdrawConsentPayload:
    consents: list[Consent] = strawberry.field(
        description="What ended: each purpose, and each third party's consent to it that stood."
    )
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.type
class RefuseConsentPayload:
    consents: list[Consent]
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.input(description="The purposes that the member was asked about and says no to.")
class RefuseConsentInput:
    purposes: list[str]
    recipient_id: str | None = None
    channel: str
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.type
class ConsentQueries:
    @strawberry.field(
        metadata=PUBLIC, description="What members are asked, why, and the notices to show. Public."
    )
    async def consent_purposes(self, info: Info, locale: Locale | None = None) -> list[ConsentPurpose]:
        wanted = locale or info.context.locale
        load = info.context.load.purposes_by_locale.load

        async def asked() -> Answer:
            return Answer(purposes(await load(ANYONE, wanted.value), wanted))

        found: list[ConsentPurpose] = await info.context.catalogue.get(("purposes", wanted), asked)
        return found

    @strawberry.field(
        metadata=PUBLIC,
        description="One version of a notice, for ever: what a record says was shown. Null where there was none. Public.",
    )
    async def notice(self, info: Info, id: strawberry.ID) -> Notice | None:
        context = info.context
        wire = await context.clients.purposes.get_notice(
            purposes_pb2.GetNoticeRequest(notice_id=id), headers=context.named(CONSENT)
        )
        return notice(wire.notice) if wire.HasField("notice") else None


def _by_input(refused: list[UserError], child_id: str | None) -> list[UserError]:
    """Who is asked for is the input's child, or nothing of the input: the signed-in member."""
    named = ["input", "childId"] if child_id else None
    return [replace(one, field=named) if one.field == ["input", "memberId"] else one for one in refused]


@strawberry.type
class ConsentMutations:
    @strawberry.mutation(description="Records that the signed-in member gave consent.")
    async def give_consent(self, info: Info, input: GiveConsentInput) -> GiveConsentPayload:
        context = info.context
        request = decisions_pb2.GiveConsentRequest(
            member_id=input.child_id or context.member_id(),
            purposes=input.purposes,
            notice_id=input.notice_id,
            notice_digest=input.notice_digest,
            affirmative_act=input.affirmative_act,
            preselected=input.preselected,
            recipient_id=input.recipient_id or "",
            language=input.language or "",
            channel=input.channel,
            app_version=input.app_version or "",
            screen_digest=input.screen_digest or "",
            signed_document=input.signed_document.wire() if input.signed_document else None,
            idempotency_key=input.idempotency_key,
        )
        call = context.clients.decisions.give_consent(request, headers=context.named(CONSENT))
        given, refused = await attempt(call, context.locale)
        return GiveConsentPayload(
            consents=[consent(one, context.locale) for one in given.consents] if given else [],
            replayed=given is not None and given.replayed,
            user_errors=_by_input(refused, input.child_id),
        )

    @strawberry.mutation(description="Records that the signed-in member withdrew consent.")
    async def withdraw_consent(self, info: Info, input: WithdrawConsentInput) -> WithdrawConsentPayload:
        context = info.context
        request = decisions_pb2.WithdrawConsentRequest(
            member_id=input.child_id or context.member_id(),
            purposes=input.purposes,
            recipient_id=input.recipient_id or "",
            channel=input.channel,
            idempotency_key=input.idempotency_key,
        )
        call = context.clients.decisions.withdraw_consent(request, headers=context.named(CONSENT))
        withdrawn, refused = await attempt(call, context.locale)
        return WithdrawConsentPayload(
            consents=[consent(one, context.locale) for one in withdrawn.consents] if withdrawn else [],
            replayed=withdrawn is not None and withdrawn.replayed,
            user_errors=_by_input(refused, input.child_id),
        )

    @strawberry.mutation(
        description="Records that the signed-in member said no, so that nobody asks again before askAgainAt."
    )
    async def refuse_consent(self, info: Info, input: RefuseConsentInput) -> RefuseConsentPayload:
        context = info.context
        request = decisions_pb2.RefuseConsentRequest(
            member_id=context.member_id(),
            purposes=input.purposes,
            recipient_id=input.recipient_id or "",
            channel=input.channel,
            idempotency_key=input.idempotency_key,
        )
        call = context.clients.decisions.refuse_consent(request, headers=context.named(CONSENT))
        said, refused = await attempt(call, context.locale)
        return RefuseConsentPayload(
            consents=[consent(one, context.locale) for one in said.consents] if said else [],
            replayed=said is not None and said.replayed,
            user_errors=refused,
        )
