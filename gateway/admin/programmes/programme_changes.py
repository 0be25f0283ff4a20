"""Changes of programmes as staff read them: what differs in two versions, and who changed what, when and why."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import orjson
import strawberry
from huiyuan.loyalty.v1 import programme_history_pb2 as wire
from strawberry.scalars import JSON

from gateway.admin.permissions import RULE_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import instant


@strawberry.enum(description="How a part of a definition differs.")
class DefinitionChangeKind(Enum):
    ADDED = wire.CHANGE_KIND_ADDED
    REMOVED = wire.CHANGE_KIND_REMOVED
    CHANGED = wire.CHANGE_KIND_CHANGED


@strawberry.enum(description="What somebody did to the rules of a programme, or to a draft of them.")
class ProgrammeChangeKind(Enum):
    DRAFTED = wire.PROGRAMME_CHANGE_KIND_DRAFTED
    CHANGED = wire.PROGRAMME_CHANGE_KIND_CHANGED
    REBASED = wire.PROGRAMME_CHANGE_KIND_REBASED
    DISCARDED = wire.PROGRAMME_CHANGE_KIND_DISCARDED
    PUBLISHED = wire.PROGRAMME_CHANGE_KIND_PUBLISHED


@strawberry.type(description="One part of a definition that differs.")
class DefinitionChange:
    path: str = strawberry.field(
        description='Where, by keys and not by places: for instance "tiers[gold].conditions[GROWTH].atLeast".'
    )
    kind: DefinitionChangeKind
    before: JSON | None = strawberry.field(description="Null where there was none.")
    after: JSON | None = strawberry.field(description="Null where there is none any more.")


@strawberry.type(
    description="Something that somebody did to the rules of a programme, or to a draft of them."
)
class ProgrammeChange:
    kind: ProgrammeChangeKind
    by: str
    at: datetime
    reason: str
    draft_id: strawberry.ID | None = strawberry.field(
        description="Null where a version was published without a draft."
    )
    edition: int | None = strawberry.field(description="The draft's.")
    version: int | None = strawberry.field(description="Of what was published.")
    changes: list[DefinitionChange] = strawberry.field(
        description="Against the version before, or the draft's edition before."
    )


@strawberry.type
class ProgrammeChangeQueries:
    @strawberry.field(
        metadata=to(RULE_READERS),
        description="What differs between two versions, or a version and a draft. Without toVersion or toDraftId, "
        "the newest version; without fromVersion, the one before it, or the draft's base.",
    )
    async def programme_diff(
        self,
        info: Info,
        from_version: int | None = None,
        to_version: int | None = None,
        to_draft_id: UUID | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> list[DefinitionChange] | None:
        clients = info.context.clients
        asked = wire.CompareProgrammesRequest(programme_id=programme_id, from_version=from_version or 0)
        if to_draft_id is not None:
            asked.to_draft_id = str(to_draft_id)
        elif to_version is not None:
            asked.to_version = to_version
        compared = await clients.programme_history.compare_programmes(
            asked, headers=info.context.named(LOYALTY)
        )
        return [_definition_change(one) for one in compared.changes]

    @strawberry.field(
        metadata=to(RULE_READERS),
        description="Who changed what of a programme, when and why, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def programme_history(
        self, info: Info, first: int, after: str | None = None, programme_id: str = DEFAULT_PROGRAMME
    ) -> Connection[ProgrammeChange] | None:
        clients = info.context.clients
        page = await clients.programme_history.list_programme_changes(
            wire.ListProgrammeChangesRequest(
                programme_id=programme_id, first=page_size(first), after=key_of(after)
            ),
            headers=info.context.named(LOYALTY),
        )
        return connection(
            [_programme_change(one) for one in page.changes],
            [one.place for one in page.changes],
            has_next_page=page.has_next_page,
            after=after,
        )


def _definition_change(of: wire.DefinitionChange) -> DefinitionChange:
    return DefinitionChange(
        path=of.path,
        kind=DefinitionChangeKind(of.kind),
        before=JSON(orjson.loads(of.before)) if of.before else None,
        after=JSON(orjson.loads(of.after)) if of.after else None,
    )


def _programme_change(of: wire.ProgrammeChange) -> ProgrammeChange:
    return ProgrammeChange(
        kind=ProgrammeChangeKind(of.kind),
        by=of.by,
        at=instant(of.at),
        reason=of.reason,
        draft_id=strawberry.ID(of.draft_id) if of.draft_id else None,
        edition=of.edition or None,
        version=of.version or None,
        changes=[_definition_change(one) for one in of.changes],
    )
