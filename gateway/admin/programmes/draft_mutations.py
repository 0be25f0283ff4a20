"""Writing drafts: how program admins make a programme's next version, and who publishes it."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from google.protobuf.field_mask_pb2 import FieldMask
from huiyuan.loyalty.v1 import drafts_pb2, programmes_pb2

from gateway.admin.audit import audited
from gateway.admin.earning.earn_rules import EarnRuleInput
from gateway.admin.permissions import DRAFT_PUBLISHERS, DRAFTERS, to
from gateway.admin.programmes.currencies import CurrencyRulesInput
from gateway.admin.programmes.drafts import ProgrammeDraft, draft
from gateway.admin.programmes.programmes import Programme, programme
from gateway.admin.texts import LocalizedTextInput
from gateway.admin.tiers.tier_schemes import TierRuleInput, TierSchemeInput
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import timestamp


@strawberry.input(description="Parts of a version: what is given replaces its part, empty lists too.")
class ProgrammePartsInput:
    name: LocalizedTextInput | None = None
    currencies: list[CurrencyRulesInput] | None = strawberry.field(
        default=None, description="All currencies: those that are there must stay, and stay spendable or not."
    )
    earn_rules: list[EarnRuleInput] | None = None
    tiers: list[TierRuleInput] | None = strawberry.field(default=None, description="All tiers, lowest first.")
    tier_scheme: TierSchemeInput | None = strawberry.field(
        default=None,
        description="What the ladder as a whole says, and where members of tiers go that are left out.",
    )
    two_persons: bool | None = strawberry.field(
        default=None,
        description="True: from then on whoever publishes is a program_publisher and wrote nothing of the draft.",
    )

    def given(self) -> tuple[programmes_pb2.Programme, FieldMask]:
        """The parts as the service takes them, and which they are."""
        parts: dict[str, Any] = {
            "name": None if self.name is None else self.name.wire(),
            "currencies": _wired(self.currencies),
            "earn_rules": _wired(self.earn_rules),
            "tiers": _wired(self.tiers),
            "tier_scheme": None if self.tier_scheme is None else self.tier_scheme.wire(),
            "two_persons": self.two_persons,
        }
        given = {name: part for name, part in parts.items() if part is not None}
        return programmes_pb2.Programme(**given), FieldMask(paths=list(given))


@strawberry.input(description="A draft of a programme's next version.")
class CreateProgrammeDraftInput(ProgrammePartsInput):
    programme_id: str = DEFAULT_PROGRAMME
    based_on_version: int | None = strawberry.field(
        default=None, description="Without it, the newest; refused when it is not the newest."
    )
    restored_version: int | None = strawberry.field(
        default=None,
        description="Begins with what this version said, in place of the newest, be it canceled: how a change is undone. "
        "Currencies of since stay, and how versions are published.",
    )
    idempotency_key: str = strawberry.field(
        description="1 to 100 characters; the same again gives the same draft."
    )
    reason: str = strawberry.field(description="Why, in one line of 1 to 200 characters.")


@strawberry.input(description="What to change in a draft.")
class ChangeProgrammeDraftInput(ProgrammePartsInput):
    draft_id: UUID
    edition: int = strawberry.field(description="The edition this change was made from.")
    reason: str = strawberry.field(description="Why, in one line of 1 to 200 characters.")


@strawberry.input(description="A draft, as it was looked at.")
class ProgrammeDraftInput:
    draft_id: UUID
    edition: int = strawberry.field(description="Refused when another came between.")
    reason: str = strawberry.field(description="Why, in one line of 1 to 200 characters.")


@strawberry.input(description="A draft to publish, as it was looked at.")
class PublishProgrammeDraftInput(ProgrammeDraftInput):
    effective_at: datetime | None = strawberry.field(
        default=None, description="Without it, at once. Never in the past."
    )


@strawberry.type
class ProgrammeDraftPayload:
    draft: ProgrammeDraft | None
    replayed: bool = strawberry.field(description="True when it was done before.")
    user_errors: list[UserError]


@strawberry.type
class PublishProgrammeDraftPayload:
    draft: ProgrammeDraft | None
    programme: Programme | None = strawberry.field(description="The version that was published.")
    replayed: bool = strawberry.field(description="True when it was published before.")
    user_errors: list[UserError]


@strawberry.type
class ProgrammeDraftMutations:
    @strawberry.mutation(
        metadata=to(DRAFTERS), description="Begins a draft of a programme's next version from the newest."
    )
    async def create_programme_draft(
        self, info: Info, input: CreateProgrammeDraftInput
    ) -> ProgrammeDraftPayload:
        given, mask = input.given()
        request = drafts_pb2.CreateDraftRequest(
            programme_id=input.programme_id,
            based_on_version=input.based_on_version or 0,
            restored_version=input.restored_version or 0,
            programme=given,
            update_mask=mask,
            reason=input.reason,
            idempotency_key=input.idempotency_key,
        )
        subject = {
            "programmeId": input.programme_id,
            "restoredVersion": input.restored_version,
            "parts": list(mask.paths),
        }
        call = info.context.clients.drafts.create_draft
        return _payload(*await _done(info, "createProgrammeDraft", subject, call, request))

    @strawberry.mutation(metadata=to(DRAFTERS), description="Replaces parts of a draft.")
    async def change_programme_draft(
        self, info: Info, input: ChangeProgrammeDraftInput
    ) -> ProgrammeDraftPayload:
        given, mask = input.given()
        request = drafts_pb2.ChangeDraftRequest(
            draft_id=str(input.draft_id),
            edition=input.edition,
            programme=given,
            update_mask=mask,
            reason=input.reason,
        )
        subject = _subject(input) | {"parts": list(mask.paths)}
        call = info.context.clients.drafts.change_draft
        return _payload(*await _done(info, "changeProgrammeDraft", subject, call, request))

    @strawberry.mutation(
        metadata=to(DRAFTERS),
        description="Takes over what was published since a draft was begun, where the draft left it as it was.",
    )
    async def rebase_programme_draft(self, info: Info, input: ProgrammeDraftInput) -> ProgrammeDraftPayload:
        request = drafts_pb2.RebaseDraftRequest(
            draft_id=str(input.draft_id), edition=input.edition, reason=input.reason
        )
        call = info.context.clients.drafts.rebase_draft
        return _payload(*await _done(info, "rebaseProgrammeDraft", _subject(input), call, request))

    @strawberry.mutation(metadata=to(DRAFTERS), description="Closes a draft that will not be published.")
    async def discard_programme_draft(self, info: Info, input: ProgrammeDraftInput) -> ProgrammeDraftPayload:
        request = drafts_pb2.DiscardDraftRequest(
            draft_id=str(input.draft_id), edition=input.edition, reason=input.reason
        )
        call = info.context.clients.drafts.discard_draft
        return _payload(*await _done(info, "discardProgrammeDraft", _subject(input), call, request))

    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS),
        description="Publishes a draft as the programme's next version. Where the programme demands two persons, it "
        "takes a program_publisher who wrote nothing of it.",
    )
    async def publish_programme_draft(
        self, info: Info, input: PublishProgrammeDraftInput
    ) -> PublishProgrammeDraftPayload:
        request = drafts_pb2.PublishDraftRequest(
            draft_id=str(input.draft_id),
            edition=input.edition,
            effective_at=timestamp(input.effective_at),
            reason=input.reason,
        )
        call = info.context.clients.drafts.publish_draft
        published, refused = await _done(info, "publishProgrammeDraft", _subject(input), call, request)
        return PublishProgrammeDraftPayload(
            draft=draft(published.draft) if published else None,
            programme=programme(published.programme) if published else None,
            replayed=published is not None and published.replayed,
            user_errors=refused,
        )


def _subject(input: ChangeProgrammeDraftInput | ProgrammeDraftInput) -> dict[str, object]:
    return {"draftId": str(input.draft_id), "edition": input.edition}


async def _done(
    info: Info,
    operation: str,
    subject: Mapping[str, object],
    call: Callable[..., Awaitable[Any]],
    request: Any,
) -> tuple[Any, list[UserError]]:
    """Ask the service, as the audit then says."""
    context = info.context
    return await audited(
        info,
        operation,
        subject,
        request.reason,
        lambda: call(request, headers=context.named(LOYALTY)),
    )


def _payload(answer: Any, refused: list[UserError]) -> ProgrammeDraftPayload:
    return ProgrammeDraftPayload(
        draft=draft(answer.draft) if answer else None,
        # Changes are told apart by their edition: who sends one again is refused, and never answered again.
        replayed=bool(getattr(answer, "replayed", False)),
        user_errors=refused,
    )


def _wired(inputs: list[Any] | None) -> list[Any] | None:
    return None if inputs is None else [one.wire() for one in inputs]
