"""Views: members and accesses as messages, showing each reader no more than is theirs."""

from huiyuan.members.v1 import profiles_pb2 as wire

from services.members.rules import masking
from services.members.rules.accesses import Access
from services.members.rules.addresses import Address
from services.members.rules.identities import IdentityKind
from services.members.rules.members import Member
from services.members.rules.personal import reveal
from services.members.rules.profiles import Profile, gender_of


def profile(member: Member, *, own: bool) -> wire.Profile:
    """A profile as its reader may see it: the member their own data, staff a mask of everything."""
    answer = wire.Profile(
        member_id=str(member.member_id),
        status=member.status.value,  # type: ignore[arg-type]  # numbered as the contract's
        joined_at=member.joined_at,
        revision=member.revision,
    )
    clear = member.profile
    if clear is None:
        return answer
    answer.display_name = clear.display_name.reveal() if own else masking.name(clear.display_name)
    if clear.full_name is not None:
        answer.full_name_masked = masking.name(clear.full_name)
    if (phone := clear.first(IdentityKind.PHONE)) is not None:
        answer.phone_masked = masking.phone(phone)
    if (email := clear.first(IdentityKind.EMAIL)) is not None:
        answer.email_masked = masking.email(email)
    if clear.birth_date is not None:
        answer.birth_date_masked = masking.birth_date(clear.birth_date)
    answer.language = clear.language
    answer.time_zone = clear.time_zone
    for name, value in clear.preferences:
        answer.preferences.add(name=name, value=value)
    if own:
        answer.own.CopyFrom(_own(clear))
    else:
        answer.addresses.extend(_masked(one) for one in clear.addresses)
        answer.tags.extend(clear.tags)
    return answer


def _own(clear: Profile) -> wire.OwnProfile:
    return wire.OwnProfile(
        full_name=reveal(clear.full_name),
        birth_date=reveal(clear.birth_date),
        gender=gender_of(clear).value,  # type: ignore[arg-type]  # numbered as the contract's
        addresses=[
            wire.Address(
                address_id=one.address_id,
                label=one.label.reveal(),
                recipient=one.recipient.reveal(),
                phone=reveal(one.phone),
                country=one.country,
                province=one.province.reveal(),
                city=one.city.reveal(),
                district=one.district.reveal(),
                lines=[line.reveal() for line in one.lines],
                postcode=one.postcode.reveal(),
                is_default=one.is_default,
            )
            for one in clear.addresses
        ],
    )


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
