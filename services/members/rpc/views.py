"""Views: members and accesses as messages, showing each reader no more than is theirs."""

from huiyuan.members.v1 import profiles_pb2 as wire

from services.members.rules import masking
from services.members.rules.accesses import Access
from services.members.rules.identities import IdentityKind
from services.members.rules.members import Member


def profile(member: Member, *, own: bool) -> wire.Profile:
    """A profile as its reader may see it: the member's own display name in clear, all else masked."""
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
    answer.language = clear.language
    answer.time_zone = clear.time_zone
    return answer


def access(logged: Access) -> wire.ProfileAccess:
    """An entry of the access log."""
    return wire.ProfileAccess(
        access_id=str(logged.access_id),
        actor=logged.actor,
        purpose=logged.purpose,
        reason=logged.reason,
        fields=[field.value for field in logged.fields],  # type: ignore[misc]  # numbered as the contract's
        accessed_at=logged.accessed_at,
        allowed=not logged.refusal_code,
        refusal_code=logged.refusal_code,
    )
