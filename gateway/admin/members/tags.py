"""Tags: the words that staff sort members by, and putting them on and taking them off."""

from datetime import datetime
from uuid import UUID

import strawberry
from huiyuan.members.v1 import tags_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import PROFILE_READERS, TAG_KEEPERS, TAGGERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.costs import ListSize
from gateway.errors import UserError
from gateway.scalars import instant


@strawberry.type(description="A word of the vocabulary.")
class Tag:
    key: str
    label: str
    is_retired: bool = strawberry.field(description="It is put on nobody any more; who bears it keeps it.")
    defined_at: datetime


@strawberry.input(description="A word to add to the vocabulary, or to label anew.")
class DefineTagInput:
    key: str = strawberry.field(description="1 to 32 lower-case letters, digits and underscores.")
    label: str = strawberry.field(description="1 to 40 characters.")
    reason: str


@strawberry.type
class DefineTagPayload:
    tag: Tag | None
    user_errors: list[UserError]


@strawberry.input(description="A word to take out of use.")
class RetireTagInput:
    key: str
    reason: str


@strawberry.type
class RetireTagPayload:
    tag: Tag | None
    user_errors: list[UserError]


@strawberry.input(description="Which tags to put on a member, and which to take off.")
class TagMemberInput:
    member_id: UUID
    add: list[str] = strawberry.field(default_factory=list)
    remove: list[str] = strawberry.field(default_factory=list)
    reason: str
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="At most 100 characters; a retry sends the same, and changes nothing again.",
    )


@strawberry.type
class TagMemberPayload:
    tags: list[str] | None = strawberry.field(description="What the member bears now.")
    user_errors: list[UserError]


@strawberry.type
class TagQueries:
    @strawberry.field(
        metadata=to(PROFILE_READERS),
        description="The vocabulary, in the order of keys.",
        directives=[ListSize(assumed_size=50)],
    )
    async def tags(self, info: Info) -> list[Tag] | None:
        clients = info.context.clients
        response = await clients.tags.list_tags(
            tags_pb2.ListTagsRequest(), headers=info.context.named(MEMBERS)
        )
        return [_tag(one) for one in response.tags]


@strawberry.type
class TagMutations:
    @strawberry.mutation(
        metadata=to(TAG_KEEPERS), description="Adds a word to the vocabulary, or labels it anew."
    )
    async def define_tag(self, info: Info, input: DefineTagInput) -> DefineTagPayload:
        clients = info.context.clients
        request = tags_pb2.DefineTagRequest(tag=input.key, label=input.label)
        defined, refused = await audited(
            info,
            "defineTag",
            {"tag": input.key},
            input.reason,
            lambda: clients.tags.define_tag(request, headers=info.context.named(MEMBERS)),
        )
        return DefineTagPayload(tag=_tag(defined.tag) if defined else None, user_errors=refused)

    @strawberry.mutation(metadata=to(TAG_KEEPERS), description="Takes a word out of use.")
    async def retire_tag(self, info: Info, input: RetireTagInput) -> RetireTagPayload:
        clients = info.context.clients
        request = tags_pb2.RetireTagRequest(tag=input.key)
        retired, refused = await audited(
            info,
            "retireTag",
            {"tag": input.key},
            input.reason,
            lambda: clients.tags.retire_tag(request, headers=info.context.named(MEMBERS)),
        )
        return RetireTagPayload(tag=_tag(retired.tag) if retired else None, user_errors=refused)

    @strawberry.mutation(metadata=to(TAGGERS), description="Puts tags on a member and takes others off.")
    async def tag_member(self, info: Info, input: TagMemberInput) -> TagMemberPayload:
        clients = info.context.clients
        request = tags_pb2.TagMemberRequest(
            member_id=str(input.member_id),
            add=input.add,
            remove=input.remove,
            idempotency_key=input.idempotency_key or "",
        )
        tagged, refused = await audited(
            info,
            "tagMember",
            # That a member was tagged, not how: which tags someone bears rests sealed.
            {"memberId": request.member_id},
            input.reason,
            lambda: clients.tags.tag_member(request, headers=info.context.named(MEMBERS)),
        )
        return TagMemberPayload(tags=list(tagged.profile.tags) if tagged else None, user_errors=refused)


def _tag(wire: tags_pb2.Tag) -> Tag:
    return Tag(
        key=wire.tag, label=wire.label, is_retired=wire.is_retired, defined_at=instant(wire.defined_at)
    )
