"""How the registers' entries travel: wire messages to values, and values to wire messages."""

from collections.abc import Iterable, Set
from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.consent.v1 import registers_pb2

from services.consent.rules.purposes import Purpose
from services.consent.rules.registers import (
    Agreement,
    Assessment,
    Breach,
    Ceilings,
    EntryNotValid,
    Notice,
    NoticeKind,
    Route,
    RouteKind,
    Term,
    best,
)

_ROUTES = {registers_pb2.ExportRouteKind.Value(f"EXPORT_ROUTE_KIND_{one}"): one for one in RouteKind}
_NOTICES = {registers_pb2.BreachNoticeKind.Value(f"BREACH_NOTICE_KIND_{one}"): one for one in NoticeKind}


def assessment_of(said: registers_pb2.Assessment) -> Assessment:
    concluded_at = _instant(said, "concluded_at", "assessment.concluded_at")
    return Assessment(said.assessment_id, tuple(sorted(said.purposes)), concluded_at, said.reference)


def wire_assessment(entry: Assessment) -> registers_pb2.Assessment:
    return registers_pb2.Assessment(
        assessment_id=entry.assessment_id,
        purposes=entry.purposes,
        concluded_at=entry.concluded_at,
        reference=entry.reference,
        locked_until=entry.locked_until,
    )


def agreement_of(said: registers_pb2.Agreement) -> Agreement:
    return Agreement(said.recipient_id, said.agreement_id, _term(said, "agreement"))


def wire_agreement(entry: Agreement) -> registers_pb2.Agreement:
    return registers_pb2.Agreement(
        recipient_id=entry.recipient_id,
        agreement_id=entry.agreement_id,
        starts_at=entry.term.starts_at,
        ends_at=entry.term.ends_at,
        reference=entry.term.reference,
    )


def route_of(said: registers_pb2.ExportRoute) -> Route:
    if said.kind not in _ROUTES:
        raise EntryNotValid(f"kind must be one of {', '.join(RouteKind)}", field="route.kind")
    return Route(said.purpose, _ROUTES[said.kind], _term(said, "route"))


def wire_route(entry: Route) -> registers_pb2.ExportRoute:
    return registers_pb2.ExportRoute(
        purpose=entry.purpose,
        kind=f"EXPORT_ROUTE_KIND_{entry.kind}",
        starts_at=entry.term.starts_at,
        ends_at=entry.term.ends_at,
        reference=entry.term.reference,
    )


def wire_counter(year: int, sensitive: bool, members: int, ceilings: Ceilings) -> registers_pb2.ExportCounter:
    return registers_pb2.ExportCounter(
        year=year,
        sensitive=sensitive,
        members=members,
        exemption_ceiling=ceilings.of(RouteKind.EXEMPTION, sensitive=sensitive),
        contract_ceiling=ceilings.of(RouteKind.CONTRACT, sensitive=sensitive),
    )


def breach_of(said: registers_pb2.OpenBreachRequest) -> Breach:
    found_at = _instant(said, "found_at", "found_at")
    return Breach(said.breach_id, found_at, tuple(sorted(set(said.categories))), said.cause)


def notice_of(said: registers_pb2.RecordBreachNoticeRequest, now: datetime) -> Notice:
    if said.kind not in _NOTICES:
        raise EntryNotValid(f"kind must be one of {', '.join(NoticeKind)}", field="kind")
    return Notice(_NOTICES[said.kind], now, said.reference)


def wire_breach(entry: Breach, affected: int, now: datetime) -> registers_pb2.Breach:
    return registers_pb2.Breach(
        breach_id=entry.breach_id,
        found_at=entry.found_at,
        categories=entry.categories,
        cause=entry.cause,
        notify_by=entry.notify_by,
        notices=[
            registers_pb2.BreachNotice(
                kind=f"BREACH_NOTICE_KIND_{one.kind}", sent_at=one.sent_at, reference=one.reference
            )
            for one in entry.notices
        ],
        overdue=entry.is_overdue(now),
        affected_members=affected,
    )


def processing_record(
    purpose: Purpose,
    recipient_id: str,
    assessed: Set[str],
    terms: Iterable[Agreement],
    routes: Iterable[Route],
    ceilings: Ceilings,
    now: datetime,
) -> registers_pb2.ProcessingRecord:
    """One use of personal data, with what covers it now."""
    said = purpose.terms
    until = [one.term.ends_at for one in terms if one.recipient_id == recipient_id and one.term.covers(now)]
    abroad = [one for one in routes if one.purpose == purpose.key and said.goes_abroad]
    route = best(abroad, ceilings, now, sensitive=said.sensitive)
    return registers_pb2.ProcessingRecord(
        purpose=purpose.key,
        purpose_version=purpose.version,
        lawful_basis=f"LAWFUL_BASIS_{said.lawful_basis}",
        recipient_id=recipient_id,
        categories=said.categories,
        retention=said.retention,
        storage_locations=said.storage_locations,
        assessment_id=said.assessment_id,
        assessed=said.assessment_id in assessed,
        agreement_until=max(until, default=None),
        route=f"EXPORT_ROUTE_KIND_{route.kind}" if route else None,
    )


def _term(said: Any, field: str) -> Term:
    return Term(
        _instant(said, "starts_at", f"{field}.starts_at"),
        _instant(said, "ends_at", f"{field}.ends_at"),
        said.reference,
    )


def _instant(said: Any, name: str, field: str) -> datetime:
    stamp: Timestamp = getattr(said, name)
    try:
        if said.HasField(name):
            return stamp.ToDatetime(UTC)
    except (ValueError, OverflowError):
        pass
    raise EntryNotValid(f"{field} takes an instant", field=field)
