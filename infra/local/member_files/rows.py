"""Rows: what one row of a table asks to be registered, or what is wrong with it and what would be right."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from huiyuan.members.v1.profiles_pb2 import RegisterMemberRequest

from infra.local.member_files.columns import BY_NAME, COLUMNS, Plan, Use
from infra.local.member_files.days import day_of, instant_of
from infra.local.member_files.tables import Row
from services.kit.instants import timestamp
from services.kit.refusal import Invalid
from services.members.rules import profiles
from services.members.rules.identities import Identity, normalised
from services.members.rules.personal import reveal
from services.members.rules.registrations import LONGEST_KEY, JoinedAtNotValid, joined_at_of

_PROFILE = tuple(column.name for column in COLUMNS if column.use is Use.PROFILE)
_IDENTITIES = tuple(column for column in COLUMNS if column.use is Use.IDENTITY)


class RowRefused(Exception):
    """A row is not imported: the column at fault, a code, and what would be right, free of personal data."""

    def __init__(self, column: str, code: str, right: str) -> None:
        super().__init__(code)
        self.column, self.code, self.right = column, code, right


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a file leaves unsaid: the import's name, its zone, whose ids it holds, and what was verified."""

    name: str
    zone: tzinfo
    scopes: Mapping[str, str] = field(default_factory=dict)
    verified: frozenset[str] = frozenset()
    display_name: str = ""
    """What members are called on screen who bring no name."""


class Entrant(NamedTuple):
    """Someone to be registered, with their identities and the columns those came from."""

    request: RegisterMemberRequest
    identities: tuple[Identity, ...]
    columns: tuple[str, ...]


def entrant(row: Row, heading: list[str], plan: Plan, meaning: Meaning, now: datetime) -> Entrant:
    """Whom a row describes. Raises ``RowRefused``."""
    if len(row.cells) > len(heading) and any(row.cells[len(heading) :]):
        raise RowRefused(
            "", "TOO_MANY_CELLS", "the row has more cells than the heading: quote what holds commas"
        )
    for name, at in plan.places.items():
        if at in row.formulas:
            raise RowRefused(name, "CELL_IS_FORMULA", "paste the formula's value into the cell")
    cells = {name: row.cells[at].strip() for name, at in plan.places.items() if at < len(row.cells)}
    identities = _identities(cells, meaning)
    profile = _profile(cells, tuple(identities.values()), meaning, now)
    joined_at = _joined_at(cells.get("joined_at", ""), meaning.zone, now)
    request = RegisterMemberRequest(
        # As dictionaries, which are made into messages in half the time of messages of their own.
        identities=[
            {
                "identity": {"kind": one.kind, "scope": one.scope, "value": one.value.reveal()},
                "verified": column in meaning.verified,
            }
            for column, one in identities.items()
        ],
        profile={
            "display_name": profile.display_name.reveal(),
            "full_name": reveal(profile.full_name),
            "birth_date": reveal(profile.birth_date),
            "language": profile.language,
            "time_zone": profile.time_zone,
        },
        joined_at=timestamp(joined_at) if joined_at else None,
    )
    request.idempotency_key = _key(meaning.name, cells.get("external_id", ""), request)
    return Entrant(request, tuple(identities.values()), tuple(identities))


def _identities(cells: Mapping[str, str], meaning: Meaning) -> dict[str, Identity]:
    """The identities of a row by the columns they came from."""
    found: dict[str, Identity] = {}
    for column in _IDENTITIES:
        text = cells.get(column.name, "")
        if not text or column.kind is None:
            continue
        try:
            found[column.name] = normalised(column.kind, meaning.scopes.get(column.name, ""), text)
        except Invalid as wrong:
            right = wrong.message
            if column.name == "phone" and "E+" in text.upper():
                right = "a spreadsheet has rounded the number: format the column as text and export it again"
            raise RowRefused(column.name, wrong.code, right) from None
    if not found:
        raise RowRefused("", "IDENTITY_MISSING", "give at least one of phone, email or external_id")
    return found


def _profile(
    cells: Mapping[str, str], identities: tuple[Identity, ...], meaning: Meaning, now: datetime
) -> profiles.Profile:
    fields = {name: cells.get(name, "") for name in _PROFILE}
    given = profiles.ProfileFields(
        display_name=fields["display_name"] or fields["full_name"] or meaning.display_name,
        full_name=fields["full_name"],
        birth_date=day_of(fields["birth_date"]),
        language=fields["language"],
        time_zone=fields["time_zone"],
    )
    try:
        return profiles.new(given, identities, now)
    except Invalid as wrong:
        # Who brings no name on screen is called by the full name: then that is the cell to correct.
        named_by_another = (
            wrong.field == "display_name" and not fields["display_name"] and "full_name" in cells
        )
        raise RowRefused(
            "full_name" if named_by_another else wrong.field, wrong.code, wrong.message
        ) from None


def _joined_at(text: str, zone: tzinfo, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        given = instant_of(text, zone) or datetime.min.replace(tzinfo=UTC)
        # In one zone, since a comparison of two asks both zones each time.
        return joined_at_of(given.astimezone(UTC), now)
    except (JoinedAtNotValid, OverflowError):
        right = "write the day or instant as 2023-05-06 or 2023-05-06 12:30:00, between 1970 and now"
        raise RowRefused("joined_at", JoinedAtNotValid.code, right) from None


def _key(name: str, external_id: str, request: RegisterMemberRequest) -> str:
    """What makes the row the same when the file is imported again: its external id, or all that it says."""
    key = f"import:{name}:{external_id}"
    if external_id and len(key) <= LONGEST_KEY:
        return key
    said = hashlib.sha256(f"{name}\0".encode() + request.SerializeToString(deterministic=True))
    return f"import:{said.hexdigest()}"


def column_of(field_path: str, entrant: Entrant) -> str:
    """The column that a field of the request came from, for instance of ``identities[1].identity``."""
    head, _, rest = field_path.partition("[")
    if head == "identities" and rest[:1].isdigit():
        return entrant.columns[int(rest.partition("]")[0])]
    last = field_path.rpartition(".")[2]
    return last if last in BY_NAME else ""
