"""What staff are shown of whole profiles, judged by an oracle of its own: never more than the masks allow."""

import string
from datetime import UTC, datetime
from uuid import UUID

import pytest
from google.protobuf import json_format
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.members.rpc import views
from services.members.rules.addresses import Address
from services.members.rules.identities import Identity, IdentityKind
from services.members.rules.members import Member, MemberStatus
from services.members.rules.personal import Personal
from services.members.rules.profiles import Profile

COMPOUND = ("欧阳", "司马", "诸葛", "上官", "歐陽", "慕容")
"""Enough of the surnames of two characters for an oracle; what it does not know it allows one character of."""

_HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
_RARE = st.characters(min_codepoint=0x20000, max_codepoint=0x2A6DF)
_LATIN = st.sampled_from(string.ascii_letters + "éüñÅß")
_EMOJI = st.sampled_from(["🎉", "😀", "👨‍👩‍👧", "❤️", "🇨🇳", "👍🏽"])
_DIGITS = st.text("0123456789", min_size=1, max_size=12)
NAMES = st.one_of(
    st.text(_HAN, min_size=1, max_size=4),
    st.builds(str.__add__, st.sampled_from(COMPOUND), st.text(_HAN, max_size=3)),
    st.text(_RARE, min_size=1, max_size=3),
    st.builds(
        "{} {}".format, st.text(_LATIN, min_size=1, max_size=9), st.text(_LATIN, min_size=1, max_size=9)
    ),
    st.lists(_EMOJI | _HAN, min_size=1, max_size=4).map("".join),
    _EMOJI,
    _DIGITS,
    st.text(min_size=1, max_size=12).filter(lambda text: "*" not in text),
)
PHONES = st.one_of(
    st.from_regex(r"\+861[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"\+[2-9][0-9]{1,14}", fullmatch=True),
)
LOCALS = st.text(string.ascii_lowercase + string.digits + "._+-", min_size=1, max_size=20)
PLACES = st.one_of(
    st.sampled_from(["浙江省", "杭州市", "Île-de-France", "Saint-Étienne", "新疆维吾尔自治区"]),
    st.text(_HAN, min_size=1, max_size=6),
    st.text(_HAN, min_size=21, max_size=32),
    st.builds("{}{}号".format, st.text(_HAN, min_size=1, max_size=6), _DIGITS),
    _DIGITS,
    NAMES,
)


@st.composite
def addresses(draw: st.DrawFn) -> Address:
    def personal(texts: st.SearchStrategy[str]) -> Personal:
        return Personal(draw(texts))

    return Address(
        "0a1b2c3d4e5f",
        personal(NAMES),
        personal(NAMES),
        draw(st.none() | PHONES.map(Personal)),
        draw(st.sampled_from(["CN", "DE"])),
        personal(PLACES),
        personal(PLACES),
        personal(PLACES),
        (Personal("路" + draw(NAMES)),),
        Personal("310000"),
        is_default=True,
    )


@st.composite
def profiles(draw: st.DrawFn) -> Profile:
    return Profile(
        Personal(draw(NAMES)),
        draw(st.none() | NAMES.map(Personal)),
        draw(st.none() | st.dates().map(lambda day: Personal(day.isoformat()))),
        "zh-CN",
        "Asia/Shanghai",
        (
            Identity(IdentityKind.PHONE, "", Personal(draw(PHONES))),
            Identity(IdentityKind.EMAIL, "", Personal(draw(LOCALS) + "@example.com")),
            Identity(IdentityKind.STOREFRONT_CUSTOMER, "shop", Personal("customer-of-ours")),
        ),
        gender=Personal("2"),
        addresses=tuple(draw(st.lists(addresses(), max_size=3))),
    )


def shown(mask: str) -> str:
    return mask.replace("*", "")


def assert_name(mask: str, name: str) -> None:
    """One character, or a surname of two; of one character nothing, and never the whole."""
    allowed = {"", name[:1]} | ({name[:2]} if name[:2] in COMPOUND else set())
    rest = shown(mask)
    if rest not in allowed:
        # A surname that this oracle does not know is two characters of Chinese before others.
        assert len(rest) == 2 < len(name), (mask, name)
        assert name.startswith(rest), (mask, name)
        assert all("\u4e00" <= one <= "\u9fff" for one in rest), (mask, name)
    assert len(rest) < len(name), (mask, name)
    assert rest == "" or rest[0].isalpha(), (mask, name)
    assert len(mask) <= 4, "the mask tells the length of what it hides"


def assert_phone(mask: str, phone: str) -> None:
    """Of a Chinese mobile 139****1234, of any other the last four, or two of a short one."""
    digits, rest = phone.removeprefix("+"), shown(mask)
    if phone.startswith("+861") and len(digits) == 13:
        assert mask == f"{digits[2:5]}****{digits[9:]}"
    else:
        assert mask == "****" + rest
        assert digits.endswith(rest)
        assert len(rest) <= 4
        assert len(digits) - len(rest) >= len(rest)


def assert_place(mask: str, address: Address) -> None:
    """A country, province or city in letters, each whole or not at all; no number, and nothing of the rest."""
    coarse = address.province.reveal() if address.country == "CN" else address.country
    parts = (coarse, address.city.reveal())
    assert mask in {
        f"{first} {second} ****" for first in (parts[0], "****") for second in (parts[1], "****")
    }, (mask, parts)
    assert not any(one.isdigit() for one in mask), mask
    assert not any(part in mask for part in parts if len(part) > 20), mask


@given(profiles())
@settings(max_examples=60, deadline=None)
@example(
    Profile(
        Personal("李"),
        Personal("欧阳"),
        Personal("1992-02-29"),
        "en",
        "",
        (
            Identity(IdentityKind.PHONE, "", Personal("+1234")),
            Identity(IdentityKind.EMAIL, "", Personal("a@b.cn")),
        ),
    )
)
def test_of_no_profile_are_staff_shown_more_than_the_masks_allow(profile):
    judge(profile)


@pytest.mark.torture
@given(profiles())
@settings(max_examples=20_000, deadline=None)
def test_of_twenty_thousand_profiles_neither(profile):
    judge(profile)


def judge(profile: Profile) -> None:
    """Fails when staff are shown more of a profile than they may be."""
    member = Member(UUID(int=7), MemberStatus.ACTIVE, datetime(2026, 1, 1, tzinfo=UTC), 1, None, profile)
    told = views.profile(member, own=False)
    assert_name(told.display_name, profile.display_name.reveal())
    if profile.full_name is not None:
        assert_name(told.full_name_masked, profile.full_name.reveal())
    phone, mail = profile.identities[0].value.reveal(), profile.identities[1].value.reveal()
    assert_phone(told.phone_masked, phone)
    local, _, domain = mail.rpartition("@")
    assert told.email_masked == f"{local[0] if len(local) > 1 else ''}***@{domain}"
    assert told.birth_date_masked in ("", "****-**-**")
    for one, address in zip(told.addresses, profile.addresses, strict=True):
        assert_name(one.recipient_masked, address.recipient.reveal())
        assert_place(one.place_masked, address)
        if address.phone is not None:
            assert_phone(one.phone_masked, address.phone.reveal())
    # Whatever field is added later, it is judged here first.
    known = {"memberId", "displayName", "fullNameMasked", "phoneMasked", "emailMasked", "birthDateMasked"}
    known |= {"language", "timeZone", "status", "joinedAt", "revision", "addresses"}
    assert set(json_format.MessageToDict(told)) <= known
    assert {key for one in json_format.MessageToDict(told).get("addresses", ()) for key in one} <= {
        "addressId", "recipientMasked", "phoneMasked", "placeMasked", "isDefault"
    }  # fmt: skip
