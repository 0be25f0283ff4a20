"""Columns: what the columns of a file mean, by their headings in Chinese and English or as someone said.

To import one more field is one more line in ``COLUMNS``, and one in ``profiles`` of ``rows.py`` where it is of the
profile and not an identity.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from infra.local.member_files.encodings import FileNotUnderstood
from services.members.rules.identities import IdentityKind


class Use(Enum):
    """What a column is for."""

    PROFILE = "profile"
    IDENTITY = "identity"
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Column:
    """A column that we know: its name, its use, and the headings that mean it (folded as ``_folded`` does)."""

    name: str
    use: Use
    headings: tuple[str, ...]
    kind: IdentityKind | None = None


def _identity(kind: IdentityKind, name: str, *headings: str) -> Column:
    return Column(name, Use.IDENTITY, headings, kind)


COLUMNS = (
    Column("display_name", Use.PROFILE, ("昵称", "显示名", "显示名称", "会员昵称", "nickname", "nick")),
    Column("full_name", Use.PROFILE, ("姓名", "名字", "会员姓名", "真实姓名", "name", "realname")),
    Column("birth_date", Use.PROFILE, ("生日", "出生日期", "出生年月日", "birthday", "birthdate", "dob")),
    Column("language", Use.PROFILE, ("语言", "locale")),
    Column("time_zone", Use.PROFILE, ("时区", "timezone")),
    Column("joined_at", Use.JOINED, ("注册时间", "注册日期", "入会时间", "入会日期", "加入时间", "加入日期")),
    _identity(
        IdentityKind.PHONE, "phone", "手机", "手机号", "手机号码", "电话", "联系电话", "mobile", "phonenumber"
    ),
    _identity(IdentityKind.EMAIL, "email", "邮箱", "电子邮箱", "电子邮件", "邮件", "mail", "emailaddress"),
    _identity(
        IdentityKind.STOREFRONT_CUSTOMER,
        "external_id",
        *(
            "会员编号",
            "会员号",
            "客户编号",
            "客户号",
            "会员id",
            "客户id",
            "customerid",
            "memberno",
            "externalid",
        ),
    ),
    _identity(IdentityKind.WECHAT_UNIONID, "wechat_unionid", "微信unionid", "unionid"),
    _identity(IdentityKind.WECHAT_OPENID, "wechat_openid", "微信openid", "openid"),
    _identity(IdentityKind.ALIPAY, "alipay", "支付宝", "支付宝账号", "alipayid"),
    _identity(IdentityKind.MARKETPLACE_NICK, "marketplace_nick", "旺旺", "淘宝昵称", "旺旺id"),
)
BY_NAME = {column.name: column for column in COLUMNS}
SCOPED = tuple(
    column.name for column in COLUMNS if column.kind not in (None, IdentityKind.PHONE, IdentityKind.EMAIL)
)
REJECT_HEADINGS = ("reject_row", "reject_column", "reject_code", "reject_right")
"""What a file of rejects says of each row; read again after corrections, these are passed over."""


@dataclass(frozen=True, slots=True)
class Plan:
    """At which place of a row each known column stands, and the headings that are not imported."""

    places: dict[str, int]
    left_out: list[str]


def planned(heading: Sequence[str], given: Mapping[str, str], scopes: Mapping[str, str]) -> Plan:
    """Which columns of a file are imported as what; ``given`` (heading to column's name) goes before ours.

    An empty name leaves a column out. Raises ``FileNotUnderstood`` when two columns mean the same, or when one has
    ids of which ``scopes`` does not say where they are unique.
    """
    if strange := sorted(set(given.values()) - set(BY_NAME) - {""}):
        raise FileNotUnderstood(
            f"{', '.join(strange)} is no column of ours: choose from {', '.join(BY_NAME)}"
        )
    told = {_folded(name): meaning for name, meaning in given.items()}
    if missing := sorted(set(told) - {_folded(name) for name in heading}):
        raise FileNotUnderstood(f"the file has no column {', '.join(missing)}: it has {', '.join(heading)}")
    places: dict[str, int] = {}
    left_out = []
    for at, name in enumerate(heading):
        folded = _folded(name)
        meaning = told.get(folded, _MEANINGS.get(folded, ""))
        if not meaning:
            left_out += [name] if name.strip() not in REJECT_HEADINGS else []
        elif meaning in places:
            raise FileNotUnderstood(
                f"the columns {heading[places[meaning]]} and {name} both mean {meaning}: "
                f"leave one out by --map '{name}='"
            )
        else:
            places[meaning] = at
    if not any(BY_NAME[name].use is Use.IDENTITY for name in places):
        raise FileNotUnderstood(
            "no column of the file identifies a member: name one by --map, for instance --map 电话号=phone"
        )
    for name in SCOPED:
        if name in places and not scopes.get(name):
            raise FileNotUnderstood(
                f"say in which shop, app or account the ids of {heading[places[name]]} are unique, "
                f"for instance --scope {name}=my-shop"
            )
    return Plan(places, left_out)


def be_found(plan: Plan, named: Iterable[str]) -> None:
    """Refuse to go on without a column that an option names: one called otherwise would be left out, and whoever is known
    by it with it. Raises ``FileNotUnderstood``."""
    for name in named:
        if name not in plan.places:
            raise FileNotUnderstood(
                f"no column of the file is {name}: say which by --map 'HEADING={name}', or leave the option out"
            )


def _folded(heading: str) -> str:
    """A heading without what people vary: width, case, blanks, underscores and stars."""
    return re.sub(r"[\s_*-]", "", unicodedata.normalize("NFKC", heading)).lower()


_MEANINGS = {
    _folded(heading): column.name for column in COLUMNS for heading in (column.name, *column.headings)
}
