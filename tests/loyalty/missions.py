"""Missions in JSON, and a service whose clock the tests set."""

import base64
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from huiyuan.kit.v1.kit_pb2 import Refusal

from services.kit import database, rpc
from services.loyalty.actions import coupons
from services.loyalty.jobs.grants import Grants
from services.loyalty.jobs.lifecycle import Allowing, Lifecycle
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.grants import GrantKind
from tests.loyalty.conftest import Loyalty

RECORD, CHECK_IN = "ActivitiesService/RecordActivity", "ActivitiesService/CheckIn"
Json = dict[str, Any]


class Clock:
    """The service's clock; it stands where it was set, or goes with the real one."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        return self.at or datetime.now(UTC)

    def set(self, text: str) -> None:
        """For instance ``2026-03-01T23:59:00+08:00``."""
        self.at = datetime.fromisoformat(text).astimezone(UTC)


@asynccontextmanager
async def timed(make_loyalty: Callable[..., Any], **founded: Any) -> AsyncIterator[tuple[Loyalty, Clock]]:
    clock = Clock()
    async with make_loyalty(now=clock, **founded) as loyalty:
        yield loyalty, clock


def named() -> str:
    return f"m{uuid4().hex[:12]}"


def mission(key: str, type: str = "share", count: int = 3, points: int = 200, **changes: Any) -> Json:
    """A mission: so many activities of a type, once, give points."""
    task = {
        "type": type,
        "count": count,
        "countedBy": "COUNTED_BY_ACTIVITY",
        "period": "MISSION_PERIOD_EVER",
        "times": 1,
    }
    text = {"zh": "任务", "en": "mission"}
    return {
        "key": key,
        "name": text,
        "description": text,
        "activities": task | changes.pop("activities", {}),
        "award": {"points": {"currency": "POINTS", "points": points}},
    } | changes


def occasion(kind: str, days: int, points: int = 50, **changes: Any) -> Json:
    """A mission of an occasion, for who allows personalisation."""
    body = mission(named(), points=points, purpose="personalisation", **changes)
    del body["activities"]
    return body | {"lifecycle": {"kind": f"LIFECYCLE_KIND_{kind}", "days": days}}


def rfc3339(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def everybody(members: Sequence[str], _: str, _categories: Sequence[str] = ()) -> Collection[str]:
    return members


class Operator:
    """Who keeps missions, tells activities and lets the worker give; members allow whatever ``allowing`` says."""

    def __init__(self, loyalty: Loyalty, clock: Clock) -> None:
        self.loyalty = loyalty
        self.clock = clock
        self.allowing: Allowing = everybody

    async def draft(self, body: Json, programme: str = "") -> httpx.Response:
        asked = {"programmeId": programme, "mission": body, "reason": "try"}
        return await self.loyalty.staff("MissionsService/DraftMission", asked)

    async def publish(self, body: Json, programme: str = "") -> int:
        """Draft and publish; the edition."""
        drafted = await self.draft(body, programme)
        assert drafted.status_code == 200, drafted.text
        edition: int = drafted.json()["mission"]["edition"]
        published = {"programmeId": programme, "key": body["key"], "edition": edition, "reason": "go"}
        answer = await self.loyalty.staff("MissionsService/PublishMission", published)
        assert answer.status_code == 200, answer.text
        return edition

    async def stop(self, key: str, programme: str = "") -> None:
        asked = {"programmeId": programme, "key": key, "reason": "over"}
        answer = await self.loyalty.staff("MissionsService/StopMission", asked)
        assert answer.status_code == 200, answer.text

    def activity(self, member: str, type: str = "share", at: datetime | None = None, **changes: Any) -> Json:
        return {
            "memberId": member,
            "source": "app",
            "activityId": uuid4().hex,
            "type": type,
            "occurredAt": rfc3339(at or self.clock()),
        } | changes

    async def tell(self, body: Json) -> httpx.Response:
        return await self.loyalty.order_system(RECORD, body, "activity_recorder")

    async def told(self, body: Json) -> Json:
        """Tell an activity that is taken; where the member stands in the mission that it counted in, if any."""
        answer = await self.tell(body)
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json().get("missions", [])
        assert len(found) <= 1
        return found[0] if found else {}

    async def check_in(self, member: str, programme: str = "") -> Json:
        assertion = self.loyalty.assertion("member", member)
        asked = {"programmeId": programme}
        answer = await self.loyalty.call(CHECK_IN, asked, headers={rpc.CALLER_HEADER: assertion})
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        return body

    async def give(self) -> None:
        """One round of the worker, at whatever time the clock has it."""
        pool = await database.pool(self.loyalty.database, size=2)
        ahead = max(self.clock(), datetime.now(UTC)) + timedelta(minutes=1)
        await Grants(
            self.loyalty.database, pool, Rulebook(pool), lambda: ahead, {GrantKind.COUPON: coupons.give}
        ).give()
        await pool.close()

    async def look(self) -> None:
        """One look of the worker for occasions, at the clock's time."""
        pool = await database.pool(self.loyalty.database, size=2)
        await Lifecycle(pool, Rulebook(pool), self.allowing, self.clock).look()
        await pool.close()

    async def available(self, member: str) -> int:
        return (await self.loyalty.balance(member))["available"]

    async def promised(self, member: str) -> list[str]:
        rows = await self.loyalty.sql("SELECT key FROM grants WHERE member_id = $1 ORDER BY nth", member)
        return [row["key"] for row in rows]

    async def happened(self, member: str) -> list[str]:
        """The types of the events about a member, be they told alone or several together."""
        alone = await self.loyalty.sql("SELECT type FROM outbox WHERE member_id = $1", member)
        return [row["type"] for row in alone] + await self.loyalty.told(member)


def wrong_field(answer: httpx.Response) -> str:
    """The path that a refusal names."""
    detail: str = answer.json()["details"][0]["value"]
    return Refusal.FromString(base64.b64decode(detail + "=" * (-len(detail) % 4))).field
