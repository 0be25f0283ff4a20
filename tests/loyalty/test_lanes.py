"""Lanes when the line to the database is cut around COMMIT: every answer is true and every order counts once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from tests.loyalty.conftest import Loyalty, order, programme
from tests.loyalty.test_integrity import check_everything


@dataclass
class Line:
    """A line to the database that can be told to break at the next COMMIT."""

    host: str
    port: int
    cut: str = ""
    when_cut: Callable[[], Any] | None = None
    open: bool = True
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.open:
            writer.close()
            return
        there, to_there = await asyncio.open_connection(self.host, self.port)
        self.writers += (writer, to_there)
        await asyncio.gather(self._ask(reader, to_there, writer), self._answer(there, writer))

    async def _ask(
        self, reader: asyncio.StreamReader, to_there: asyncio.StreamWriter, back: asyncio.StreamWriter
    ) -> None:
        while asked := await self._read(reader):
            if self.cut and b"COMMIT\0" in asked:
                how, self.cut = self.cut, ""
                if self.when_cut is not None:
                    await self.when_cut()
                back.transport.abort()
                if how == "after":
                    to_there.write(asked)
                    await to_there.drain()
                    await asyncio.sleep(0.1)
                break
            to_there.write(asked)
        to_there.close()

    async def _answer(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while answer := await self._read(there):
            if not writer.is_closing():
                writer.write(answer)
        writer.close()

    @staticmethod
    async def _read(reader: asyncio.StreamReader) -> bytes:
        try:
            return await reader.read(65_536)
        except OSError:
            return b""


@asynccontextmanager
async def cuttable(make_loyalty: Any, new_database: Any) -> AsyncIterator[tuple[Loyalty, Line]]:
    """A loyalty service with a programme, whose line to the database can be cut."""
    urls = new_database("loyalty")
    at = make_url(urls.app)
    line = Line(at.host or "", at.port or 5432)
    async with await asyncio.start_server(line.carry, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        through = at.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
        async with make_loyalty(urls=urls._replace(app=through)) as loyalty:
            body = {"programme": programme(), "makeDefault": True, "reason": "test"}
            answer = await loyalty.staff("ProgrammesService/CreateProgramme", body)
            assert answer.status_code == 200, answer.text
            first = order(loyalty.new_member(), 100)
            assert (await loyalty.order_system("OrdersService/RecordOrder", first)).status_code == 200
            yield loyalty, line
            for writer in line.writers:
                writer.transport.abort()


async def test_a_commit_whose_answer_is_lost_is_looked_up_and_answered(
    make_loyalty: Any, new_database: Any
) -> None:
    async with cuttable(make_loyalty, new_database) as (loyalty, line):
        body = order(loyalty.new_member(), 10_000)
        line.cut = "after"
        answer = await loyalty.order_system("OrdersService/RecordOrder", body)
        assert (answer.status_code, line.cut) == (200, ""), answer.text
        assert "replayed" not in answer.json(), "what was committed is answered, and not done again"
        assert (await loyalty.balance(body["memberId"]))["available"] == 100
        await check_everything(loyalty)


async def test_a_commit_that_never_arrived_is_done_again(make_loyalty: Any, new_database: Any) -> None:
    async with cuttable(make_loyalty, new_database) as (loyalty, line):
        body = order(loyalty.new_member(), 10_000)
        line.cut = "before"
        answer = await loyalty.order_system("OrdersService/RecordOrder", body)
        assert (answer.status_code, line.cut) == (200, ""), answer.text
        assert "replayed" not in answer.json()
        assert (await loyalty.balance(body["memberId"]))["available"] == 100
        await check_everything(loyalty)


async def test_a_commit_that_stays_in_doubt_is_no_answer_to_what_comes_after(
    make_loyalty: Any, new_database: Any, servers: Any
) -> None:
    async with cuttable(make_loyalty, new_database) as (loyalty, line):
        role = make_url(loyalty.database).username
        postgres = await asyncpg.connect(servers.postgres_url)
        line.when_cut = lambda: postgres.execute(f'ALTER ROLE "{role}" NOLOGIN')
        body = order(loyalty.new_member(), 10_000)
        line.cut = "after"
        answer = await loyalty.order_system("OrdersService/RecordOrder", body)
        assert answer.status_code in (500, 503), answer.text
        await postgres.execute(f'ALTER ROLE "{role}" LOGIN')
        await postgres.close()
        async with asyncio.timeout(20):
            other = order(body["memberId"], 200)
            answer = await loyalty.order_system("OrdersService/RecordOrder", other)
            assert answer.status_code == 200, answer.text
            assert answer.json()["order"]["orderId"] == other["orderId"]
            again = await loyalty.order_system("OrdersService/RecordOrder", body)
        assert again.json()["replayed"]
        assert (await loyalty.balance(body["memberId"]))["available"] == 102
        await check_everything(loyalty)
