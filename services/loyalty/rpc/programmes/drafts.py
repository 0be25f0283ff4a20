"""Drafts at the door: a programme's next version is begun, changed, checked, compared, published or discarded."""

from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from huiyuan.loyalty.v1 import drafts_pb2 as wire
from huiyuan.loyalty.v1 import programmes_pb2
from huiyuan.loyalty.v1.programme_history_pb2 import DefinitionChange

from services.kit import database, rpc
from services.kit.refusal import Refusal
from services.loyalty.actions import drafts as actions
from services.loyalty.actions.programmes import TierHeld, UnknownVersion, be_left
from services.loyalty.actions.promises import unfit_in
from services.loyalty.rpc.members.birthdays import be_usable
from services.loyalty.rpc.members.consents import ConsentGate
from services.loyalty.rpc.names import own_id
from services.loyalty.rpc.programmes import changes, definitions
from services.loyalty.rpc.programmes.programmes import publisher, reason
from services.loyalty.rpc.programmes.rebasing import rebased
from services.loyalty.rpc.wire import MalformedId, choice, micros, page_size, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.earning.campaigns import be_affordable
from services.loyalty.rules.programmes.changes import Change, ChangeKind
from services.loyalty.rules.programmes.drafts import (
    Draft,
    DraftState,
    EditionKind,
    UnknownDraft,
    begun_from,
    restored,
)
from services.loyalty.rules.programmes.faults import faults
from services.loyalty.rules.programmes.programmes import Programme, ProgrammeHistory
from services.loyalty.rules.programmes.wellformed import ProgrammeNotWellFormed
from services.loyalty.storage.earning import campaigns
from services.loyalty.storage.programmes import drafts, programmes
from services.loyalty.storage.programmes.programmes import RevisedMeanwhile

_STATE = "DRAFT_STATE_"
_DISCARDED = Change("state", ChangeKind.CHANGED, DraftState.DRAFT, DraftState.DISCARDED)
_drafters = rpc.staff("program_admin")
_publishers = rpc.staff("program_admin", "program_publisher")
readers = rpc.staff("program_admin", "program_publisher", "operations", "support", "auditor")


