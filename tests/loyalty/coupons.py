"""Coupons as the tests make them: templates in JSON, baskets, and what the doors answer."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from huiyuan.kit.v1.kit_pb2 import Refusal

from tests.loyalty.conftest import Loyalty, cny

TEMPLATES, COUPONS = "CouponTemplatesService", "CouponsService"
NAME = {"zh": "券", "en": "coupon"}


def day(ahead: int = 0) -> str:
    """A local day of the usual programme, from today on."""
    return str((datetime.now(UTC) + timedelta(hours=8)).date() + timedelta(days=ahead))


def amount_off(minor: int = 1_000, threshold: int = 10_000, **changes: Any) -> dict[str, Any]:
    """10.00 off from 100.00 on, good for thirty days."""
    return {
        "name": NAME,
        "terms": NAME,
        "kind": "COUPON_KIND_AMOUNT_OFF",
        "amountOff": cny(minor),
        **({"threshold": cny(threshold)} if threshold else {}),
        "validFor": "P30D",
    } | changes


def percentage(off: int = 1_000, **changes: Any) -> dict[str, Any]:
    """A tenth off."""
    body = amount_off(0, 0, kind="COUPON_KIND_PERCENTAGE", offBasisPoints=off)
    del body["amountOff"]
    return body | changes


def of_kind(kind: str, **changes: Any) -> dict[str, Any]:
    body = percentage(**changes)
    del body["offBasisPoints"]
    return body | {"kind": f"COUPON_KIND_{kind}"}


def basket(*minors: int, shipping: int = 0, skus: tuple[str, ...] = ()) -> dict[str, Any]:
    """A line for each amount, of tea unless said otherwise."""
    return {
        "lines": [
            {
                "lineId": f"{nth}",
                "sku": skus[nth - 1] if skus else "tea",
                "quantity": 1,
                "money": cny(minor),
            }
            for nth, minor in enumerate(minors, 1)
        ],
        **({"shipping": cny(shipping)} if shipping else {}),
    }


def ordered(order_id: str) -> dict[str, str]:
    return {"source": "shop", "orderId": order_id}


def code_of(answer: httpx.Response) -> str:
    """The code of a refusal, or nothing."""
    return "" if answer.status_code == 200 else answer.json()["message"].split(":")[0]


def field_of(answer: httpx.Response) -> str:
    """The path of the field that a refusal names."""
    (detail,) = answer.json()["details"]
    return Refusal.FromString(base64.b64decode(detail["value"] + "==")).field


async def drafted(
    loyalty: Loyalty, terms: dict[str, Any], key: str = "", revision: int = 0
) -> httpx.Response:
    body = {"key": key or uuid4().hex[:12], "terms": terms, "reason": "test", "basedOnRevision": revision}
    return await loyalty.staff(f"{TEMPLATES}/SaveCouponTemplate", body)


async def published(loyalty: Loyalty, terms: dict[str, Any], key: str = "", revision: int = 0) -> str:
    """The key of a template that is published with these terms."""
    saved = await drafted(loyalty, terms, key, revision)
    assert saved.status_code == 200, saved.text
    template = saved.json()["template"]
    body = {"key": template["key"], "basedOnRevision": template["revision"], "reason": "test"}
    answer = await loyalty.staff(f"{TEMPLATES}/PublishCouponTemplate", body)
    assert answer.status_code == 200, answer.text
    found: str = template["key"]
    return found


async def issue(loyalty: Loyalty, template: str, *members: str, issue_id: str = "") -> list[dict[str, Any]]:
    """What issuing to members answers for each."""
    body = {
        "template": template,
        "to": [{"memberId": member} for member in members],
        "issueId": issue_id or uuid4().hex,
        "reason": "TEST",
    }
    answer = await loyalty.staff(f"{COUPONS}/IssueCoupons", body)
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def given(loyalty: Loyalty, member: str, template: str) -> str:
    """A coupon issued to a member; its id."""
    (result,) = await issue(loyalty, template, member)
    coupon_id: str = result["issued"]["couponId"]
    return coupon_id


async def new(loyalty: Loyalty, member: str, terms: dict[str, Any]) -> str:
    """A coupon of a template of its own."""
    return await given(loyalty, member, await published(loyalty, terms))


async def on_order(
    loyalty: Loyalty, verb: str, member: str, order_id: str, coupons: list[str], **more: Any
) -> httpx.Response:
    """Hold, use, release or reinstate coupons on an order of the shop."""
    body: dict[str, Any] = {"memberId": member, "order": ordered(order_id)}
    if verb == "Use":
        body["coupons"] = [{"couponId": each} for each in coupons]
    else:
        body["couponIds"] = coupons
    if verb in ("Hold", "Use"):
        body["idempotencyKey"] = uuid4().hex
    if verb == "Reinstate":
        body["reason"] = "REFUND"
    return await loyalty.order_system(f"{COUPONS}/{verb}Coupons", body | more)


async def listed(loyalty: Loyalty, member: str, state: str = "", **more: Any) -> list[dict[str, Any]]:
    body = {"memberId": member, "first": 100, **({"state": f"COUPON_STATE_{state}"} if state else {})} | more
    answer = await loyalty.staff(f"{COUPONS}/ListCoupons", body)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json().get("coupons", [])
    return found


async def state(loyalty: Loyalty, coupon_id: str) -> str:
    (row,) = await loyalty.sql("SELECT state FROM coupons WHERE coupon_id = $1", coupon_id)
    found: str = row["state"]
    return found


async def waiting_for_locks(loyalty: Loyalty, many: int) -> None:
    """Wait until so many of the service's connections wait for what the test has locked."""
    async with asyncio.timeout(10):
        while len(await loyalty.sql("SELECT FROM pg_locks WHERE NOT granted")) < many:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def be_counted(loyalty: Loyalty) -> None:
    """Every template's counters say what its coupons sum to, found out from the rows alone."""
    wrong = await loyalty.sql(
        """SELECT t.key FROM coupon_templates t LEFT JOIN LATERAL (
             SELECT count(*) FILTER (WHERE c.state <> 'REVOKED') AS issued,
                    sum(CASE WHEN c.state = 'USED' THEN c.taken_off_minor + (e.terms ->> 'cost_minor')::bigint
                             WHEN c.state IN ('ISSUED', 'HELD') THEN (e.terms ->> 'cost_minor')::bigint
                               + greatest((e.terms ->> 'amount_off_minor')::bigint, (e.terms ->> 'cap_minor')::bigint)
                        END) AS committed
             FROM coupons c JOIN coupon_editions e USING (programme, template, edition)
             WHERE c.programme = t.programme AND c.template = t.key) AS s ON true
           WHERE (t.issued, t.committed_minor) <> (s.issued, coalesce(s.committed, 0))"""
    )
    assert wrong == []
