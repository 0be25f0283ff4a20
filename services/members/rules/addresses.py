"""Addresses: where a member receives things, as China writes it and as the rest of the world does."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from phonenumbers import SUPPORTED_REGIONS

from services.kit.refusal import Declined, Invalid, NotFound
from services.members.rules.identities import IdentityKind, IdentityNotValid, normalised
from services.members.rules.personal import Personal, reveal
from services.members.rules.texts import CONTROL, far_too_long

HOME_COUNTRY = "CN"
MOST_ADDRESSES = 8
MOST_LINES = 3
"""Lines of a street abroad; at home there is one."""

_LONGEST = {
    "label": 16, "recipient": 32, "province": 32, "city": 32, "district": 32, "postcode": 12, "lines": 100,
}  # fmt: skip
_HOME_POSTCODE = re.compile(r"[0-9]{6}")
_POSTCODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 -]*[A-Za-z0-9])?")


class AddressNotValid(Invalid):
    """A part of the address is missing, too long, or not of its form; the field says which."""


class UnknownAddress(NotFound):
    """The member has no such address."""

    def __init__(self) -> None:
        super().__init__("the member has no address with this id", field="address_id")


class TooManyAddresses(Declined):
    """The member has as many addresses as a profile holds."""

    def __init__(self) -> None:
        super().__init__(
            f"a member has {MOST_ADDRESSES} addresses at the most: remove one first", most=MOST_ADDRESSES
        )


class Address(NamedTuple):
    """An address in clear. Its ``repr`` shows no personal data."""

    address_id: str
    label: Personal
    recipient: Personal
    phone: Personal | None
    country: str
    """ISO 3166, two letters."""
    province: Personal
    city: Personal
    district: Personal
    lines: tuple[Personal, ...]
    postcode: Personal
    is_default: bool

    @property
    def in_one_line(self) -> str:
        """The address in clear as a parcel names it: the recipient first."""
        parts = (
            self.recipient,
            self.phone,
            self.province,
            self.city,
            self.district,
            *self.lines,
            self.postcode,
        )
        abroad = () if self.country == HOME_COUNTRY else (self.country,)
        return " ".join([text for text in map(reveal, parts) if text] + list(abroad))


@dataclass(frozen=True, slots=True)
class AddressFields:
    """An address as someone wrote it."""

    recipient: str = field(repr=False)
    city: str = field(repr=False)
    lines: Sequence[str] = field(repr=False)
    country: str = field(default="", repr=False)
    label: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    province: str = field(default="", repr=False)
    district: str = field(default="", repr=False)
    postcode: str = field(default="", repr=False)
    is_default: bool = False


def made(address_id: str, fields: AddressFields) -> Address:
    """A valid address. Raises ``AddressNotValid``, whose field is the path below ``address``."""
    country = fields.country.upper() or HOME_COUNTRY
    if country not in SUPPORTED_REGIONS:
        raise _refused("country", "the country must be one of ISO 3166, in two letters, for instance CN")
    at_home = country == HOME_COUNTRY
    most = 1 if at_home else MOST_LINES
    if not 1 <= len(fields.lines) <= most:
        raise _refused("lines", f"an address in {country} has 1 to {most} lines of street")
    return Address(
        address_id,
        _text("label", fields.label, needed=False),
        _text("recipient", fields.recipient),
        _phone(fields.phone),
        country,
        _text("province", fields.province, needed=at_home),
        _text("city", fields.city),
        _text("district", fields.district, needed=False),
        tuple([_text("lines", line, at=number) for number, line in enumerate(fields.lines)]),
        _postcode(fields.postcode, at_home=at_home),
        fields.is_default,
    )


def saved(addresses: Sequence[Address], new: Address, *, replaces: bool) -> tuple[Address, ...]:
    """A member's addresses with one added or replaced; there is always one default, and never two.

    Raises ``UnknownAddress`` when there is none to replace, ``TooManyAddresses`` when there is no room.
    """
    known = {address.address_id: address for address in addresses}
    if replaces and new.address_id not in known:
        raise UnknownAddress
    if new.address_id not in known and len(known) >= MOST_ADDRESSES:
        raise TooManyAddresses
    was = default(addresses)
    meant = new.address_id if new.is_default or was is None else was.address_id
    return _with_default({**known, new.address_id: new}, meant)


def removed(addresses: Sequence[Address], address_id: str) -> tuple[Address, ...]:
    """A member's addresses without one; without the default, the first left becomes it.

    Raises ``UnknownAddress``.
    """
    known = {address.address_id: address for address in addresses}
    if known.pop(address_id, None) is None:
        raise UnknownAddress
    was = default(addresses)
    meant = was.address_id if was is not None and was.address_id in known else next(iter(known), "")
    return _with_default(known, meant)


def default(addresses: Sequence[Address]) -> Address | None:
    """The address that is meant when none is named."""
    return next((address for address in addresses if address.is_default), None)


KeptAddress = tuple[str, str, str, str, str, str, str, str, tuple[str, ...], str, bool]
"""An address as it lay in a profile's blob until layout 2: what ``unpacked`` takes."""


def unpacked(
    address_id: str,
    label: str,
    recipient: str,
    phone: str,
    country: str,
    province: str,
    city: str,
    district: str,
    lines: Sequence[str],
    postcode: str,
    is_default: bool,  # in the order of the layout
) -> Address:
    """An address of an earlier layout."""
    return Address(
        address_id,
        Personal(label),
        Personal(recipient),
        Personal(phone) if phone else None,
        country,
        Personal(province),
        Personal(city),
        Personal(district),
        tuple([Personal(line) for line in lines]),
        Personal(postcode),
        is_default,
    )


def _with_default(known: dict[str, Address], address_id: str) -> tuple[Address, ...]:
    return tuple([one._replace(is_default=one.address_id == address_id) for one in known.values()])


def _text(name: str, text: str, *, needed: bool = True, at: int | None = None) -> Personal:
    longest = _LONGEST[name]
    # What a person is called keeps its own characters; places are written in the one way that is looked for.
    form: Literal["NFC", "NFKC"] = "NFC" if name in ("label", "recipient") else "NFKC"
    kept = " " * (longest + 1) if far_too_long(text, longest) else unicodedata.normalize(form, text).strip()
    if len(kept) > longest or CONTROL.search(kept) or (needed and not kept):
        least = 1 if needed else 0
        raise _refused(
            name if at is None else f"{name}[{at}]",
            f"the {name.removesuffix('s')} must have {least} to {longest} characters and no control characters",
        )
    return Personal(kept)


def _phone(text: str) -> Personal | None:
    if not text:
        return None
    try:
        return normalised(IdentityKind.PHONE, "", text).value
    except IdentityNotValid:
        raise _refused(
            "phone", "the phone number is not a possible one; write it as +8613900001234"
        ) from None


def _postcode(text: str, *, at_home: bool) -> Personal:
    kept = _text("postcode", text, needed=False)
    form = _HOME_POSTCODE if at_home else _POSTCODE
    if kept.reveal() and not form.fullmatch(kept.reveal()):
        right = "six digits" if at_home else "letters and digits"
        raise _refused("postcode", f"the postcode must be {right}, or left out")
    return kept


def _refused(name: str, message: str) -> AddressNotValid:
    return AddressNotValid(message, field=f"address.{name}")
