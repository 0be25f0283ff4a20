"""Parts: what the other services hold of a member, gathered for the member's own package."""

from typing import Any
from uuid import UUID

from huiyuan.consent.v1 import exports_pb2 as consent_wire
from huiyuan.consent.v1.exports_connect import ExportsServiceClient as ConsentExports
from huiyuan.kit.v1 import exports_pb2 as kit_wire
from huiyuan.loyalty.v1 import exports_pb2 as loyalty_wire
from huiyuan.loyalty.v1.exports_connect import ExportsServiceClient as LoyaltyExports

from services.kit.rpc.exports import TYPES
from services.members.rules.packages import Table

_NAMES = {number: name for name, number in TYPES.items()}


class Parts:
    """Asks each service for its part; a refusal of one is a refusal of the whole, since a package is all or nothing."""

    def __init__(self, loyalty: LoyaltyExports, consent: ConsentExports) -> None:
        self._sources: tuple[tuple[Any, Any], ...] = (
            (loyalty.export_member, loyalty_wire.ExportMemberRequest),
            (consent.export_member, consent_wire.ExportMemberRequest),
        )

    async def of(self, member_id: UUID) -> list[Table]:
        """Every table of every service about a member, by portions. Raises the service's refusal."""
        tables = []
        for ask, request in self._sources:
            after = ""
            while True:
                answer = await ask(request(member_id=str(member_id), after=after))
                tables += [_table(one) for one in answer.tables]
                after = answer.next
                if not after:
                    break
        return tables


def _table(wire: kit_wire.ExportedTable) -> Table:
    columns = {column.name: _NAMES[column.type] for column in wire.columns}
    return Table(wire.name, columns, [tuple(row.cells) for row in wire.rows])
