"""Views: members and accesses as messages, showing each reader no more than is theirs."""

from typing import Any

from huiyuan.members.v1 import profiles_pb2 as wire

from services.kit import instants
from services.members.rules import masking
from services.members.rules.accesses import Access
from services.members.rules.addresses import Address
from services.members.rules.identities import IdentityKind
from services.members.rules.members import Member
from services.members.rules.personal import reveal
from services.members.rules.profiles import Profile, gender_of


# As dictionaries protobuf makes profiles and what is in them at less than half of the cost.
def profile(member: Member, *, own: bool) -> wire.Profile:
    """A profile as its reader may see it: the member their own data, staff a mask of everything."""
    seconds, nanos = instants.parts(member.joined_at)
    said: dict[str, Any] = {
        "member_id": str(member.member_id),
        "status": member.status.value,
        "joined_at": {"seconds": seconds, "nanos": nanos},
        "revision": member.revision,
    }
    clear = member.profile
    if clear is None:
        return wire.Profile(**said)
    said["display_name"] = clear.display_name.reveal() if own else masking.name(clear.display_name)
    if clear.full_name is not None:
        said["full_name_masked"] = masking.name(clear.full_name)
    if (phone := clear.first(IdentityKind.PHONE)) is not None:
        said["phone_masked"] = masking.phone(phone)
    if (email := clear.first(IdentityKind.EMAIL)) is not None:
        said["email_masked"] = masking.email(email)
    if clear.birth_date is not None:
        said["birth_date_masked"] = masking.birth_date(clear.birth_date)
    said["language"] = clear.language
    said["time_zone"] = clear.time_zone
    if clear.preferences:
        said["preferences"] = [{"name": name, "value": value} for name, value in clear.preferences]
    if own:
        said["own"] = _own(clear)
    else:
        said["addresses"] = [_masked(one) for one in clear.addresses]
        said["tags"] = clear.tags
    return wire.Profile(**said)


def _own(clear: Profile) -> dict[str, Any]:
    return {
        "full_name": reveal(clear.full_name),
        "birth_date": reveal(clear.birth_date),
        "gender": gender_of(clear).value,
        "addresses": [
            {
                "address_id": one.address_id,
                "label": one.label.reveal(),
                "recipient": one.recipient.reveal(),
                "phone": reveal(one.phone),
                "country": one.country,
                "province": one.province.reveal(),
                "city": one.city.reveal(),
                "district": one.district.reveal(),
                "lines": [line.reveal() for line in one.lines],
                "postcode": one.postcode.reveal(),
                "is_default": one.is_default,
            }
            for one in clear.addresses
        ],
    }


def _masked(one: Address) -> wire.MaskedAddress:
    return wire.MaskedAddress(
        address_id=one.address_id,
        recipient_masked=masking.name(one.recipient),
        phone_masked=masking.phone(one.phone) if one.phone else "",
        place_masked=masking.place(one),
        is_default=one.is_default,
    )


def access(logged: Access, *, own: bool) -> wire.ProfileAccess:
    """An entry of the access log. The member is told the role and the purpose; who it was, and what they wrote
    as their reason, concerns staff too and is for those who watch them."""
    return wire.ProfileAccess(
        access_id=str(logged.access_id),
        actor="" if own else logged.actor,
        purpose=logged.purpose,
        reason="" if own else logged.reason,
        fields=[field.value for field in logged.fields],  # type: ignore[misc]  # numbered as the contract's
        accessed_at=logged.accessed_at,
        allowed=not logged.refusal_code,
        refusal_code=logged.refusal_code,
        actor_role=logged.actor_role,
    )