class Drafts:
    """What of ``huiyuan.loyalty.v1.DraftsService`` is about drafts."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook, consents: ConsentGate) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._consents = consents

    @rpc.allow(_drafters)
    async def create_draft(self, request: wire.CreateDraftRequest, _: Any) -> wire.CreateDraftResponse:
        why, key = reason(request.reason), own_id(request.idempotency_key, "idempotency_key")
        known = (await programmes.load(self._pool)).history(request.programme_id)
        based_on = request.based_on_version or known.newest.version
        programme = definitions.revised(
            _beginning(known, based_on, request), request.programme, _parts(request)
        )
        await be_usable(self._consents, programme.earn_rules)
        now, who = self._rulebook.now(), rpc.caller().actor
        draft = Draft(
            draft_id=str(uuid4()),
            programme=programme,
            based_on_version=based_on,
            state=DraftState.DRAFT,
            edition=1,
            created_by=who,
            created_at=now,
            changed_by=who,
            changed_at=now,
            reason=why,
            idempotency_key=key,
            fingerprint=sha256(request.SerializeToString(deterministic=True)).digest()[:16],
        )
        async with self._pool.acquire() as connection, connection.transaction():
            kept, replayed = await actions.create(connection, draft)
            if not replayed and based_on != known.newest.version:
                raise _overtaken(known, based_on)
        new = [] if replayed else _differences(_version(known, based_on), kept.programme)
        return wire.CreateDraftResponse(draft=told(kept), replayed=replayed, changes=new)

    @rpc.allow(_drafters)
    async def change_draft(self, request: wire.ChangeDraftRequest, _: Any) -> wire.ChangeDraftResponse:
        step, known = self._step(request), await find(self._pool, request.draft_id)
        programme = definitions.revised(known.programme, request.programme, _parts(request))
        await be_usable(self._consents, programme.earn_rules)
        async with self._pool.acquire() as connection, connection.transaction():
            changed = await actions.change(connection, step, programme, known.based_on_version)
        return wire.ChangeDraftResponse(draft=told(changed), changes=_differences(known.programme, programme))

    @rpc.allow(_drafters)
    async def rebase_draft(self, request: wire.RebaseDraftRequest, _: Any) -> wire.RebaseDraftResponse:
        step, known = self._step(request), await find(self._pool, request.draft_id)
        history = await self._history(known.programme.programme_id)
        base = _version(history, known.based_on_version)
        programme = rebased(base, known.programme, history.newest)
        async with self._pool.acquire() as connection, connection.transaction():
            changed = await actions.change(
                connection, step, programme, history.newest.version, EditionKind.REBASED
            )
        return wire.RebaseDraftResponse(draft=told(changed), changes=_differences(known.programme, programme))

    @rpc.allow(readers)
    async def check_draft(self, request: wire.CheckDraftRequest, _: Any) -> wire.CheckDraftResponse:
        known = await find(self._pool, request.draft_id)
        history = await self._history(known.programme.programme_id)
        found: list[Refusal] = [*faults(known.programme, history.newest)]
        found += await unfit_in(self._pool, history.newest, known.programme)
        try:
            be_affordable(known.programme, await campaigns.spent(self._pool, history.newest.number))
        except ProgrammeNotWellFormed as fault:
            found.append(fault)
        try:
            await be_left(self._pool, history.newest, known.programme)
        except TierHeld as fault:
            found.append(fault)
        if known.based_on_version != history.newest.version:
            found.append(_overtaken(history, known.based_on_version))
        return wire.CheckDraftResponse(
            faults=[
                wire.DraftFault(path=fault.field, code=fault.code, message=fault.message) for fault in found
            ],
            edition=known.edition,
        )

    @rpc.allow(_drafters)
    async def discard_draft(self, request: wire.DiscardDraftRequest, _: Any) -> wire.DiscardDraftResponse:
        async with self._pool.acquire() as connection, connection.transaction():
            discarded, replayed = await actions.discard(connection, self._step(request))
        closed = [] if replayed else changes.told([_DISCARDED])
        return wire.DiscardDraftResponse(draft=told(discarded), replayed=replayed, changes=closed)

    @rpc.allow(_publishers)
    async def publish_draft(self, request: wire.PublishDraftRequest, _: Any) -> wire.PublishDraftResponse:
        step = self._step(request)
        effective_at = (
            micros(request.effective_at, "effective_at") if request.HasField("effective_at") else None
        )
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                draft, publication = await actions.publish(connection, step, publisher(), effective_at)
        except RevisedMeanwhile:
            known = await find(self._pool, request.draft_id)
            history = await self._history(known.programme.programme_id)
            raise _overtaken(history, known.based_on_version) from None
        await self._rulebook.refresh()
        programme_id = draft.programme.programme_id
        if publication is None:
            known_as = await self._published(programme_id, draft.published_version)
            return wire.PublishDraftResponse(draft=told(draft), programme=known_as, replayed=True)
        history = (await self._rulebook.current()).history(programme_id)
        return wire.PublishDraftResponse(
            draft=told(draft),
            programme=definitions.published(publication),
            changes=changes.published(history, publication.programme),
        )

    @rpc.allow(readers)
    async def get_draft(self, request: wire.GetDraftRequest, _: Any) -> wire.GetDraftResponse:
        return wire.GetDraftResponse(draft=told(await find(self._pool, request.draft_id)))

    @rpc.allow(readers)
    async def list_drafts(self, request: wire.ListDraftsRequest, _: Any) -> wire.ListDraftsResponse:
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        states = {choice(wire.DraftState, _STATE, state): state for state in DraftState}
        after = draft_id(request.after, "after") if request.after else None
        asked = drafts.DraftsAsked(
            programme.number, states.get(request.state), page_size(request.first), after
        )
        page, more = await drafts.page(self._pool, asked)
        return wire.ListDraftsResponse(drafts=map(told, page), has_next_page=more)

    def _step(
        self,
        request: wire.ChangeDraftRequest
        | wire.RebaseDraftRequest
        | wire.DiscardDraftRequest
        | wire.PublishDraftRequest,
    ) -> actions.Step:
        return actions.Step(
            draft_id(request.draft_id),
            request.edition,
            rpc.caller().actor,
            reason(request.reason),
            self._rulebook.now(),
        )

    async def _history(self, programme_id: str) -> ProgrammeHistory:
        return (await programmes.load(self._pool)).history(programme_id)

    async def _published(self, programme_id: str, version: int) -> programmes_pb2.Programme:
        every = await programmes.publications(self._pool)
        return next(
            definitions.published(each)
            for each in every
            if (each.programme.programme_id, each.programme.version) == (programme_id, version)
        )


async def find(pool: database.Pool, asked: str) -> Draft:
    """A draft by its id. Raises ``UnknownDraft``."""
    known = await drafts.find(pool, draft_id(asked))
    if known is None:
        raise UnknownDraft("there is no draft with this id: check the id", field="draft_id")
    return known


def draft_id(text: str, field: str = "draft_id") -> str:
    """A draft's id in its one spelling. Raises ``MalformedId``."""
    try:
        return str(UUID(text))
    except ValueError:
        raise MalformedId("the id of a draft is a UUID", field=field) from None


