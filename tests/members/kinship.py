"""An oracle of who is known by what and who is whom: plain dictionaries, and no line of the service's code."""

from dataclasses import dataclass, field
from itertools import count

PHONE, UNIONID, DEVICE = 1, 3, 7


@dataclass
class Held:
    """Whose an identity is, and whether that is proven."""

    member: str
    proven: bool


@dataclass
class Kinship:
    """What should be, after everything that was done."""

    held: dict[str, Held] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    into: dict[str, str] = field(default_factory=dict)
    """Whom each merged member was merged into itself, not whoever answers in the end."""
    made: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Merges in force by their id."""
    order: dict[str, int] = field(default_factory=dict)
    """When each member joined."""
    _clock: count = field(default_factory=count)  # type: ignore[type-arg]

    def join(self, member: str, *identities: str) -> None:
        self.order[member] = next(self._clock)
        for identity in identities:
            self.held[identity] = Held(member, True)

    def who(self, member: str) -> str:
        """Who answers to a member's id."""
        while member in self.into:
            member = self.into[member]
        return member

    def of(self, identity: str) -> str:
        return self.who(self.held[identity].member) if identity in self.held else ""

    def known_by(self, member: str) -> set[str]:
        return {one for one in self.held if self.of(one) == self.who(member)}

    def link(self, member: str, identity: str, *, proven: bool) -> str:
        if identity in self.held and self.of(identity) != self.who(member):
            return "IDENTITY_ALREADY_TAKEN"
        before = self.held.get(identity, Held(self.who(member), False))
        self.held[identity] = Held(before.member, before.proven or proven)
        return ""

    def unlink(self, member: str, identity: str) -> str:
        if identity not in self.known_by(member):
            return "UNKNOWN_IDENTITY"
        signing_in = {
            one for one in self.known_by(member) if self.held[one].proven and self.kinds[one] != DEVICE
        }
        if signing_in == {identity}:
            return "LAST_VERIFIED_IDENTITY"
        del self.held[identity]
        return ""

    def detach(self, identity: str) -> str:
        holder = self.of(identity)
        self.held.pop(identity, None)
        return holder

    def merge(self, merge_id: str, gone: str, stays: str) -> str:
        if gone == stays:
            return "MERGE_INTO_ITSELF"
        if gone in self.into or stays in self.into:
            return "MEMBER_ALREADY_MERGED"
        self.into[gone] = stays
        self.made[merge_id] = gone, stays
        return ""

    def undo(self, merge_id: str) -> str:
        gone, stays = self.made[merge_id]
        if stays in self.into:
            return "SURVIVOR_MERGED"
        del self.into[gone], self.made[merge_id]
        return ""

    def login(self, merge_id: str, *identities: str) -> str:
        """Who a login turns out to be; empty for nobody, "?" for more than it proves to be one."""
        speaking = [
            one
            for one in dict.fromkeys(identities)
            if one in self.held and self.held[one].proven and self.kinds[one] != DEVICE
        ]
        people = list(dict.fromkeys(self.of(one) for one in speaking))
        if not people:
            return ""
        if len(people) > 2:
            return "?"
        if len(people) == 2:
            stays, gone = sorted(people, key=self.order.__getitem__)
            self.merge(merge_id, gone, stays)
        member = self.who(people[0])
        for identity in identities:
            if self.of(identity) != member:
                self.held[identity] = Held(member, True)
            self.held[identity].proven = True
        return member
