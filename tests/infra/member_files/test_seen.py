"""Seen: the first row with an identity has it, and a row that was turned down takes nothing."""

from infra.local.member_files.seen import Seen
from services.members.rules.identities import normalised

PHONE, OTHER = (normalised(1, "", f"1390000123{digit}") for digit in (4, 5))
MAIL, FREE = normalised(2, "", "a@example.com"), normalised(2, "", "b@example.com")


def test_the_first_row_with_an_identity_has_it():
    seen = Seen()
    assert seen.first((PHONE, MAIL), 2) is None
    assert seen.first((OTHER, MAIL), 3) == (1, 2)
    assert seen.first((FREE, PHONE), 4) == (1, 2)
    assert seen.first((OTHER, FREE), 5) is None, "rows 3 and 4 were turned down, and take nothing"
    assert seen.first((FREE,), 6) == (0, 5)
    seen.close()


def test_an_identity_is_its_kind_and_scope_too():
    seen = Seen()
    assert seen.first((normalised(8, "shop", "7"),), 2) is None
    assert seen.first((normalised(8, "other", "7"),), 3) is None
    assert seen.first((normalised(5, "shop", "7"),), 4) is None
    assert seen.first((normalised(8, "shop", "７"),), 5) == (0, 2)
