"""PIPL 16: who refuses all that is optional earns, spends and rises as anybody: loyalty's own tests, asked of them alone."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import asyncpg
import pytest
from huiyuan.consent.v1.decisions_connect import DecisionsServiceASGIApplication

from tests.loyalty import (
    test_coupons,
    test_imports,
    test_merges,
    test_orders,
    test_rewards,
    test_tiers,
)
from tests.loyalty.conftest import Loyalty, serving
from tests.loyalty.gate import Gate

Asked = Callable[[Loyalty], Awaitable[None]]
_CORE = (test_orders, test_tiers, test_rewards, test_coupons, test_imports, test_merges)
"""Of what lies on the programme that the tests share."""
_OF_EACH = 2


def _tests(module: Any) -> Iterator[Asked]:
    """What a file asks of the one service that tests share, with nothing besides."""
    for name, test in vars(module).items():
        if name.startswith("test_") and inspect.iscoroutinefunction(test):
            alone = list(inspect.signature(test).parameters) == ["loyalty"]
            if alone and not getattr(test, "pytestmark", ()):
                yield test


SHORT = [test for module in _CORE for test in list(_tests(module))[:_OF_EACH]]
LONG = [test for module in _CORE for test in list(_tests(module))[_OF_EACH:]]


def _name(test: Asked) -> str:
    return test.__name__  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
async def gate() -> AsyncIterator[tuple[Gate, str]]:
    """A gate that allows nothing."""
    denying = Gate()
    async with serving(DecisionsServiceASGIApplication(denying)) as url:
        yield denying, url


@pytest.fixture(scope="module")
async def refusing(make_loyalty: Any, gate: tuple[Gate, str]) -> AsyncIterator[Loyalty]:
    """A house in which everybody who comes has refused automated decisions already."""
    async with make_loyalty(CONSENT_URL=gate[1]) as loyalty:
        owner = await asyncpg.connect(loyalty.owner)
        await owner.execute("ALTER TABLE members ALTER COLUMN automated_refused SET DEFAULT true")
        yield loyalty
        came = await owner.fetchrow(
            "SELECT count(*), count(*) FILTER (WHERE automated_refused) FROM standings"
        )
        await owner.close()
        assert came[0] == came[1] > len(SHORT), "everybody who was asked had refused"


async def ask(loyalty: Loyalty, gate: Gate, test: Asked) -> None:
    gate.asked.clear()
    await test(loyalty)
    assert not gate.asked, "what the contract needs asks nobody for consent"


@pytest.mark.parametrize("test", SHORT, ids=_name)
async def test_art_16_refusing_everything_takes_nothing_of_the_membership(
    refusing: Loyalty, gate: tuple[Gate, str], test: Asked
) -> None:
    await ask(refusing, gate[0], test)


@pytest.mark.torture
@pytest.mark.parametrize("test", LONG, ids=_name)
async def test_art_16_refusing_everything_takes_nothing_of_the_membership_at_length(
    refusing: Loyalty, gate: tuple[Gate, str], test: Asked
) -> None:
    await ask(refusing, gate[0], test)
