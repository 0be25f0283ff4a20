"""Tags, asked: the vocabulary, and who bears what."""

from typing import Any

from huiyuan.members.v1 import tags_pb2 as wire

from services.kit import clock, rpc
from services.members.rpc import views
from services.members.rpc.collecting import Collecting
from services.members.rpc.updates import change, once_of
from services.members.rules import collecting
from services.members.rules import tags as rules
from services.members.rules.keyrings import KeyRing
from services.members.rules.profiles import Profile
from services.members.storage import tags
from services.members.storage.databases import Databases

_READERS = ("support", "operations", "program_admin", "privacy_officer")


class Tags:
    """The handlers of ``TagsService``."""

    def __init__(self, databases: Databases, ring: KeyRing, listed: Collecting) -> None:
        self._databases = databases
        self._ring = ring
        self._listed = listed

    @rpc.allow(rpc.staff("program_admin"))
    async def define_tag(self, request: wire.DefineTagRequest, _: Any) -> wire.DefineTagResponse:
        tag, label = rules.tag_of(request.tag), rules.label_of(request.label)
        async with self._databases.members.begin() as connection:
            defined = await tags.define(connection, tag, label, rules.MOST_WORDS, clock.now())
        if defined is None:
            raise rules.TooManyTags(
                f"the vocabulary has {rules.MOST_WORDS} tags at the most", most=rules.MOST_WORDS
            )
        return wire.DefineTagResponse(tag=_tag(defined))

    @rpc.allow(rpc.staff("program_admin"))
    async def retire_tag(self, request: wire.RetireTagRequest, _: Any) -> wire.RetireTagResponse:
        async with self._databases.members.begin() as connection:
            retired = await tags.retire(connection, rules.tag_of(request.tag))
        if retired is None:
            raise rules.UnknownTag("no such tag is defined", field="tag")
        return wire.RetireTagResponse(tag=_tag(retired))

    @rpc.allow(rpc.staff(*_READERS))
    async def list_tags(self, request: wire.ListTagsRequest, _: Any) -> wire.ListTagsResponse:
        return wire.ListTagsResponse(tags=[_tag(tag) for tag in await tags.vocabulary(self._databases)])

    @rpc.allow(rpc.staff("support", "operations", "program_admin"))
    async def tag_member(self, request: wire.TagMemberRequest, _: Any) -> wire.TagMemberResponse:
        add, remove = tuple(request.add), tuple(request.remove)
        if add:
            await self._listed.admit(collecting.TAGS)
        vocabulary = await tags.vocabulary(self._databases)
        in_use = {tag.tag for tag in vocabulary if not tag.is_retired}

        def tagged(profile: Profile) -> Profile:
            return profile._replace(tags=rules.worn(profile.tags, add, remove, in_use))

        once = once_of(self._ring, request.idempotency_key, rules.body(add, remove))
        member = await change(self._databases, self._ring, request.member_id, tagged, once, clock.now())
        return wire.TagMemberResponse(profile=views.profile(member, own=False))


def _tag(tag: rules.Tag) -> wire.Tag:
    return wire.Tag(tag=tag.tag, label=tag.label, is_retired=tag.is_retired, defined_at=tag.defined_at)
