"""Permissions: every field of both schemas against every kind of caller, as a committed table says."""

import asyncio
from collections.abc import Iterable

import httpx
import pytest
import strawberry

from gateway.admin.permissions import NoRolesDeclared, Permissions
from gateway.admin.schema import schema
from gateway.storefront.schema import schema as storefront
from infra.local.databases import DatabaseUrls
from services.kit import database as databases
from tests.gateway import matrix
from tests.gateway.doors import CHILD
from tests.gateway.gateway_client import Gateway, code
from tests.gateway.matrix import ANOTHER, ANYONE, MEMBER, ONE, OTHER, ROLES

EVERY = pytest.mark.parametrize(
    "every", [pytest.param(8, id="every eighth"), pytest.param(1, id="all", marks=pytest.mark.torture)]
)
_TOGETHER = 20
PATHS = {matrix.STOREFRONT: "/graphql", matrix.ADMIN: "/admin/graphql"}


def test_the_schemas_declare_what_the_committed_table_says() -> None:
    assert matrix.table() == matrix.TABLE.read_text(), "run make schema, and look at the diff"


_AWAY = '"code":"SERVICE_UNAVAILABLE"'
"""What may be asked again, as clients do."""


class Callers:
    """One of each kind, asking by real HTTP, many documents side by side."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        for member_id in (ONE, OTHER, matrix.THIRD):
            gateway.services.join(member_id)
        gateway.services.join(CHILD)
        gateway.services.guardians[CHILD] = ONE
        self._tokens = {
            ANYONE: None,
            MEMBER: gateway.issuer.member(ONE),
            ANOTHER: gateway.issuer.member(OTHER),
            **{role: gateway.issuer.staff(role) for role in ROLES},
        }

    async def ask(self, surface: str, caller: str, fields: Iterable[str]) -> dict[str, httpx.Response]:
        """What becomes of documents that select one field each."""
        ways = matrix.paths(surface, caller), matrix.paths(surface, None)
        texts = {field: matrix.document(surface, ways[0].get(field) or ways[1][field]) for field in fields}
        answers = await self._answers(surface, caller, texts.values())
        return dict(zip(texts, answers, strict=True))

    async def reach(self, surface: str, caller: str, fields: Iterable[str]) -> None:
        """Select every field by a way that is the caller's, those of one object together; nothing may be wrong."""
        together: dict[matrix.Way, list[matrix.Way]] = {}
        for way in map(matrix.paths(surface, caller).__getitem__, fields):
            together.setdefault(way[:-1], []).append(way)
        texts = [matrix.document(surface, *ways) for ways in _one_kind_each(together.values())]
        for text, answer in zip(texts, await self._answers(surface, caller, texts), strict=True):
            assert "errors" not in answer.json(), (text, answer.text)

    async def _answers(self, surface: str, caller: str, texts: Iterable[str]) -> list[httpx.Response]:
        asking = asyncio.Semaphore(8)

        async def one(text: str) -> httpx.Response:
            streamed = text.startswith("subscription") and caller in (MEMBER, ANOTHER)
            async with asking:
                if streamed:
                    return await self._first_change(text, caller)
                answer = await self._gateway.post(text, self._tokens[caller], path=PATHS[surface])
                if _AWAY in answer.text:  # all share a loop here, which stands still on a busy machine
                    answer = await self._gateway.post(text, self._tokens[caller], path=PATHS[surface])
                return answer

        return await asyncio.gather(*map(one, texts))

    async def _first_change(self, text: str, caller: str) -> httpx.Response:
        """A subscription's first answer, as if it were a query's."""
        headers = {"accept": "text/event-stream", "authorization": f"Bearer {self._tokens[caller]}"}
        async with self._gateway.http.stream(
            "POST", "/graphql", json={"query": text}, headers=headers
        ) as response:
            async for line in response.aiter_lines():
                if line.startswith("data: {"):
                    return httpx.Response(200, content=line.removeprefix("data: "))
        raise AssertionError(f"no answer to {text}")


def _one_kind_each(groups: Iterable[list[matrix.Way]]) -> Iterable[list[matrix.Way]]:
    """Roots stand under nothing, so that queries and mutations would come together: part them.

    No document is longer than a document may be.
    """
    for group in groups:
        for kind in {way[-1][0] for way in group}:
            ways = [way for way in group if way[-1][0] == kind]
            yield from (ways[begin : begin + _TOGETHER] for begin in range(0, len(ways), _TOGETHER))


async def _rows(database: DatabaseUrls) -> int:
    connection = await databases.connect(database.app)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM admin_actions"))
    finally:
        await connection.close()


def _cells(surface: str, caller: str, *, allowed: bool) -> list[str]:
    return [
        row.field
        for row, callers in matrix.committed().items()
        if row.surface == surface and (caller in callers) is allowed
    ]


def _share(caller: str) -> list[str]:
    """Of what the table gives to staff, what falls to this role when every field is selected by one role alone.

    Fields of one object fall to one role as far as they can, so that they stand in one document.
    """
    given = {row.field: who for row, who in matrix.committed().items() if row.surface == matrix.ADMIN}
    types = {name: nth for nth, name in enumerate(dict.fromkeys(field.partition(".")[0] for field in given))}

    def falls_to(field: str) -> str:
        first = types[field.partition(".")[0]] % len(ROLES)
        return next(role for role in ROLES[first:] + ROLES[:first] if role in given[field])

    return [field for field in given if falls_to(field) == caller]


