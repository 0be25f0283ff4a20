"""Coupon codes: sixteen characters that nobody guesses, the last of which tells most slips of the tongue."""

from services.kit.refusal import Invalid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, which people take for others."""

LENGTH = 16
_RANDOM = LENGTH - 1
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


class CouponCodeWrong(Invalid):
    """The code was mistyped: it has 16 letters and digits, and its last character does not fit the others."""


def code(randomness: int) -> str:
    """The code of 75 random bits."""
    made = "".join(ALPHABET[randomness >> (5 * nth) & 31] for nth in range(_RANDOM))
    return made + _checked_by(made)


def read(text: str, field: str = "code") -> str:
    """A code as it was typed, in its one spelling. Raises ``CouponCodeWrong``."""
    spelled = text[:100].upper().translate(_MEANT)
    if (
        len(spelled) != LENGTH
        or not set(spelled) <= set(ALPHABET)
        or _checked_by(spelled[:-1]) != spelled[-1]
    ):
        raise CouponCodeWrong("check the code: 16 letters and digits, such as they stand on it", field=field)
    return spelled


def masked(code: str) -> str:
    """What those see of a code whose it is not."""
    return f"****{code[-4:]}"


def _checked_by(body: str) -> str:
    """Luhn's check digit over 32 characters: one wrong character always shows, two exchanged ones nearly always."""
    total = 0
    for nth, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 - nth % 2)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]
