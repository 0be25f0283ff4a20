"""The demo's members, and their first order."""

from datetime import datetime, timedelta

from huiyuan.kit.v1.kit_pb2 import IDENTITY_KIND_EMAIL, IDENTITY_KIND_PHONE, ExternalIdentity, Money
from huiyuan.loyalty.v1 import orders_pb2 as orders
from huiyuan.members.v1 import profiles_pb2 as profiles

from infra.local.demo import PROGRAMME_ID, SOURCE

_JOINED_BEFORE = timedelta(days=7)

MEMBERS = (("林晓棠", "lin.xiaotang"), ("周亦安", "zhou.yian"), ("欧阳若溪", "ouyang.ruoxi"))
"""Invented names, and invented mailboxes."""


def registrations(founded_at: datetime) -> list[profiles.RegisterMemberRequest]:
    """The members, each with a phone and an email address."""
    return [_registration(number, founded_at) for number in range(1, len(MEMBERS) + 1)]


def _registration(number: int, founded_at: datetime) -> profiles.RegisterMemberRequest:
    name, mailbox = MEMBERS[number - 1]
    identities = {
        IDENTITY_KIND_PHONE: f"+861390000{number:04}",
        IDENTITY_KIND_EMAIL: f"{mailbox}@example.com",
    }
    member = profiles.RegisterMemberRequest(
        identities=[
            profiles.NewIdentity(identity=ExternalIdentity(kind=kind, value=value), verified=True)
            for kind, value in identities.items()
        ],
        profile=profiles.NewProfile(
            display_name=name, full_name=name, language="zh-CN", time_zone="Asia/Shanghai"
        ),
        idempotency_key=f"demo-member-{number}",
    )
    member.joined_at.FromDatetime(founded_at - _JOINED_BEFORE)
    return member


def order(member_id: str, founded_at: datetime) -> orders.RecordOrderRequest:
    """A paid order that lifts its member to silver."""
    lines = (("1", "yunnan-black-250g", 2, 25_600), ("2", "gaiwan-white", 1, 31_200))
    paid = orders.RecordOrderRequest(
        source=SOURCE,
        order_id="demo-1",
        programme_id=PROGRAMME_ID,
        member_id=member_id,
        lines=[
            orders.OrderLine(
                line_id=line_id, sku=sku, quantity=quantity, money=Money(minor_units=fen, currency="CNY")
            )
            for line_id, sku, quantity, fen in lines
        ],
        total=Money(minor_units=sum(line[3] for line in lines), currency="CNY"),
        channel="web",
    )
    paid.paid_at.FromDatetime(founded_at)
    return paid
