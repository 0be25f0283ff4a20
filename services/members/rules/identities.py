"""Identities: by what a member is known outside, and the one spelling of each that counts."""

import re
import unicodedata
from enum import IntEnum

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from msgspec import Struct

from services.kit.refusal import Invalid
from services.members.rules import phones
from services.members.rules.personal import Personal
from services.members.rules.texts import far_too_long, has_control

NORM_VERSION = 1
"""Grows when the same input may be spelled otherwise than before; kept beside every index."""

LONGEST_SCOPE = 64
LONGEST_VALUE = 128

_PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+([A-Za-z]{2,})"
)
_LONGEST_PLAIN = 64


class IdentityKind(IntEnum):
    """Kinds of identities. The numbers are in every index and blob: they never change."""

    PHONE = 1
    EMAIL = 2
    WECHAT_UNIONID = 3
    WECHAT_OPENID = 4
    ALIPAY = 5
    MARKETPLACE_NICK = 6
    DEVICE = 7
    STOREFRONT_CUSTOMER = 8


_KINDS = {int(kind): kind for kind in IdentityKind}
_INDEX_HEADS = {kind: bytes((NORM_VERSION, kind, 0)) for kind in _KINDS.values()}
_UNSCOPED = (IdentityKind.PHONE, IdentityKind.EMAIL)


class IdentityNotValid(Invalid):
    """The identity cannot be one: its kind, scope or value is malformed."""


class Identity(Struct, frozen=True, array_like=True, gc=False):
    """An identity in its one spelling: phones as E.164, mail in lower case, the rest as NFKC."""

    kind: IdentityKind
    scope: str
    value: Personal


def normalised(kind: int, scope: str, value: str) -> Identity:
    """The identity that some input means. Raises ``IdentityNotValid``."""
    known = _KINDS.get(kind)
    if known is None:
        raise IdentityNotValid("the identity's kind is not one we know", field="kind")
    if far_too_long(value, LONGEST_VALUE):
        raise IdentityNotValid("the value is far too long", field="value")
    scope = scope.strip()
    if known in _UNSCOPED:
        if scope:
            raise IdentityNotValid("phones and mail addresses have no scope: leave it empty", field="scope")
        spelled = _phone(value) if known is IdentityKind.PHONE else _email(value)
        return Identity(known, "", Personal(spelled))
    if not scope or len(scope) > LONGEST_SCOPE or has_control(scope):
        raise IdentityNotValid(
            f"the scope must name the account, app or shop, in 1 to {LONGEST_SCOPE} characters", field="scope"
        )
    spelled = unicodedata.normalize("NFKC", value).strip()
    if not spelled or len(spelled) > LONGEST_VALUE or has_control(spelled):
        raise IdentityNotValid(f"the value must have 1 to {LONGEST_VALUE} characters", field="value")
    return Identity(known, scope, Personal(spelled))


def index_input(identity: Identity) -> bytes:
    """The bytes that a blind index digests. Scopes and values hold no NUL, so no two identities share them."""
    value = identity.value.reveal()
    scoped = f"{identity.scope}\0{value}" if identity.scope else value
    return _INDEX_HEADS[identity.kind] + scoped.encode()


def _phone(value: str) -> str:
    spelled = phones.normalised(value)
    if spelled is None:
        raise IdentityNotValid(
            "the phone number is not a possible one; write it as +8613900001234", field="value"
        )
    return spelled


def _email(value: str) -> str:
    # Of plain addresses the validator changes nothing but the case, at twenty times the cost.
    plain = _PLAIN_EMAIL.fullmatch(value) if len(value) <= _LONGEST_PLAIN else None
    if plain and plain[1].lower() not in SPECIAL_USE_DOMAIN_NAMES:
        return value.lower()
    text = unicodedata.normalize("NFKC", value).strip()
    try:
        address = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        raise IdentityNotValid("the mail address is malformed", field="value") from None
    return f"{address.local_part.lower()}@{address.domain}"
