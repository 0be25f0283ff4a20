"""Long random lives of members and identities, held against an oracle after every step."""

import os
import random
from uuid import uuid4

import pytest

from tests.members import linking
from tests.members.kinship import DEVICE, PHONE, UNIONID, Kinship
from tests.members.linking import code_of, identity
from tests.members.service import OPERATIONS, as_member

STEPS = 15
LONG = int(os.environ.get("HUIYUAN_KINSHIP_STEPS", "600"))


class Life:
    """One life: the service and the oracle, which do the same and must be the same."""

    def __init__(self, members, chance: random.Random) -> None:
        self.service = members
        self.chance = chance
        self.should = Kinship()
        self.wire = {}
        self.people: list[str] = []
        self.undone: list[str] = []
        for number in range(9):
            name = f"identity-{number}"
            kind = (PHONE, UNIONID, DEVICE)[number % 3]
            self.should.kinds[name] = kind
            self.wire[name] = {
                PHONE: lambda: identity(PHONE, members.phone()),
                UNIONID: linking.unionid,
                DEVICE: lambda: identity(DEVICE, uuid4().hex, "ios"),
            }[kind]()

    def any(self) -> str:
        return self.chance.choice(list(self.wire))

    def anyone(self) -> str:
        return self.chance.choice(self.people)

    async def join(self) -> None:
        free = [one for one in self.wire if one not in self.should.held]
        brought = free[: self.chance.randint(0, 1)]
        member = await linking.join(self.service, *(self.wire[one] for one in brought))
        self.people.append(member)
        self.should.join(member, *brought)

    async def link(self) -> None:
        member, one, proven = self.anyone(), self.any(), self.chance.random() < 0.7
        done = await code_of(linking.link(self.service, member, self.wire[one], verified=proven))
        assert done == self.should.link(member, one, proven=proven)

    async def unlink(self) -> None:
        member, one = self.anyone(), self.any()
        kind, shown = self.wire[one].kind, self.wire[one].value[-4:]
        ids = {row.identity_id: row for row in await linking.listed(self.service, member)}
        mine = [key for key, row in ids.items() if row.kind == kind and row.value_masked.endswith(shown)]
        asked = mine[0] if mine else "0" * 32
        done = await code_of(linking.unlink(self.service, member, asked))
        assert done == self.should.unlink(member, one)

    async def detach(self) -> None:
        one = self.any()
        assert await linking.detach(self.service, self.wire[one]) == self.should.detach(one)

    async def merge(self) -> None:
        gone, stays, merge_id = self.anyone(), self.anyone(), uuid4().hex
        done = await code_of(linking.merge(self.service, gone, stays, merge_id))
        assert done == self.should.merge(merge_id, gone, stays)

    async def undo(self) -> None:
        if self.should.made:
            merge_id = self.chance.choice(list(self.should.made))
            gone, _ = self.should.made[merge_id]
            done = await code_of(linking.undo(self.service, gone, merge_id, caller=OPERATIONS))
            assert done == self.should.undo(merge_id)

    async def login(self) -> None:
        sent = [self.any() for _ in range(self.chance.randint(1, 3))]
        login_id = uuid4().hex
        answer = await linking.login(self.service, *(self.wire[one] for one in sent), login_id=login_id)
        expected = self.should.login(f"login:{login_id}", *sent)
        assert answer.outcome == 4 if expected == "?" else answer.member_id == expected

    async def compare(self) -> None:
        for one, wire in self.wire.items():
            assert await linking.holder(self.service, wire) == self.should.of(one), one
        for member in self.people:
            shown = (await self.service.profile(member, as_member(member))).profile.member_id
            assert shown == self.should.who(member)
        member = self.anyone()
        listed = await linking.listed(self.service, member)
        expected = self.should.known_by(member)
        assert sorted((row.kind, row.verified) for row in listed) == sorted(
            (self.should.kinds[one], self.should.held[one].proven) for one in expected
        )

    async def live(self, steps: int) -> None:
        for _ in range(3):
            await self.join()
        doing = [self.link] * 5 + [self.unlink] * 3 + [self.detach, self.join, self.undo, self.undo]
        doing += [self.merge] * 2 + [self.login] * 3
        for _ in range(steps):
            await self.chance.choice(doing)()
            await self.compare()


async def test_any_life_of_identities_is_as_the_oracle_says(members):
    await Life(members, random.Random(20261122)).live(STEPS)


@pytest.mark.torture
async def test_long_lives_of_identities_are_as_the_oracle_says(members):
    for seed in range(5):
        await Life(members, random.Random(seed)).live(LONG)
