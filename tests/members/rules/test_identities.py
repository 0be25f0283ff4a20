"""Identities: many spellings, one identity; and an index that tells nothing."""

from uuid import UUID

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from services.members.rules.identities import IdentityKind, IdentityNotValid, normalised
from services.members.rules.keyrings import INDEX_KINDS, IndexKey, Kek, KeyRing
from services.members.rules.texts import CONTROL, has_control

RING = KeyRing(
    UUID(int=1),
    [Kek(1, 1, bytes(32))],
    [IndexKey(kind, 1, bytes(range(32))) for kind in INDEX_KINDS],
)


def spelled(kind: int, value: str, scope: str = "") -> str:
    return normalised(kind, scope, value).value.reveal()


@pytest.mark.parametrize(
    "spelling",
    [
        "13900001234",
        "+8613900001234",
        "+86 139 0000 1234",
        "0086-139-0000-1234",
        "(+86) 139-0000-1234",
        " 139 0000 1234 ",
        "１３９００００１２３４",
        "＋８６ １３９－００００－１２３４",
        "8613900001234",
    ],
)
def test_one_phone_in_many_spellings_is_one_identity(spelling):
    assert spelled(1, spelling) == "+8613900001234"


def test_foreign_and_landline_numbers_are_kept_as_e164():
    assert spelled(1, "+1 (202) 555-0143") == "+12025550143"
    assert spelled(1, "+852 5123 4567") == "+85251234567"
    assert spelled(1, "010-6555 0123") == "+861065550123"


@pytest.mark.parametrize(
    "wrong",
    ["", "1", "139", "12345", "139000012345678", "phone", "call 13900001234", "13900001234 ext 5", "++86139",
     "+86", "😀", "1390000123a", "+999 139 0000 1234"],
)  # fmt: skip
def test_what_is_no_possible_phone_is_refused_without_repeating_it(wrong):
    with pytest.raises(IdentityNotValid) as refused:
        normalised(1, "", wrong)
    assert refused.value.field == "value"
    assert "000012345678" not in refused.value.message


def test_mail_is_one_identity_whatever_its_case_and_width():
    for spelling in (
        "Xiao.Ming+Shop@Example.COM",
        " xiao.ming+shop@example.com ",
        "ｘiao.ming+shop@example.com",
    ):
        assert spelled(2, spelling) == "xiao.ming+shop@example.com"
    assert spelled(2, "a@xn--fiqs8s.example.com") == spelled(2, "a@中国.example.com")


_ODD_MAIL = st.from_regex(
    r"[A-Za-z0-9_+.-]{1,70}@([A-Za-z0-9-]{1,20}[.]){1,3}(com|test|LOCAL|arpa|cn|c0m|x|invalid)",
    fullmatch=True,
)


@given(
    _ODD_MAIL | st.from_regex(r"[a-z]{1,3}([._+-][a-z0-9]{0,2}){0,3}@[a-z0-9.-]{1,8}[.]com", fullmatch=True)
)
@settings(max_examples=500, deadline=None)
def test_fast_path_of_mail_says_what_the_validator_says(address):
    try:
        whole = validate_email(address, check_deliverability=False)
        said = f"{whole.local_part.lower()}@{whole.domain}"
    except EmailNotValidError:
        said = "refused"
    try:
        assert spelled(2, address) == said
    except IdentityNotValid:
        assert said == "refused"


def test_dots_and_tags_of_mail_are_kept():
    assert spelled(2, "a.b@example.com") != spelled(2, "ab@example.com")
    assert spelled(2, "a+b@example.com") != spelled(2, "a@example.com")


@pytest.mark.parametrize(
    "wrong", ["", "a", "@example.com", "a@", "a b@example.com", "a@b@example.com", "a@localhost"]
)
def test_malformed_mail_is_refused(wrong):
    with pytest.raises(IdentityNotValid):
        normalised(2, "", wrong)


def test_other_identities_are_trimmed_and_folded_but_keep_their_case():
    assert spelled(6, "  Ｔmall_小明🎉 ", "tmall") == "Tmall_小明🎉"
    assert spelled(4, "oABC", "wx1") != spelled(4, "oabc", "wx1")


@pytest.mark.parametrize(
    ("kind", "scope", "value", "field"),
    [
        (0, "", "x", "kind"),
        (99, "shop", "x", "kind"),
        (1, "shop", "13900001234", "scope"),
        (8, "", "c-1", "scope"),
        (8, "a\0b", "c-1", "scope"),
        (8, "s" * 65, "c-1", "scope"),
        (8, "shop", "", "value"),
        (8, "shop", " \t", "value"),
        (8, "shop", "a\0b", "value"),
        (8, "shop", "\u202eabc", "value"),
        (8, "shop", "v" * 129, "value"),
    ],
)
def test_malformed_identity_is_refused_by_field(kind, scope, value, field):
    with pytest.raises(IdentityNotValid) as refused:
        normalised(kind, scope, value)
    assert refused.value.field == field


@pytest.mark.parametrize(("kind", "value"), [(1, "13900001234"), (2, "a@example.com"), (6, "小明")])
def test_a_value_far_too_long_is_refused_before_anything_is_made_of_it(kind, value):
    with pytest.raises(IdentityNotValid) as refused:
        normalised(kind, "" if kind < 3 else "shop", value + " " * 1000)
    assert refused.value.field == "value"


def test_index_is_the_documented_digest():
    phone = RING.find(normalised(1, "", "139 0000 1234"))
    assert (phone.kind, phone.version, phone.digest.hex()) == (1, 1, "b9ba9251ab501255b051e6810adbd8e5")
    customer = RING.find(normalised(8, "demo-shop", "c-17"))
    assert (customer.kind, customer.digest.hex()) == (8, "dbb9c3abdb60cc7a039d25425e2f7c62")


def test_same_value_in_another_scope_or_kind_is_found_elsewhere():
    places = {
        RING.find(normalised(kind, scope, "c17"))
        for kind in IdentityKind
        if kind > 2
        for scope in ("a", "b", "ab")
    }
    assert len(places) == 6 * 3


@given(st.integers(0, 12), st.text(max_size=12), st.text(max_size=30))
@settings(max_examples=400, deadline=None)
def test_any_input_gives_an_identity_that_is_its_own_spelling_or_one_refusal(kind, scope, value):
    try:
        once = normalised(kind, scope, value)
    except IdentityNotValid:
        return
    assert normalised(once.kind, once.scope, once.value.reveal()) == once
    assert repr(once.value) == "<personal>"


def test_whatever_controls_a_text_is_refused_in_names_and_values():
    """Of every character there is, since a faster question is asked first."""
    controls = CONTROL.findall("".join(map(chr, range(0x110000))))
    assert len(controls) == 32 + 33 + 2 + 5 + 4
    assert all(has_control(f"王{control}明") for control in controls)
    assert not has_control("王 明\u3000😀\u200d")
