"""Purposes asked: publishing what is asked and how it is told, and listing it for everyone."""

from typing import Any

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import purposes_pb2

from services.consent.actions import notices as notice_actions
from services.consent.actions import purposes as purpose_actions
from services.consent.rpc import wire
from services.consent.rules.checklists import Malformed
from services.consent.rules.notices import LOCALES, still_tells
from services.consent.storage import notices, purposes
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Engine

_PUBLISHERS = (rpc.staff("privacy_officer"), rpc.systems("programme_seeder"))
Context = RequestContext[Any, Any]


class Purposes:
    """Serves ``PurposesService``."""

    def __init__(self, engine: Engine, clock: Clock, officer: str = "") -> None:
        self._engine = engine
        self._officer = officer
        self._clock = clock

    @rpc.allow(*_PUBLISHERS)
    async def publish_purpose(
        self, request: purposes_pb2.PublishPurposeRequest, _: Context
    ) -> purposes_pb2.PublishPurposeResponse:
        terms = wire.terms_of(request.purpose)
        async with self._engine.begin() as connection:
            purpose, replayed = await purpose_actions.publish(
                connection, terms, rpc.caller().actor, self._clock()
            )
        return purposes_pb2.PublishPurposeResponse(purpose=wire.wire_purpose(purpose), replayed=replayed)

    @rpc.allow(*_PUBLISHERS)
    async def publish_notice(
        self, request: purposes_pb2.PublishNoticeRequest, _: Context
    ) -> purposes_pb2.PublishNoticeResponse:
        wording = wire.wording_of(request.notice)
        told = [(wire.purpose_key(one.key), one.version) for one in request.notice.purposes]
        async with self._engine.begin() as connection:
            notice, replayed = await notice_actions.publish(
                connection, wording, told, rpc.caller().actor, self._clock(), self._officer
            )
        return purposes_pb2.PublishNoticeResponse(notice=wire.wire_notice(notice), replayed=replayed)

    @rpc.allow(rpc.anyone)
    async def get_notice(
        self, request: purposes_pb2.GetNoticeRequest, _: Context
    ) -> purposes_pb2.GetNoticeResponse:
        async with self._engine.connect() as connection:
            notice = await notices.get(connection, request.notice_id)
        return purposes_pb2.GetNoticeResponse(notice=wire.wire_notice(notice) if notice else None)

    @rpc.allow(rpc.anyone)
    async def list_purposes(
        self, request: purposes_pb2.ListPurposesRequest, _: Context
    ) -> purposes_pb2.ListPurposesResponse:
        if request.locale not in LOCALES:
            raise Malformed("the locale must be zh or en", field="locale")
        async with self._engine.connect() as connection:
            in_force = await purposes.in_force(connection)
            newest = await notices.newest(connection, request.locale)
            told = await purposes.versions(
                connection, {(t.key, t.version) for notice in newest for t in notice.wording.purposes}
            )
        return purposes_pb2.ListPurposesResponse(
            purposes=[wire.wire_purpose(purpose) for purpose in in_force.values()],
            notices=[wire.wire_notice(notice) for notice in newest if still_tells(notice, told, in_force)],
        )
