"""The household of a member as the gateway meets it on the wire: searches, addresses, tags, notes, communications."""

from typing import Any

from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import (
    addresses_connect,
    addresses_pb2,
    communications_connect,
    communications_pb2,
    notes_connect,
    notes_pb2,
    profiles_pb2,
    searches_connect,
    searches_pb2,
    tags_connect,
    tags_pb2,
)

from services.kit import rpc
from tests.gateway.answers import at
from tests.gateway.doors import Door

PHONE = "+8613900000001"
READERS = ("support", "operations", "program_admin", "privacy_officer")
KEEPERS = ("support", "operations", "privacy_officer")
TAGGERS = ("support", "operations", "program_admin")

ADDRESS = profiles_pb2.Address(
    address_id="0a1b2c3d4e5f",
    label="家",
    recipient="王小明",
    country="CN",
    province="浙江省",
    city="杭州市",
    lines=["文三路 1 号"],
    is_default=True,
)
NOTE = notes_pb2.Note(
    note_id="note-1", author="staff:care-1", written_at=at(2026, 11, 22), text="喜欢早上来电"
)
TAG = tags_pb2.Tag(tag="wine_club", label="葡萄酒会", defined_at=at(2026))
COMMUNICATION = communications_pb2.Communication(
    communication_id="sent-1",
    channel=communications_pb2.CHANNEL_SMS,
    template="order.shipped",
    outcome=communications_pb2.OUTCOME_DELIVERED,
    sent_at=at(2026, 11, 22),
    recorded_by="system:sender",
)
SEARCH = searches_pb2.LoggedSearch(
    search_id="search-1",
    actor="staff:care-1",
    criteria=[searches_pb2.CRITERION_FULL_NAME],
    found=1,
    searched_at=at(2026, 11, 22),
    allowed=True,
)


class Addresses(Door):
    @rpc.allow(rpc.members)
    async def save_address(self, request: addresses_pb2.SaveAddressRequest, _: Any) -> Any:
        self.services.change(request)
        rpc.be_member(request.member_id)
        profile = profiles_pb2.Profile(own=profiles_pb2.OwnProfile(addresses=[ADDRESS]))
        return addresses_pb2.SaveAddressResponse(profile=profile, address_id=ADDRESS.address_id)

    @rpc.allow(rpc.members)
    async def remove_address(self, request: addresses_pb2.RemoveAddressRequest, _: Any) -> Any:
        self.services.change(request)
        rpc.be_member(request.member_id)
        return addresses_pb2.RemoveAddressResponse(profile=profiles_pb2.Profile())


class Searches(Door):
    @rpc.allow(rpc.staff(*READERS))
    async def search_members(self, request: searches_pb2.SearchMembersRequest, _: Any) -> Any:
        if request.HasField("identity"):
            known = request.identity == kit_pb2.ExternalIdentity(
                kind=kit_pb2.IDENTITY_KIND_PHONE, value=PHONE
            )
            found = (
                [searches_pb2.FoundMember(member_id=one) for one in self.services.names][:1] if known else []
            )
            return searches_pb2.SearchMembersResponse(members=found)
        self.services.change(request)
        if request.among:
            found = [searches_pb2.FoundMember(member_id=one, place=one) for one in request.among]
            return searches_pb2.SearchMembersResponse(members=found)
        return searches_pb2.SearchMembersResponse(
            members=[
                searches_pb2.FoundMember(member_id=member_id, place=f"place of {member_id}")
                for member_id in self.services.names
            ],
            has_next_page=True,
            end="further than the last",
        )

    @rpc.allow(rpc.staff("privacy_officer", "auditor"))
    async def list_searches(self, request: searches_pb2.ListSearchesRequest, _: Any) -> Any:
        return searches_pb2.ListSearchesResponse(searches=[SEARCH])


class Tags(Door):
    @rpc.allow(rpc.staff("program_admin"))
    async def define_tag(self, request: tags_pb2.DefineTagRequest, _: Any) -> Any:
        self.services.change(request)
        return tags_pb2.DefineTagResponse(tag=TAG)

    @rpc.allow(rpc.staff("program_admin"))
    async def retire_tag(self, request: tags_pb2.RetireTagRequest, _: Any) -> Any:
        self.services.change(request)
        return tags_pb2.RetireTagResponse(tag=TAG)

    @rpc.allow(rpc.staff(*READERS))
    async def list_tags(self, request: tags_pb2.ListTagsRequest, _: Any) -> Any:
        return tags_pb2.ListTagsResponse(tags=[TAG])

    @rpc.allow(rpc.staff(*TAGGERS))
    async def tag_member(self, request: tags_pb2.TagMemberRequest, _: Any) -> Any:
        self.services.change(request)
        return tags_pb2.TagMemberResponse(profile=profiles_pb2.Profile(tags=[TAG.tag]))


class Notes(Door):
    @rpc.allow(rpc.staff(*KEEPERS))
    async def add_note(self, request: notes_pb2.AddNoteRequest, _: Any) -> Any:
        self.services.change(request)
        return notes_pb2.AddNoteResponse(note=NOTE)

    @rpc.allow(rpc.staff(*KEEPERS))
    async def list_notes(self, request: notes_pb2.ListNotesRequest, _: Any) -> Any:
        return notes_pb2.ListNotesResponse(notes=[NOTE])


class Communications(Door):
    @rpc.allow(rpc.staff("support", "operations"))
    async def record_communications(
        self, request: communications_pb2.RecordCommunicationsRequest, _: Any
    ) -> Any:
        self.services.change(request)
        answer = communications_pb2.RecordCommunicationsResponse()
        for _ in request.communications:
            answer.results.add().recorded.replayed = False
        return answer

    @rpc.allow(rpc.members, rpc.staff(*KEEPERS))
    async def list_communications(self, request: communications_pb2.ListCommunicationsRequest, _: Any) -> Any:
        rpc.be_member(request.member_id)
        return communications_pb2.ListCommunicationsResponse(communications=[COMMUNICATION])


DOORS: list[tuple[type[Door], Any]] = [
    (Addresses, addresses_connect.AddressesServiceASGIApplication),
    (Searches, searches_connect.SearchesServiceASGIApplication),
    (Tags, tags_connect.TagsServiceASGIApplication),
    (Notes, notes_connect.NotesServiceASGIApplication),
    (Communications, communications_connect.CommunicationsServiceASGIApplication),
]
