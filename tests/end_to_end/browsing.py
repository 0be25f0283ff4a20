"""Browsing: members who look at all of theirs again and again, while orders come in, and who judges each answer.

The judge knows what was registered and ordered, and which service may be away; it asks no service.
"""

import asyncio
from collections import Counter
from collections.abc import Callable

import httpx

from gateway.errors.catalogue import BY_CODE
from tests.end_to_end.callers import Json, OrderSystem, Shopper, is_retryable, order
from tests.end_to_end.replicas import PATIENCE_S

SERVICE_OF = {"displayName": "members", "points": "loyalty", "tier": "loyalty", "consents": "consent"}
QUERY = "{ me { displayName points { available } tier { rank } consents { purpose state } } }"
NAME = "闻人霜"
_PAUSE_S = 0.04


class Looker:
    """A member, and what an answer to them must say."""

    def __init__(self, shop: OrderSystem) -> None:
        self.shopper: Shopper = shop.register(NAME)
        self.sent: list[Json] = []
        self.recorded = 0
        self.consents: list[Json] = []


class Browsing:
    """Some members' questions to one gateway, and an order system that goes on."""

    def __init__(self, shop: OrderSystem, gateway_url: str, *, members: int) -> None:
        self._url = f"{gateway_url}/graphql"
        self._orders_url = f"{shop.house.url('loyalty')}/huiyuan.loyalty.v1.OrdersService/RecordOrder"
        self._shop = shop
        self.lookers = [Looker(shop) for _ in range(members)]
        self.away: frozenset[str] = frozenset()
        self.whole = 0
        self.failed: Counter[str] = Counter()
        self.codes: set[str] = set()
        self._ordering = True

    async def run(self) -> None:
        """Until cancelled. An answer that is wrong ends it."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http, asyncio.TaskGroup() as tasks:
            for looker in self.lookers:
                tasks.create_task(self._look(http, looker))
                tasks.create_task(self._order(http, looker))

    async def see_whole(self, answers: int) -> None:
        """Wait for so many answers with nothing missing."""
        enough = self.whole + answers
        await _until(lambda: self.whole >= enough)

    async def see_failing(self, services: frozenset[str], times: int) -> None:
        """Wait until each of these services was missing so many times more."""
        enough = {service: self.failed[service] + times for service in services}
        await _until(lambda: all(self.failed[service] >= most for service, most in enough.items()))

    async def stop_ordering(self) -> None:
        """Send no further order, and wait until all that were sent are recorded."""
        self._ordering = False
        await _until(lambda: all(one.recorded == len(one.sent) for one in self.lookers))

    async def _look(self, http: httpx.AsyncClient, looker: Looker) -> None:
        headers = {"authorization": f"Bearer {looker.shopper.token}"}
        while True:
            least, may_fail = looker.recorded, self.away
            answer = await http.post(self._url, json={"query": QUERY}, headers=headers)
            self.judge(answer, looker, least, may_fail | self.away)
            await asyncio.sleep(_PAUSE_S)

    def judge(self, answer: httpx.Response, looker: Looker, least: int, may_fail: frozenset[str]) -> None:
        """What is there is right, what is missing has its reason, and only what is away is missing."""
        body = answer.json()
        assert answer.status_code == 200, (answer.status_code, body)
        reasons: dict[str, Json] = {}
        for error in body.get("errors", ()):
            told = error["extensions"]
            assert told["code"] in BY_CODE, error
            assert told["retryable"], error
            self.codes.add(told["code"])
            reasons[".".join(map(str, error["path"]))] = told
        me = body["data"]["me"]
        missing = {field for field in SERVICE_OF if me[field] is None}
        assert {f"me.{field}" for field in missing} == reasons.keys(), body
        lacking = {SERVICE_OF[field] for field in missing}
        assert lacking <= may_fail, (lacking, may_fail, body)
        self.failed.update(lacking)
        self.whole += not missing
        if me["displayName"] is not None:
            assert me["displayName"] == NAME
        if me["points"] is not None:
            assert least <= me["points"]["available"] <= len(looker.sent), body
        if me["consents"] is not None:
            looker.consents = looker.consents or me["consents"]
            assert me["consents"] == looker.consents
            assert me["consents"]

    async def _order(self, http: httpx.AsyncClient, looker: Looker) -> None:
        """An order of one point after another, each sent with its id until it is answered."""
        headers = {"authorization": f"Bearer {self._shop.token}"}
        while self._ordering:
            paid = order(looker.shopper.member_id, 100, source="browsing")
            looker.sent.append(paid)
            while (said := await http.post(self._orders_url, json=paid, headers=headers)).status_code != 200:
                assert (said.status_code, is_retryable(said)) == (503, True), said.text
                await asyncio.sleep(0.1)
            looker.recorded += 1
            await asyncio.sleep(3 * _PAUSE_S)


async def _until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not so():  # noqa: ASYNC110  # what is waited for has no event of its own
            await asyncio.sleep(0.005)
