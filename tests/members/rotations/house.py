"""What the tests of rotations do with their service: fill it, rotate, and look at what rests."""

import asyncio
import hmac
import json
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import identities_pb2, profiles_pb2
from huiyuan.members.v1 import rotations_pb2 as wire
from huiyuan.members.v1.rotations_connect import RotationsServiceClient

from services.kit import rpc
from services.members.jobs.keyrings import RingReader
from services.members.jobs.rotations import Rotating
from services.members.storage import keyrings
from services.members.storage.providers.provider import KeyProvider
from tests.members.service import (
    INSTALLATION,
    OFFICER,
    OPERATIONS,
    Members,
    as_member,
    by,
    new_agent,
    registration,
)

KEK, DEK, INDEX_KEY = 1, 2, 3
PROVED, DONE = wire.ROTATION_STAGE_PROVED, wire.ROTATION_STAGE_DONE


@dataclass
class House:
    """A members service, its ring's file, and the door to its rotations."""

    service: Members
    path: Path
    rotations: RotationsServiceClient
    provider: KeyProvider = keyrings.LOCAL
    """Who keeps the ring."""

    def worker(self, alive_s: float = 30.0) -> Rotating:
        """A worker with a ring of its own, as another process has."""

        def load() -> keyrings.KeyRing:
            return keyrings.open_ring(
                self.path,
                INSTALLATION,
                create=False,
                provider=self.provider,
                suite=self.service.settings.suite,
            )

        ring = load()
        databases = self.service.databases
        reader = RingReader(ring, load, self.path, databases.keys_pool)
        return Rotating(databases, ring, reader, self.path, alive_s, self.provider)

    async def fill(self, count: int, name: str = "小明") -> list[str]:
        """Register so many members with a phone each; their ids."""
        requests = [registration(self.service.phone(), display_name=name) for _ in range(count)]
        answer = await self.service.profiles.register_members(
            profiles_pb2.RegisterMembersRequest(members=requests), headers=by(OPERATIONS)
        )
        return [result.registered.member_id for result in answer.results]

    async def start(self, kind: int, **more: Any) -> wire.Rotation:
        request = wire.StartRotationRequest(kind=kind, reason="yearly", **more)  # type: ignore[arg-type]
        return (await self.rotations.start_rotation(request, headers=by(OFFICER))).rotation

    async def get(self, rotation: wire.Rotation, by_whom: rpc.Caller = OFFICER) -> wire.Rotation:
        asked = wire.GetRotationRequest(rotation_id=rotation.rotation_id)
        return (await self.rotations.get_rotation(asked, headers=by(by_whom))).rotation

    async def destroy(self, rotation: wire.Rotation) -> wire.Rotation:
        asked = wire.DestroyOldKeysRequest(rotation_id=rotation.rotation_id)
        return (await self.rotations.destroy_old_keys(asked, headers=by(OFFICER))).rotation

    async def finish(
        self, rotation: wire.Rotation, until: int = DONE, worker: Rotating | None = None
    ) -> wire.Rotation:
        """Let a worker work until a stage; the rotation as it then is."""
        worker = worker or self.worker()
        async with asyncio.timeout(20):
            while (now := await self.get(rotation)).stage < until:
                await worker.work()
                await asyncio.sleep(0.005)
        await worker.reader.leave()
        return now

    async def rotate(self, kind: int, **more: Any) -> wire.Rotation:
        return await self.finish(await self.start(kind, **more))

    async def clear(self) -> None:
        """Begin without members and rotations; the ring stays as the last test left it."""
        tables = "keys, identities, traits, registrations, key_rotations, key_ring_readers, closed_keks, closed_indexes"
        await self.service.peek(f"TRUNCATE {tables}", keys=True)
        await self.service.peek("TRUNCATE members, profile_updates, identity_documents, notes, packages")

    async def headers(self) -> set[tuple[int, int]]:
        """The id and epoch in the headers of all wrapped keys, cut from their bytes."""
        rows = await self.service.peek("SELECT DISTINCT wrapped FROM keys", keys=True)
        return {
            (int.from_bytes(row["wrapped"][2:4], "big"), int.from_bytes(row["wrapped"][4:8], "big"))
            for row in rows
        }

    async def readable(self, member_ids: list[str], name: str = "小明") -> bool:
        """Whether these members read their own name."""
        answers = [await self.service.profile(one, as_member(one)) for one in member_ids]
        return [answer.profile.display_name for answer in answers] == [name] * len(member_ids)

    async def found(self, phone: str) -> str:
        """The member that a phone belongs to, as support finds it."""
        identity = kit_pb2.ExternalIdentity(kind=1, value=phone)  # type: ignore[arg-type]
        asked = identities_pb2.FindMemberRequest(identity=identity)
        return (await self.service.identities.find_member(asked, headers=by(new_agent()))).member_id

    async def update(self, member_id: str, name: str) -> None:
        request = profiles_pb2.UpdateProfileRequest(member_id=member_id, display_name=name)
        await self.service.profiles.update_profile(request, headers=by(as_member(member_id)))

    def ring_file(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.path.read_text())
        return document

    def index_of(self, value: str, version: int, kind: int = 1) -> bytes:
        """The blind index of a phone, or of another kind, by the page that describes it, made without our code."""
        [key] = [
            b64decode(each["key"])
            for each in self.ring_file()["index_keys"]
            if (each["kind"], each["version"]) == (kind, version)
        ]
        return hmac.digest(key, bytes((1, kind, 0)) + value.encode(), "sha256")[:16]

    async def dek_of(self, member_id: str) -> list[bytes]:
        """A member's data keys in clear, opened by today's ring."""
        ring = self.worker().ring
        rows = await self.service.peek(
            "SELECT kind, wrapped FROM keys WHERE member_id = $1", UUID(member_id), keys=True
        )
        return [ring.unwrap(row["wrapped"], ring.where(UUID(member_id), row["kind"])) for row in rows]