@pytest.mark.parametrize("caller", ROLES)
async def test_every_field_of_staff_is_reached_by_a_role_that_the_table_gives_it(
    gateway: Gateway, caller: str
) -> None:
    share = _share(caller)
    assert share
    await Callers(gateway).reach(matrix.ADMIN, caller, share)


def test_shares_leave_no_field_of_staff_out() -> None:
    shares = sorted(field for role in ROLES for field in _share(role))
    assert shares == sorted(row.field for row in matrix.rows() if row.surface == matrix.ADMIN)


@pytest.mark.torture
@pytest.mark.parametrize("caller", ROLES)
async def test_staff_reach_all_that_the_table_gives_them(gateway: Gateway, caller: str) -> None:
    await Callers(gateway).reach(matrix.ADMIN, caller, _cells(matrix.ADMIN, caller, allowed=True))


@EVERY
@pytest.mark.parametrize("caller", ROLES)
async def test_what_staff_may_not_reach_is_refused_and_changes_nothing(
    gateway: Gateway, database: DatabaseUrls, caller: str, every: int
) -> None:
    before = await _rows(database)
    denied = _cells(matrix.ADMIN, caller, allowed=False)[ROLES.index(caller) % every :: every]
    assert denied
    for field, answer in (await Callers(gateway).ask(matrix.ADMIN, caller, denied)).items():
        assert code(answer.json()) == "ROLE_NEEDED", (field, answer.text)
        assert "data" not in answer.json(), field
    assert not gateway.services.heard
    assert await _rows(database) == before


@pytest.mark.parametrize("caller", [ANYONE, MEMBER, ANOTHER])
async def test_the_storefront_answers_what_the_table_says(gateway: Gateway, caller: str) -> None:
    await Callers(gateway).reach(matrix.STOREFRONT, caller, _cells(matrix.STOREFRONT, caller, allowed=True))


@EVERY
async def test_strangers_are_refused_what_is_members_own(gateway: Gateway, every: int) -> None:
    denied = _cells(matrix.STOREFRONT, ANYONE, allowed=False)[::every]
    for field, answer in (await Callers(gateway).ask(matrix.STOREFRONT, ANYONE, denied)).items():
        assert (answer.status_code, code(answer.json())) == (401, "UNAUTHENTICATED"), field
        assert "data" not in answer.json(), field
    assert not gateway.services.heard


@EVERY
async def test_another_member_reaches_nothing_of_this_one(gateway: Gateway, every: int) -> None:
    """Whatever another member asks, it comes to be about herself: no service hears of this one."""
    denied = _cells(matrix.STOREFRONT, ANOTHER, allowed=False)[::every]
    for field, answer in (await Callers(gateway).ask(matrix.STOREFRONT, ANOTHER, denied)).items():
        assert ONE not in answer.text, field
    assert any(OTHER.encode() in said for said in gateway.services.heard)
    assert not [said for said in gateway.services.heard if ONE.encode() in said]


def _roots(surface: str) -> list[str]:
    return [field for field, way in matrix.paths(surface, None).items() if len(way) == 1]


@EVERY
@pytest.mark.parametrize("surface", PATHS)
async def test_tokens_of_the_other_surface_open_nothing(gateway: Gateway, surface: str, every: int) -> None:
    foreign = [MEMBER, ANOTHER] if surface == matrix.ADMIN else ROLES
    for nth, caller in enumerate(foreign):
        roots = _roots(surface)[nth % every :: every]
        for field, answer in (await Callers(gateway).ask(surface, caller, roots)).items():
            assert (answer.status_code, code(answer.json())) == (401, "WRONG_AUDIENCE"), field
    assert not gateway.services.heard


async def test_nobody_reaches_the_admin_side_without_a_token(gateway: Gateway) -> None:
    for field, answer in (await Callers(gateway).ask(matrix.ADMIN, ANYONE, _roots(matrix.ADMIN))).items():
        assert (answer.status_code, code(answer.json())) == (401, "UNAUTHENTICATED"), field
    assert not gateway.services.heard


async def test_a_nested_field_beyond_the_role_denies_the_whole_document(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    query = "query($id:UUID!){member(id:$id){...seen}} fragment seen on Member{balances{available} profile{phone}}"
    answer = await gateway.admin(query, "auditor", variables={"id": member_id})
    assert code(answer) == "ROLE_NEEDED"
    assert "Member.profile" in answer["errors"][0]["message"]


def test_a_field_that_declares_no_roles_does_not_start() -> None:
    @strawberry.type
    class Query:
        secrets: str = "all of them"

    with pytest.raises(NoRolesDeclared, match=r"Query\.secrets"):
        Permissions(strawberry.Schema(Query)._schema, {})


def test_the_storefront_schema_holds_no_admin_field() -> None:
    shared = {"Query", "Mutation", "Member"}
    only_admin = set(schema._schema.type_map) - set(storefront._schema.type_map)
    assert {"LedgerEntry", "MaskedProfile", "AdminAction", "EarnRule"} <= only_admin
    for name in shared:
        fields = set(storefront._schema.type_map[name].fields)  # type: ignore[attr-defined]
        assert fields.isdisjoint({"adjustPoints", "unmaskProfile", "memberByPhone", "accesses", "profile"})
