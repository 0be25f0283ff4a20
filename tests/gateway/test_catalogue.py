"""The catalogue: what is the same for everyone is asked of a service once, and anew as soon as something is published."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from huiyuan.consent.v1 import events_pb2 as consent
from huiyuan.loyalty.v1 import events_pb2 as loyalty

from gateway.loaders.catalogue import KEPT_S, Answer, Catalogue
from tests.gateway.answers import at
from tests.gateway.gateway_client import Gateway
from tests.gateway.streams import Streams

ASKED = "{consentPurposes{key name notices{title}}}"
PUBLISHED = {
    "purpose": ("consent", consent.ConsentEvent(purpose_published=consent.PurposePublished(key="sms"))),
    "notice": ("consent", consent.ConsentEvent(notice_published=consent.NoticePublished(key="sms"))),
    "programme": ("loyalty", loyalty.LoyaltyEvent(programme_revised=loyalty.ProgrammeRevised(version=2))),
}


@pytest.fixture
async def gateway(live: Gateway, streams: Streams) -> Gateway:
    """A gateway that hears what is published, and has nothing kept that was."""
    await published(live, streams, *PUBLISHED["purpose"])
    live.services.calls.clear()
    return live


async def published(gateway: Gateway, streams: Streams, service: str, event: object) -> None:
    """Publish, and wait until the gateway has heard of it: it asks once more than it would."""
    await until_kept(gateway)
    before = gateway.services.calls["purposes"]
    await streams.publish(service, event)
    for _ in range(200):
        await gateway.ask(ASKED)
        if gateway.services.calls["purposes"] > before:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("what was published is not heard of")


async def until_kept(gateway: Gateway) -> None:
    """Wait until the second of two questions is answered by what was kept."""
    for _ in range(400):
        await gateway.ask(ASKED)
        before = gateway.services.calls["purposes"]
        await gateway.ask(ASKED)
        if gateway.services.calls["purposes"] == before:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nothing is kept")


async def test_what_everyone_asks_is_asked_of_the_service_once_for_each_language(gateway: Gateway) -> None:
    _, token = gateway.join()
    first = await gateway.ask("{consentPurposes(locale:EN){key name notices{title}}}")
    assert first["data"]["consentPurposes"][0]["notices"] == [{"title": "SMS"}]
    gateway.services.calls.clear()
    for who in (None, token):
        again = await gateway.ask("{consentPurposes(locale:EN){key name notices{title}}}", who)
        assert again == first
        assert (await gateway.ask(ASKED, who))["data"]["consentPurposes"][0]["name"] == "短信营销"
    assert gateway.services.calls["purposes"] == 0
    for _ in range(2):
        tiers = await gateway.ask("{programme(locale:EN){name tiers{rank conditions{metric atLeast}}}}")
        assert tiers["data"]["programme"]["name"] == "Demo"
    assert gateway.services.calls["programme"] == 1


@pytest.mark.parametrize("what", PUBLISHED)
async def test_whatever_is_published_is_asked_for_anew(gateway: Gateway, streams: Streams, what: str) -> None:
    await published(gateway, streams, *PUBLISHED[what])


async def test_what_happens_to_a_member_leaves_what_is_kept_alone(gateway: Gateway, streams: Streams) -> None:
    member_id, _ = gateway.join()
    await until_kept(gateway)
    gateway.services.calls.clear()
    await streams.tell(member_id, "points_adjusted")
    await asyncio.sleep(0.1)
    await gateway.ask(ASKED)
    assert gateway.services.calls["purposes"] == 0


async def test_a_service_that_is_away_is_no_answer_to_keep(gateway: Gateway, streams: Streams) -> None:
    gateway.services.away.add("consent")
    await streams.publish(*PUBLISHED["purpose"])
    for _ in range(200):
        answer = await gateway.ask(ASKED)
        if "errors" in answer:
            break
        await asyncio.sleep(0.01)
    assert answer["errors"][0]["extensions"]["code"] == "AWAY"
    gateway.services.away.clear()
    assert "errors" not in await gateway.ask(ASKED)


async def test_while_the_streams_are_away_nothing_is_kept(gateway: Gateway, streams: Streams) -> None:
    await until_kept(gateway)
    streams.stop()
    try:
        for _ in range(100):
            gateway.services.calls.clear()
            await gateway.ask(ASKED)
            if gateway.services.calls["purposes"]:
                break
            await asyncio.sleep(0.02)
        for nth in range(1, 4):
            gateway.services.calls.clear()
            await gateway.ask(ASKED)
            assert gateway.services.calls["purposes"] == 1, f"question {nth} is asked of the service"
    finally:
        streams.start()
    await until_kept(gateway)


async def test_public_answers_by_get_may_be_kept_by_caches_that_ask_before_each_use(gateway: Gateway) -> None:
    asked = {"params": {"query": ASKED}, "headers": {"accept-language": "en"}}
    first = await gateway.http.get("/graphql", **asked)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, no-cache"
    assert {"accept", "accept-language"} <= set(first.headers["vary"].split(", "))
    for known in (tag, f'"other", W/{tag}', "*"):
        again = await gateway.http.get(
            "/graphql", params=asked["params"], headers={**asked["headers"], "if-none-match": known}
        )
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    chinese = await gateway.http.get("/graphql", params=asked["params"], headers={"if-none-match": tag})
    assert (chinese.status_code, chinese.headers["etag"] != tag) == (200, True)


async def test_neither_errors_nor_answers_to_a_member_are_kept_by_caches(gateway: Gateway) -> None:
    _, token = gateway.join()
    told = [
        await gateway.http.get("/graphql", params={"query": "{nothing}"}),
        await gateway.http.get("/graphql", params={"query": "{me{id}}"}),
        await gateway.post("{me{id}}", token),
        await gateway.post(ASKED),
        await gateway.http.get(
            "/admin/graphql",
            params={"query": "{programme{id}}"},
            headers={"authorization": f"Bearer {gateway.issuer.staff()}"},
        ),
    ]
    for answer in told:
        assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)


class Shelf:
    """A catalogue with an edition and clocks that the test turns."""

    def __init__(self) -> None:
        self.edition: int | None = 1
        self.wall, self.passed_s = at(2026, 9, 1), 0.0
        self.catalogue = Catalogue(
            lambda: self.edition, now=lambda: self.wall, now_s=lambda: 100.0 + self.passed_s
        )
        self.fetched = 0

    async def get(
        self, key: str = "a", *, meanwhile: Callable[[], Awaitable[None]] | None = None, **changes: datetime
    ) -> int:
        async def fetch() -> Answer:
            self.fetched += 1
            answer = Answer(self.fetched, changes.get("changes_at"))
            if meanwhile is not None:
                await meanwhile()
            return answer

        value: int = await self.catalogue.get(key, fetch)
        return value

    async def publish(self) -> None:
        assert self.edition is not None
        self.edition += 1


async def test_what_was_on_its_way_when_something_was_published_is_not_kept() -> None:
    shelf = Shelf()
    assert await shelf.get(meanwhile=shelf.publish) == 1
    assert [await shelf.get(), await shelf.get()] == [2, 2]


async def test_what_was_asked_before_the_streams_came_back_is_not_kept() -> None:
    shelf = Shelf()
    shelf.edition = None

    async def come_back() -> None:
        shelf.edition = 7

    assert [await shelf.get(), await shelf.get()] == [1, 2], "nobody would tell"
    assert [await shelf.get(meanwhile=come_back), await shelf.get(), await shelf.get()] == [3, 4, 4]


async def test_nothing_outlives_the_instant_at_which_it_changes() -> None:
    shelf = Shelf()
    changes_at = shelf.wall + timedelta(seconds=5)
    assert [await shelf.get(changes_at=changes_at), await shelf.get()] == [1, 1]
    shelf.passed_s = 5.0
    assert await shelf.get() == 2


async def test_what_should_have_changed_already_is_not_kept() -> None:
    shelf = Shelf()
    assert [await shelf.get(changes_at=shelf.wall), await shelf.get()] == [1, 2]


async def test_nothing_is_kept_longer_than_its_bound_though_nobody_tells() -> None:
    shelf = Shelf()
    await shelf.get()
    shelf.passed_s = KEPT_S - 0.1
    assert await shelf.get() == 1
    shelf.passed_s = KEPT_S
    assert await shelf.get() == 2


async def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    shelf = Shelf()
    for nth in range(65):
        await shelf.get(str(nth))
    assert [await shelf.get("64"), await shelf.get("1"), await shelf.get("0")] == [65, 2, 66]


async def test_a_member_who_signs_a_get_is_told_that_its_token_is_not_read(gateway: Gateway) -> None:
    _, token = gateway.join()
    signed = {"authorization": f"Bearer {token}", "accept-language": "en"}
    answer = await gateway.http.get("/graphql", params={"query": "{me{id}}"}, headers=signed)
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert "by POST (that of a GET is not read)" in error["message"]
