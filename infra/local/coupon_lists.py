"""Coupons for a list of members: a file names them, line by line, and each gets one of a template.

It keeps no state of its own: the service issues one to each member under the list's name, so that a run that was
cut short is simply run again, and whoever stands there twice gets one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from huiyuan.kit.v1.kit_pb2 import ExternalIdentity
from huiyuan.loyalty.v1.coupons_connect import CouponsServiceClient
from huiyuan.loyalty.v1.coupons_pb2 import IssueCouponResult, IssueCouponsRequest, IssuedTo

from infra.local import tables
from infra.local.delivery import Progress, Reject, client, deliver_lines, patiently

ROLES = ("coupon_issuer",)


class Meaning(NamedTuple):
    """What a file leaves unsaid: coupons of what, under which name and why, and what external ids are values of."""

    programme_id: str
    template: str
    name: str
    reason: str
    external: ExternalIdentity


@dataclass(slots=True)
class Outcome:
    """What issuing did, or would do; ``members`` are how many lines name one."""

    members: int = 0
    issued: int = 0
    replayed: int = 0
    rejects: list[Reject] = field(default_factory=list)


Named = tuple[IssuedTo, tables.Line]


def prepared(file: Path, meaning: Meaning, outcome: Outcome) -> list[Named]:
    """Whom a file names. Raises ``FileNotUnderstood``."""

    def named(line: tables.Line) -> Named:
        to = IssuedTo()
        tables.name(to, line.member(), meaning.external)
        return to, line

    made = tables.read(file, (), (), named, outcome.rejects)
    outcome.members = len(made)
    return made


async def run(loyalty_url: str, token: str, file: Path, meaning: Meaning, progress: Progress) -> Outcome:
    """Issue to everyone in a file. Raises ``FileNotUnderstood``, ``ImportStopped``, or a refusal of the whole."""
    outcome = Outcome()
    made = prepared(file, meaning, outcome)
    coupons = client(CouponsServiceClient, loyalty_url, "loyalty")
    headers = {"authorization": f"Bearer {token}"}

    async def send(batch: list[Named]) -> Sequence[IssueCouponResult]:
        request = IssueCouponsRequest(
            programme_id=meaning.programme_id,
            template=meaning.template,
            to=[to for to, _ in batch],
            issue_id=meaning.name,
            reason=meaning.reason,
        )
        results: Sequence[IssueCouponResult] = (
            await patiently(coupons.issue_coupons, request, headers)
        ).results
        return results

    def taken(_: Named, result: IssueCouponResult) -> None:
        outcome.issued += 1
        outcome.replayed += result.issued.replayed

    def told() -> None:
        progress("coupons", outcome.issued, len(made))

    await deliver_lines(made, send, lambda item: [item[1]], outcome.rejects, taken, told)
    return outcome
