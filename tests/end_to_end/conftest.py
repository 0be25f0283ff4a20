"""Systems for the tests: one that all share, one on servers that may be killed, and new ones."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.callers import OrderSystem, Staff
from tests.end_to_end.house import House, new_house
from tests.end_to_end.lent import Lent
from tests.end_to_end.place import Place
from tests.kit.collecting import Collector, collecting


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The whole system, ready, for every test of the session."""
    house = new_house(tmp_path_factory.mktemp("running"))
    house.start()
    try:
        house.wait_until_ready()
        yield house
    finally:
        house.end()


@pytest.fixture(scope="session")
def lent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lent]:
    """A Postgres and a Redis of the operator's, which a test may kill and start again."""
    lent = Lent(tmp_path_factory.mktemp("lent"))
    try:
        lent.start()
        yield lent
    finally:
        lent.stop()


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """What the ``lodger`` tells all its spans."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def lodger(lent: Lent, collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A second system of the session, on the servers that are ``lent`` to it. The last test of outages ends it."""
    house = new_house(tmp_path_factory.mktemp("lodger"))
    tracing = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.address, "OTEL_TRACES_SAMPLER_ARG": "1"}
    house.also = lent.variables() | tracing | {"OTEL_BSP_SCHEDULE_DELAY": "500"}
    house.start()
    try:
        house.wait_until_ready()
        yield house
    finally:
        house.end()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A system that a test may start, break and stop."""
    house = new_house(tmp_path)
    yield house
    house.end()


@pytest.fixture(scope="session")
def shop(running: House) -> OrderSystem:
    """The order system of the shared house."""
    return OrderSystem(running)


@pytest.fixture(scope="session")
def staff(running: House) -> Staff:
    """Staff of the shared house, in all roles."""
    return Staff(running)


@pytest.fixture(scope="session")
async def place(running: House) -> AsyncIterator[Place]:
    """Where bad input is tried."""
    place = Place(running)
    yield place
    await place.leave()
