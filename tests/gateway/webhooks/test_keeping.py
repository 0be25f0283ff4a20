"""Keeping: staff make endpoints, see what became of each webhook, and send again; secrets are shown once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from gateway.webhooks.endpoints import MOST_ENDPOINTS
from gateway.webhooks.events import TYPES
from infra.local.databases import DatabaseUrls
from services.kit import clock
from services.kit import database as kit_database
from tests.gateway.gateway_client import KEY, Gateway, code
from tests.gateway.webhooks.conftest import Office, raised
from tests.gateway.webhooks.receiver import proven, receiving


class Desk:
    """Staff before the admin API, and the worker behind it."""

    def __init__(self, gateway: Gateway, office: Office) -> None:
        self.gateway, self.office = gateway, office

    async def do(self, mutation: str, shown: str = "", *roles: str, **given: Any) -> dict[str, Any]:
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        if mutation in (
            "enableWebhookEndpoint",
            "disableWebhookEndpoint",
            "deleteWebhookEndpoint",
            "sendTestWebhook",
        ):
            kind = "WebhookEndpointInput"
        query = f"mutation($i:{kind}!){{{mutation}(input:$i){{{shown} userErrors{{field code}}}}}}"
        answer = await self.gateway.admin(query, *roles, variables={"i": {"reason": "as asked", **given}})
        assert "errors" not in answer, answer
        found: dict[str, Any] = answer["data"][mutation]
        return found

    async def made(self, path: str = "/hook", *types: str) -> tuple[str, str]:
        made = await self.do(
            "createWebhookEndpoint",
            "endpoint{id} secret",
            url=self.office.receiver.address + path,
            eventTypes=types or ["tier.raised"],
        )
        return made["endpoint"]["id"], made["secret"]

    async def read(self, query: str, *roles: str, **variables: Any) -> Any:
        answer = await self.gateway.admin(query, *(roles or ("auditor",)), variables=variables)
        assert "errors" not in answer, answer
        return next(iter(answer["data"].values()))

    async def deliveries(self, **filters: Any) -> list[dict[str, Any]]:
        query = (
            "query($e:UUID,$s:WebhookDeliveryState,$t:String){webhookDeliveries(first:100,endpointId:$e,state:$s,"
            "eventType:$t){nodes{id webhookId endpointId eventType state attemptCount nextAttemptAt body "
            "attempts{number statusCode failure durationMs}}}}"
        )
        told = {name[0]: value for name, value in filters.items()}
        found: list[dict[str, Any]] = (await self.read(query, **told))["nodes"]
        return found


@pytest.fixture
async def desk(gateway: Gateway, database: DatabaseUrls) -> AsyncIterator[Desk]:
    engine = kit_database.engine(database.app, size=6)
    rows = await asyncpg.connect(database.owner)
    await rows.execute(
        "DELETE FROM webhook_deliveries; DELETE FROM webhook_messages; DELETE FROM admin_actions"
    )
    await rows.execute("UPDATE webhook_endpoints SET state = 'DELETED'")
    async with receiving() as receiver:
        office = Office(engine, rows, receiver, time=clock.now(), key=KEY)
        yield Desk(gateway, office)
        await office.sender.close()
    await rows.close()
    await engine.dispose()


_ALL = (
    "{webhookEndpoints{id url description eventTypes programmeId state disabledBecause previousSecretEndsAt}}"
)


async def test_a_secret_is_shown_once_and_then_nowhere(desk: Desk) -> None:
    endpoint_id, secret = await desk.made()
    assert secret.startswith("whsec_")
    (shown,) = await desk.read(_ALL)
    assert shown == {
        "id": endpoint_id,
        "url": f"{desk.office.receiver.address}/hook",
        "description": "",
        "eventTypes": ["tier.raised"],
        "programmeId": None,
        "state": "ENABLED",
        "disabledBecause": None,
        "previousSecretEndsAt": None,
    }
    tables = await desk.office.rows.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    )
    for table in tables:
        kept = await desk.office.rows.fetch(f"SELECT t::text AS row FROM {table['tablename']} t")
        assert not any(secret.removeprefix("whsec_") in row["row"] for row in kept), table


async def test_the_audit_names_the_endpoint_and_neither_its_url_nor_its_secret(desk: Desk) -> None:
    endpoint_id, secret = await desk.made("/hook?token=hush")
    await desk.do("disableWebhookEndpoint", endpointId=endpoint_id)
    kept = await desk.office.rows.fetch(
        "SELECT operation, phase, subject::text FROM admin_actions ORDER BY 1"
    )
    assert {row["operation"] for row in kept} == {"createWebhookEndpoint", "disableWebhookEndpoint"}
    assert {row["phase"] for row in kept} == {"STARTED", "SUCCEEDED"}
    assert any(endpoint_id in row["subject"] for row in kept)
    assert not any("hush" in row["subject"] or secret in row["subject"] for row in kept)


async def test_a_test_webhook_is_sent_once_and_its_delivery_shows_how_it_went(desk: Desk) -> None:
    endpoint_id, secret = await desk.made()
    sent = await desk.do("sendTestWebhook", "deliveryId", "operations", endpointId=endpoint_id)
    desk.office.receiver.answers["/hook"] = 500
    await desk.office.pass_by(seconds=5)
    (got,) = desk.office.receiver.got
    assert proven(got, secret)
    assert got.content["type"] == "webhook.test"
    assert got.content["data"] == {"endpointId": endpoint_id}
    query = (
        "query($id:ID!){webhookDelivery(id:$id){state webhookId body attempts{number statusCode failure}}}"
    )
    assert await desk.read(query, id=sent["deliveryId"]) == {
        "state": "FAILED",
        "webhookId": got.id,
        "body": got.body.decode(),
        "attempts": [{"number": 1, "statusCode": 500, "failure": "STATUS"}],
    }
    await desk.office.pass_by(days=3)
    assert len(desk.office.receiver.got) == 1
    for nobody in ("0", "-1", "x", "9" * 30):
        assert await desk.read(query, id=nobody) is None


async def test_what_the_endpoint_said_is_kept_nowhere(desk: Desk) -> None:
    await desk.made()
    await desk.office.hear(raised())
    await desk.office.pass_by(seconds=5)
    assert desk.office.receiver.got
    kept = await desk.office.rows.fetch("SELECT a::text AS row FROM webhook_attempts a")
    assert kept
    assert not any("13900000001" in row["row"] or "thank" in row["row"] for row in kept)


async def test_the_log_is_read_by_endpoint_state_and_type_page_by_page(desk: Desk) -> None:
    good, _ = await desk.made("/good")
    bad, _ = await desk.made("/bad", "tier.raised", "points.awarded")
    desk.office.receiver.answers["/bad"] = 500
    await desk.office.hear(*(raised(seq=seq) for seq in range(1, 5)))
    await desk.do("sendTestWebhook", endpointId=good)
    await desk.office.pass_by(seconds=5)
    assert len(await desk.deliveries()) == 9
    assert {one["endpointId"] for one in await desk.deliveries(endpoint=good)} == {good}
    failing = await desk.deliveries(state="PENDING")
    assert [one["endpointId"] for one in failing] == [bad] * 4
    assert all(one["nextAttemptAt"] and one["attempts"][0]["failure"] == "STATUS" for one in failing)
    assert [one["eventType"] for one in await desk.deliveries(type="webhook.test")] == ["webhook.test"]
    assert await desk.deliveries(endpoint=good, state="PENDING") == []
    query = (
        "query($after:String){webhookDeliveries(first:2,after:$after)"
        "{edges{cursor node{id}}pageInfo{hasNextPage endCursor}}}"
    )
    seen, after = [], None
    while True:
        page = await desk.read(query, after=after)
        seen += [int(edge["node"]["id"]) for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(set(seen)) == 9
    answer = await desk.gateway.admin(query, variables={"after": "bm8"})
    assert code(answer) == "BAD_USER_INPUT"


async def test_a_delivery_is_sent_again_under_its_id(desk: Desk) -> None:
    await desk.made()
    await desk.office.hear(raised())
    await desk.office.pass_by(seconds=5)
    (one,) = await desk.deliveries(state="SUCCEEDED")
    again = await desk.do(
        "replayWebhookDelivery", "delivery{state attemptCount}", "operations", deliveryId=one["id"]
    )
    assert again["delivery"] == {"state": "PENDING", "attemptCount": 1}
    await desk.office.pass_by(seconds=5)
    first, second = desk.office.receiver.got
    assert first.id == second.id
    (one,) = await desk.deliveries()
    assert [attempt["number"] for attempt in one["attempts"]] == [1, 2]


async def test_what_waits_for_its_next_try_is_sent_at_once(desk: Desk) -> None:
    await desk.made()
    desk.office.receiver.answers["/hook"] = 500
    await desk.office.hear(raised())
    for _ in range(3):
        await desk.office.pass_by(minutes=7)
    desk.office.receiver.answers["/hook"] = 200
    (one,) = await desk.deliveries(state="PENDING")
    await desk.do("replayWebhookDelivery", deliveryId=one["id"])
    await desk.office.rows.execute("UPDATE webhook_deliveries SET due_at = due_at + interval '21 minutes'")
    await desk.office.pass_by(seconds=10)
    assert [one["state"] for one in await desk.deliveries()] == ["SUCCEEDED"]


async def test_all_that_failed_since_an_instant_is_sent_again_and_nothing_else(desk: Desk) -> None:
    endpoint_id, _ = await desk.made()
    other, _ = await desk.made("/other")
    desk.office.receiver.answers |= {"/hook": 500, "/other": 500}
    await desk.office.hear(raised(seq=1), raised(seq=2))
    since = desk.office.time + timedelta(hours=1)
    desk.office.time += timedelta(hours=2)
    await desk.office.hear(raised(seq=3), raised(seq=4))
    await desk.office.rows.execute("UPDATE webhook_deliveries SET state = 'FAILED'")
    desk.office.receiver.answers.clear()
    await desk.office.hear(raised(seq=5))
    await desk.office.pass_by(seconds=5)
    desk.office.receiver.got.clear()
    replayed = await desk.do(
        "replayFailedWebhooks", "replayed", endpointId=endpoint_id, since=since.isoformat()
    )
    assert replayed == {"replayed": 2, "userErrors": []}
    await desk.office.pass_by(seconds=5)
    assert sorted(got.id for got in desk.office.receiver.got) == ["evt_loyalty_3_3_0", "evt_loyalty_3_4_0"]
    assert {got.path for got in desk.office.receiver.got} == {"/hook"}
    assert len(await desk.deliveries(endpoint=other, state="FAILED")) == 4


async def test_nothing_is_sent_again_to_an_endpoint_that_was_deleted(desk: Desk) -> None:
    endpoint_id, _ = await desk.made()
    await desk.office.hear(raised())
    await desk.office.pass_by(seconds=5)
    (one,) = await desk.deliveries()
    await desk.do("deleteWebhookEndpoint", endpointId=endpoint_id)
    refused = await desk.do("replayWebhookDelivery", deliveryId=one["id"])
    assert refused["userErrors"] == [{"field": ["input", "deliveryId"], "code": "UNKNOWN_WEBHOOK_DELIVERY"}]
    refused = await desk.do("replayFailedWebhooks", endpointId=endpoint_id, since="2026-01-01T00:00:00Z")
    assert [error["code"] for error in refused["userErrors"]] == ["UNKNOWN_WEBHOOK_ENDPOINT"]
    assert [one["state"] for one in await desk.deliveries()] == ["SUCCEEDED"]


async def test_an_endpoint_is_changed_and_what_is_left_out_stays(desk: Desk) -> None:
    endpoint_id, secret = await desk.made()
    await desk.do(
        "updateWebhookEndpoint",
        endpointId=endpoint_id,
        url=f"{desk.office.receiver.address}/moved",
        eventTypes=["tier.raised", "points.awarded", "tier.raised"],
    )
    (shown,) = await desk.read(_ALL)
    assert shown["url"].endswith("/moved")
    assert shown["eventTypes"] == ["points.awarded", "tier.raised"]
    assert shown["description"] == ""
    await desk.office.hear(raised())
    await desk.office.pass_by(seconds=5)
    (got,) = desk.office.receiver.got
    assert got.path == "/moved"
    assert proven(got, secret)


async def test_a_rotation_says_until_when_the_secret_before_is_good(desk: Desk) -> None:
    endpoint_id, first = await desk.made()
    rotated = await desk.do(
        "rotateWebhookEndpointSecret", "secret endpoint{previousSecretEndsAt}", endpointId=endpoint_id
    )
    assert rotated["secret"] != first
    assert rotated["endpoint"]["previousSecretEndsAt"]
    ended = await desk.do(
        "rotateWebhookEndpointSecret",
        "endpoint{previousSecretEndsAt}",
        endpointId=endpoint_id,
        endPrevious=True,
    )
    assert ended["endpoint"]["previousSecretEndsAt"] is None


async def test_a_disabled_endpoint_takes_no_test_and_says_why_it_is_disabled(desk: Desk) -> None:
    endpoint_id, _ = await desk.made()
    await desk.do("disableWebhookEndpoint", endpointId=endpoint_id)
    refused = await desk.do("sendTestWebhook", endpointId=endpoint_id)
    assert refused["userErrors"][0]["code"] == "WEBHOOK_ENDPOINT_DISABLED"
    (shown,) = await desk.read(_ALL)
    assert (shown["state"], shown["disabledBecause"]) == ("DISABLED", "STAFF")
    await desk.do("enableWebhookEndpoint", endpointId=endpoint_id)
    (shown,) = await desk.read(_ALL)
    assert (shown["state"], shown["disabledBecause"]) == ("ENABLED", None)


@pytest.mark.parametrize(
    ("given", "expected", "field"),
    [
        ({"url": "no url"}, "WEBHOOK_URL_REFUSED", "url"),
        ({"url": "http://user:secret@127.0.0.1/"}, "WEBHOOK_URL_REFUSED", "url"),
        ({"eventTypes": []}, "UNKNOWN_EVENT_TYPE", "eventTypes"),
        ({"eventTypes": ["tier.raised", "tier.forgotten"]}, "UNKNOWN_EVENT_TYPE", "eventTypes"),
        ({"eventTypes": ["webhook.test"]}, "UNKNOWN_EVENT_TYPE", "eventTypes"),
        ({"description": "two\nlines"}, "DESCRIPTION_NOT_VALID", "description"),
        ({"programmeId": "x" * 65}, "DESCRIPTION_NOT_VALID", "programmeId"),
    ],
)
async def test_what_is_wrong_is_refused_by_name(
    desk: Desk, given: dict[str, Any], expected: str, field: str
) -> None:
    good = {"url": "http://127.0.0.1:9/hook", "eventTypes": ["tier.raised"]}
    refused = await desk.do("createWebhookEndpoint", "secret", **{**good, **given})
    assert refused == {"secret": None, "userErrors": [{"field": ["input", field], "code": expected}]}
    assert await desk.read(_ALL) == []


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://example.com/", "must be https"),
        ("https://127.0.0.1/", "public internet"),
        ("https://169.254.169.254/latest", "what a cloud tells its machines alone"),
    ],
)
async def test_production_takes_https_and_the_public_internet_alone(
    production: Gateway, url: str, fault: str
) -> None:
    query = "mutation($i:CreateWebhookEndpointInput!){createWebhookEndpoint(input:$i){secret userErrors{code message}}}"
    told = {"url": url, "eventTypes": ["tier.raised"], "reason": "as asked"}
    answer = await production.admin(query, variables={"i": told})
    made = answer["data"]["createWebhookEndpoint"]
    (error,) = made["userErrors"]
    assert (made["secret"], error["code"]) == (None, "WEBHOOK_URL_REFUSED")
    assert fault in error["message"], "in Chinese too it is said what is wrong"


async def test_there_are_so_many_endpoints_and_no_more(desk: Desk) -> None:
    for nth in range(MOST_ENDPOINTS):
        await desk.office.endpoints.create(f"http://127.0.0.1:9/{nth}", "", ["tier.raised"], "")
    refused = await desk.do("createWebhookEndpoint", url="http://127.0.0.1:9/", eventTypes=["tier.raised"])
    assert refused["userErrors"][0]["code"] == "TOO_MANY_WEBHOOKS"


async def test_every_event_of_the_contracts_may_be_asked_for(desk: Desk) -> None:
    types = await desk.read("{webhookEventTypes}")
    assert types == list(TYPES) == sorted(types)
    assert {
        "order.recorded",
        "order.refunded",
        "tier.raised",
        "consent.withdrawn",
        "member.registered",
    } <= set(types)
    endpoint_id, _ = await desk.made("/all", *types)
    assert endpoint_id
