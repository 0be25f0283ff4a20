"""Preferences asked: how members want to be written to, and whether machines may decide about them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from connectrpc.request import RequestContext
from huiyuan.consent.v1 import preferences_pb2

from services.consent.actions import preferences as actions
from services.consent.rpc import sending_wire as wire
from services.consent.rpc.decisions import admit
from services.consent.rpc.gate import at_most
from services.consent.rpc.wire import uuid_of, wire_text
from services.consent.rules import preferences as rules
from services.consent.rules.caps import check_caps
from services.consent.rules.checklists import Malformed
from services.consent.rules.preferences import Change, Preferences, Wish, switchable
from services.consent.rules.purposes import KEY, Purpose
from services.consent.rules.topics import SendingRules, Topic, UnknownTopic
from services.consent.storage import preferences, purposes, topics
from services.consent.storage.preferences import Place, Standing
from services.consent.storage.standings import KeptStandings
from services.kit import rpc
from services.kit.clock import Clock
from services.kit.database import Connection, Engine
from services.kit.refusal import Refusal

_READ_MOST, _CHECK_MOST, _LONGEST_PAGE = 500, 10_000, 100
Context = RequestContext[Any, Any]


class PreferencesDoor:
    """Serves ``PreferencesService``."""

    def __init__(self, engine: Engine, kept: KeptStandings, clock: Clock) -> None:
        self._engine = engine
        self._kept = kept
        self._clock = clock

    @rpc.allow(rpc.members)
    async def set_preference(
        self, request: preferences_pb2.SetPreferenceRequest, _: Context
    ) -> preferences_pb2.SetPreferenceResponse:
        if not KEY.fullmatch(request.topic):
            raise UnknownTopic("no such topic was published", field="topic")
        change = rules.switched(wire.channel_of(request.channel), request.topic, enabled=request.enabled)
        shown, replayed = await self._wish(request, change)
        return preferences_pb2.SetPreferenceResponse(preferences=shown, replayed=replayed)

    @rpc.allow(rpc.members)
    async def set_quiet_hours(
        self, request: preferences_pb2.SetQuietHoursRequest, _: Context
    ) -> preferences_pb2.SetQuietHoursResponse:
        hours = wire.hours_of(request.quiet_hours) if request.HasField("quiet_hours") else None
        if hours is not None:
            hours.check("quiet_hours")
        shown, replayed = await self._wish(request, rules.quiet_hours_set(hours))
        return preferences_pb2.SetQuietHoursResponse(preferences=shown, replayed=replayed)

    @rpc.allow(rpc.members)
    async def set_frequency_caps(
        self, request: preferences_pb2.SetFrequencyCapsRequest, _: Context
    ) -> preferences_pb2.SetFrequencyCapsResponse:
        caps = check_caps(wire.caps_of(request.caps, "caps"), "caps")
        shown, replayed = await self._wish(request, rules.caps_set(caps))
        return preferences_pb2.SetFrequencyCapsResponse(preferences=shown, replayed=replayed)

    @rpc.allow(rpc.members)
    async def set_automated_decisions(
        self, request: preferences_pb2.SetAutomatedDecisionsRequest, _: Context
    ) -> preferences_pb2.SetAutomatedDecisionsResponse:
        change = rules.automated_decisions_set(refused=request.refused)
        shown, replayed = await self._wish(request, change)
        return preferences_pb2.SetAutomatedDecisionsResponse(preferences=shown, replayed=replayed)

    @rpc.per_item
    async def batch_get_preferences(
        self, request: preferences_pb2.BatchGetPreferencesRequest, _: Context
    ) -> preferences_pb2.BatchGetPreferencesResponse:
        at_most(_READ_MOST, len(request.members), "members")
        admitted = [admit(item.member_id, item.caller) for item in request.members]
        wanted = {member_id for member_id in admitted if isinstance(member_id, UUID)}
        async with self._engine.connect() as connection:
            found = await preferences.standing(connection, wanted)
            view = await _view(connection)
        results = []
        for member_id in admitted:
            if isinstance(member_id, Refusal):
                refusal = rpc.wire_refusal(member_id)
                results.append(preferences_pb2.PreferencesResult(refusal=refusal))
            else:
                shown = _wire(view, found.get(member_id, Standing(Preferences(), 0)))
                results.append(preferences_pb2.PreferencesResult(preferences=shown))
        return preferences_pb2.BatchGetPreferencesResponse(results=results)

    @rpc.allow(rpc.services("loyalty", "members", "gateway"), rpc.systems("message_sender"))
    async def batch_get_automated_decisions(
        self, request: preferences_pb2.BatchGetAutomatedDecisionsRequest, _: Context
    ) -> preferences_pb2.BatchGetAutomatedDecisionsResponse:
        at_most(_CHECK_MOST, len(request.member_ids), "member_ids")
        members = [uuid_of(one, f"member_ids[{place}]") for place, one in enumerate(request.member_ids)]
        async with self._engine.connect() as connection:
            found = await preferences.standing(connection, set(members))
        unknown = Standing(Preferences(), 0)
        answers = []
        for standing in (found.get(member_id, unknown) for member_id in members):
            since = standing.preferences.automated_refused_at
            answers.append(
                preferences_pb2.AutomatedDecisions(
                    refused=since is not None, refused_at=since, epoch=standing.epoch
                )
            )
        return preferences_pb2.BatchGetAutomatedDecisionsResponse(answers=answers)

    @rpc.allow(rpc.members, rpc.staff("privacy_officer", "support"))
    async def list_preference_changes(
        self, request: preferences_pb2.ListPreferenceChangesRequest, _: Context
    ) -> preferences_pb2.ListPreferenceChangesResponse:
        rpc.be_member(request.member_id)
        member_id, before = uuid_of(request.member_id), _place(request.after)
        if not 1 <= request.first <= _LONGEST_PAGE:
            raise Malformed(f"first must be between 1 and {_LONGEST_PAGE}", field="first")
        async with self._engine.connect() as connection:
            found = await preferences.page(connection, member_id, before, request.first + 1)
        return preferences_pb2.ListPreferenceChangesResponse(
            changes=[wire.wire_change(*one) for one in found[: request.first]],
            has_next_page=len(found) > request.first,
        )

    async def _wish(self, request: Any, change: Change) -> tuple[preferences_pb2.Preferences, bool]:
        rpc.be_member(request.member_id)
        wish = Wish(uuid_of(request.member_id), request.idempotency_key, change)
        async with self._engine.begin() as connection:
            wished = await actions.change(connection, wish, rpc.caller().actor, self._clock())
        self._kept.decided(wish.member_id, wished.standing.epoch)
        async with self._engine.connect() as connection:
            view = await _view(connection)
        return _wire(view, wished.standing), wished.replayed


_View = tuple[Mapping[str, Topic], Mapping[str, Purpose], SendingRules]
"""What preferences are shown against: topics and purposes in force, and the rules of all sending."""


async def _view(connection: Connection) -> _View:
    found = await topics.in_force(connection)
    keys = {purpose for topic in found.values() for purpose in topic.terms.purposes.values()}
    return found, await purposes.in_force(connection, keys), await topics.rules(connection)


def _wire(view: _View, standing: Standing) -> preferences_pb2.Preferences:
    found, in_force, everyones = view
    wanted = standing.preferences
    return preferences_pb2.Preferences(
        topics=[
            preferences_pb2.TopicPreference(
                topic=topic.key,
                channel=wire.wire_channel(channel),
                enabled=not switchable(topic, in_force[purpose])
                or (channel, topic.key) not in wanted.switched_off,
                may_be_switched_off=switchable(topic, in_force[purpose]),
                name=wire_text(topic.terms.name),
                description=wire_text(topic.terms.description),
                consent_purpose=purpose if in_force[purpose].terms.needs_consent else "",
            )
            for topic in found.values()
            if not topic.terms.retired
            for channel, purpose in topic.terms.purposes.items()
        ],
        quiet_hours=wire.wire_hours(wanted.quiet_hours),
        quiet_hours_in_force=wire.wire_hours(wanted.quiet_hours or everyones.quiet_hours),
        quiet_hours_besides=filter(None, map(wire.wire_hours, wanted.quiet_besides)),
        caps=wire.wire_caps(wanted.caps),
        automated_decisions_refused=wanted.automated_refused_at is not None,
        automated_decisions_refused_at=wanted.automated_refused_at,
        epoch=standing.epoch,
    )


def _place(cursor: str) -> Place | None:
    if not cursor:
        return None
    epoch, _, under = cursor.partition("@")
    if not (epoch.isascii() and epoch.isdigit() and len(epoch) <= 18):
        raise Malformed("after must be a cursor that an earlier page gave", field="after")
    return Place(int(epoch), uuid_of(under, "after") if under else None)