def told(draft: Draft) -> wire.Draft:
    programme = definitions.version(draft.programme)
    programme.state = programmes_pb2.PROGRAMME_VERSION_STATE_DRAFT
    programme.effective_at.CopyFrom(timestamp(draft.changed_at))
    return wire.Draft(
        draft_id=draft.draft_id,
        programme=programme,
        based_on_version=draft.based_on_version,
        state=choice(wire.DraftState, _STATE, draft.state),
        edition=draft.edition,
        created_by=draft.created_by,
        created_at=timestamp(draft.created_at),
        changed_by=draft.changed_by,
        changed_at=timestamp(draft.changed_at),
        reason=draft.reason,
        published_version=draft.published_version,
    )


def _differences(before: Programme, after: Programme) -> list[DefinitionChange]:
    return changes.told(changes.between(before, after))


def _parts(request: wire.CreateDraftRequest | wire.ChangeDraftRequest) -> list[str]:
    return definitions.parts_given(
        request.programme, request.update_mask, masked=request.HasField("update_mask")
    )


def _beginning(known: ProgrammeHistory, based_on: int, request: wire.CreateDraftRequest) -> Programme:
    """What a draft begins as. Raises ``RevisedMeanwhile``, ``UnknownVersion``."""
    base = _version(known, based_on)
    if not request.restored_version:
        return begun_from(base)
    version = known.version(request.restored_version)
    if version is None:
        message = f"the programme has versions 1 to {known.newest.version}"
        raise UnknownVersion(message, field="restored_version", asked=request.restored_version)
    return restored(base, version)


def _version(history: ProgrammeHistory, version: int) -> Programme:
    found = history.version(version)
    if found is None:
        message = f"the programme has versions 1 to {history.newest.version}"
        raise RevisedMeanwhile(message, field="based_on_version", newest=history.newest.version)
    return found


def _overtaken(history: ProgrammeHistory, based_on: int) -> RevisedMeanwhile:
    """A draft's base is not the newest any more; what changed since is said."""
    newest = history.newest
    since = changes.named(changes.between(_version(history, based_on), newest))
    message = (
        f"the draft is based on version {based_on}, and {newest.version} is the newest. "
        f"Rebase the draft; since then changed: {since or 'nothing'}"
    )
    return RevisedMeanwhile(message, field="draft_id", newest=newest.version, changed=since)
