"""Holdings: what this service itself holds of a member, in clear and as the tables of the member's own package.

Whoever of the staff looked, wrote or changed something is left out: that is personal data of theirs.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from services.members.rules.accesses import Access
from services.members.rules.addresses import Address
from services.members.rules.communications import Communication
from services.members.rules.identity_documents import IdentityDocument
from services.members.rules.members import Member
from services.members.rules.notes import Note
from services.members.rules.packages import Table, instant
from services.members.rules.personal import reveal
from services.members.rules.profiles import Profile, gender_of
from services.members.rules.statuses import Change

_PROFILE = {
    "member_id": "text",
    "status": "text",
    "joined_at": "instant",
    "display_name": "text",
    "full_name": "text",
    "birth_date": "date",
    "gender": "text",
    "language": "text",
    "time_zone": "text",
}
_IDENTITIES = {"member_id": "text", "kind": "text", "scope": "text", "value": "text"}
_ADDRESSES = {
    "member_id": "text",
    "address_id": "text",
    "label": "text",
    "recipient": "text",
    "phone": "text",
    "country": "text",
    "province": "text",
    "city": "text",
    "district": "text",
    "lines": "text",
    "postcode": "text",
    "is_default": "boolean",
}
_PREFERENCES = {"member_id": "text", "name": "text", "value": "text"}
_TAGS = {"member_id": "text", "tag": "text"}
_IDENTITY_DOCUMENTS = {
    "member_id": "text",
    "kind": "text",
    "number": "text",
    "issuing_country": "text",
    "name": "text",
}
_NOTES = {
    "member_id": "text",
    "note_id": "text",
    "written_at": "instant",
    "corrects": "text",
    "text": "text",
}
_COMMUNICATIONS = {
    "member_id": "text",
    "sent_at": "instant",
    "channel": "text",
    "template": "text",
    "outcome": "text",
}
_STATUS_CHANGES = {"member_id": "text", "changed_at": "instant", "status": "text"}
_ACCESSES = {
    "member_id": "text",
    "access_id": "text",
    "accessed_at": "instant",
    "actor_role": "text",
    "purpose": "text",
    "fields": "text",
}


class Held(NamedTuple):
    """All that rests here about one member id."""

    member: Member
    document: IdentityDocument | None
    notes: Sequence[Note]
    communications: Sequence[Communication]
    changes: Sequence[Change]
    accesses: Sequence[Access]

    def __repr__(self) -> str:
        return f"<held of {self.member.member_id}>"


def tables(holdings: Sequence[Held]) -> list[Table]:
    """What this service holds: of the member first, then of those who were merged into them."""
    made = {
        name: Table(name, columns)
        for name, columns in (
            ("profile", _PROFILE),
            ("identities", _IDENTITIES),
            ("addresses", _ADDRESSES),
            ("preferences", _PREFERENCES),
            ("tags", _TAGS),
            ("identity_documents", _IDENTITY_DOCUMENTS),
            ("notes", _NOTES),
            ("communications", _COMMUNICATIONS),
            ("status_changes", _STATUS_CHANGES),
            ("accesses", _ACCESSES),
        )
    }
    for held in holdings:
        of_id = str(held.member.member_id)
        for name, rows in (*_of_profile(held.member), *_of_records(held)):
            made[name].rows += [(of_id, *row) for row in rows]
    return list(made.values())


_Rows = tuple[str, Iterable[tuple[str, ...]]]


def _of_profile(member: Member) -> list[_Rows]:
    clear = member.profile
    if clear is None:
        return []
    return [
        ("profile", [_profile(member, clear)]),
        ("identities", [(one.kind.name, one.scope, one.value.reveal()) for one in clear.identities]),
        ("addresses", map(_address, clear.addresses)),
        ("preferences", clear.preferences),
        ("tags", [(tag,) for tag in clear.tags]),
    ]


def _profile(member: Member, clear: Profile) -> tuple[str, ...]:
    return (
        member.status.name,
        instant(member.joined_at),
        clear.display_name.reveal(),
        reveal(clear.full_name),
        reveal(clear.birth_date),
        gender_of(clear).name if clear.gender else "",
        clear.language,
        clear.time_zone,
    )


def _address(one: Address) -> tuple[str, ...]:
    return (
        one.address_id,
        one.label.reveal(),
        one.recipient.reveal(),
        reveal(one.phone),
        one.country,
        one.province.reveal(),
        one.city.reveal(),
        one.district.reveal(),
        "\n".join([line.reveal() for line in one.lines]),
        one.postcode.reveal(),
        "true" if one.is_default else "false",
    )


def _of_records(held: Held) -> list[_Rows]:
    document = held.document
    return [
        ("identity_documents", [] if document is None else [_document(document)]),
        ("notes", map(_note, held.notes)),
        (
            "communications",
            [
                (instant(one.sent_at), one.channel.name, one.template, one.outcome.name)
                for one in held.communications
            ],
        ),
        ("status_changes", [(instant(one.changed_at), one.status.name) for one in held.changes]),
        ("accesses", map(_access, held.accesses)),
    ]


def _document(document: IdentityDocument) -> tuple[str, ...]:
    clear = (document.number, document.issuing_country, document.name)
    return (document.kind.name, *map(reveal, clear))


def _note(note: Note) -> tuple[str, ...]:
    corrects: UUID | None = note.corrects
    return (str(note.note_id), instant(note.written_at), str(corrects or ""), note.text.reveal())


def _access(one: Access) -> tuple[str, ...]:
    """Who saw data in clear by their role, and for what; as the member is told of it everywhere."""
    return (
        str(one.access_id),
        instant(one.accessed_at),
        one.actor_role,
        one.purpose,
        " ".join(shown.name for shown in one.fields),
    )
