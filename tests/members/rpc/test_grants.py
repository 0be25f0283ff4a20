"""Who may call what: every method of every contract against every kind of caller, as a committed table says."""

import pkgutil
import re
from pathlib import Path
from unittest.mock import Mock

import huiyuan.members.v1
import pytest
from google.protobuf import descriptor_pool

from infra.local.databases import DatabaseUrls
from services.kit import rpc
from services.kit.refusal import Refusal
from services.kit.rpc.gatekeeper import Method
from services.members.app import serving, wiring
from tests.members.service import Members, as_member, by, settings

TABLE = Path(__file__).with_name("grants.txt")
CONTRACTS = [one.name.removesuffix("_pb2") for one in pkgutil.iter_modules(huiyuan.members.v1.__path__)]
STAFF = ("support", "operations", "program_admin", "privacy_officer", "auditor", "finance", "marketing")
SYSTEMS = (
    "member_registrar", "programme_seeder", "order_recorder", "order_importer", "communication_recorder",
    "analysis_exporter", "message_sender", "program_publisher", "activity_recorder",
)  # fmt: skip
SERVICES = ("gateway", "loyalty", "consent", "members")
KINDS = rpc.CallerKind
EVERY_ROLE = frozenset((*STAFF, *SYSTEMS))
CALLERS = {
    "anyone": rpc.Caller(KINDS.ANYONE, ""),
    "member": rpc.Caller(KINDS.MEMBER, "someone"),
    "staff": rpc.Caller(KINDS.STAFF, "someone"),
    "system": rpc.Caller(KINDS.SYSTEM, "someone"),
    **{f"staff:{role}": rpc.Caller(KINDS.STAFF, "someone", frozenset({role})) for role in STAFF},
    **{f"system:{role}": rpc.Caller(KINDS.SYSTEM, "someone", frozenset({role})) for role in SYSTEMS},
    **{f"service:{name}": rpc.Caller(KINDS.SERVICE, name) for name in SERVICES},
}
PRETENDERS = {
    "anyone": rpc.Caller(KINDS.ANYONE, "loyalty", EVERY_ROLE),
    "member": rpc.Caller(KINDS.MEMBER, "loyalty", EVERY_ROLE),
    "staff": rpc.Caller(KINDS.STAFF, "loyalty", frozenset(SYSTEMS)),
    "system": rpc.Caller(KINDS.SYSTEM, "loyalty", frozenset(STAFF)),
    "service:members": rpc.Caller(KINDS.SERVICE, "members", EVERY_ROLE),
}
"""Who bears roles of another kind, or a name: they may do no more than their kind may without."""


@pytest.fixture(scope="module")
def methods(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Method]:
    """What the service lets in, by path; nothing is called."""
    nowhere = DatabaseUrls("postgresql://nowhere/owner", "postgresql://nowhere/app")
    ring = tmp_path_factory.mktemp("ring") / "none"
    told = settings(nowhere, nowhere, "redis://nowhere", ring, "http://nowhere")
    gatekeeper = wiring.gatekeeper(told)
    serving._doors(told, gatekeeper, Mock(), Mock(), Mock())
    return gatekeeper.methods


def named(contract: str) -> list[str]:
    """Every method of a contract's services, by path."""
    file = descriptor_pool.Default().FindFileByName(f"huiyuan/members/v1/{contract}.proto")
    return [
        f"/{service.full_name}/{method.name}"
        for service in file.services_by_name.values()
        for method in service.methods
    ]


def may(method: Method, caller: rpc.Caller) -> bool:
    return any(grant(caller) for grant in method.grants)


def test_every_method_of_every_contract_is_open_to_whom_the_committed_table_says(methods):
    contracts = [name for name in CONTRACTS if not name.endswith("_connect")]
    paths = sorted(path for contract in contracts for path in named(contract))
    assert sorted(methods) == paths, "what is in no contract, or in one and not served"
    rows = [
        f"{path.rpartition('.')[2]}: {' '.join(name for name, one in CALLERS.items() if may(methods[path], one))}"
        for path in paths
    ]
    assert "\n".join(rows) + "\n" == TABLE.read_text(), "look at the difference, and write the table anew"


def test_roles_of_another_kind_and_names_open_nothing(methods):
    for path, method in methods.items():
        for kin, pretender in PRETENDERS.items():
            assert may(method, pretender) == may(method, CALLERS[kin]), (path, kin)


async def test_no_member_does_anything_under_another_members_id(members: Members, methods):
    """Neither in another spelling of an own id: ids are compared as they are written."""
    own, other = await members.register(), await members.register()
    doors = [one for one in vars(members).values() if hasattr(one, "execute_unary")]
    tried = 0
    for path, method in sorted(methods.items()):
        if not may(method, CALLERS["member"]) or "member_id" not in method.input.DESCRIPTOR.fields_by_name:
            continue
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", path.rpartition("/")[2]).lower()
        [call] = [getattr(door, name) for door in doors if hasattr(door, name)]
        for asked in (other, own.upper(), f"{{{own}}}", own.replace("-", ""), f" {own}", "", "\0"):
            with pytest.raises(Refusal) as refused:
                await call(method.input(member_id=asked), headers=by(as_member(own)))
            assert (path, asked, refused.value.code) == (path, asked, "NOT_ALLOWED")
            tried += 1
    assert tried >= 100
