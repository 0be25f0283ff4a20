"""Programmes at the door: found one, revise it, read its versions."""

from typing import Any

from huiyuan.loyalty.v1 import programmes_pb2 as wire

from services.kit import clock, database, rpc
from services.kit.refusal import Invalid
from services.loyalty.actions import cancellations
from services.loyalty.actions import programmes as actions
from services.loyalty.rpc.benefits import benefits
from services.loyalty.rpc.earning import earn_rules
from services.loyalty.rpc.members.birthdays import be_usable
from services.loyalty.rpc.members.consents import ConsentGate
from services.loyalty.rpc.programmes import changes, currencies, definitions
from services.loyalty.rpc.tiers import tier_sales, tier_schemes
from services.loyalty.rpc.wire import micros, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.programmes.drafts import Publisher
from services.loyalty.rules.programmes.programmes import ProgrammeHistory
from services.loyalty.storage.programmes import programmes

_PUBLISHERS = (rpc.staff("program_admin"),)
_FOUNDERS = (*_PUBLISHERS, rpc.systems("programme_seeder"))


class ReasonMissing(Invalid):
    """A change of the rules says why it is made."""


class Programmes:
    """``huiyuan.loyalty.v1.ProgrammesService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook, consents: ConsentGate) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._consents = consents

    @rpc.allow(*_FOUNDERS)
    async def create_programme(
        self, request: wire.CreateProgrammeRequest, _: Any
    ) -> wire.CreateProgrammeResponse:
        now = clock.micros(clock.now())
        publication = programmes.Publication(
            definitions.programme(request.programme, effective_at=_from(request.programme, now)),
            rpc.caller().actor,
            now,
            reason(request.reason),
            request.make_default,
        )
        await be_usable(self._consents, publication.programme.earn_rules)
        async with self._pool.acquire() as connection, connection.transaction():
            founded, replayed = await actions.create(connection, publication)
        await self._rulebook.refresh()
        return wire.CreateProgrammeResponse(
            programme=definitions.published(founded),
            replayed=replayed,
            changes=[] if replayed else changes.founded(founded.programme),
        )

    @rpc.allow(*_PUBLISHERS)
    async def revise_programme(
        self, request: wire.ReviseProgrammeRequest, _: Any
    ) -> wire.ReviseProgrammeResponse:
        why = reason(request.reason)
        revision = actions.Revision(
            programme_id=request.programme_id,
            based_on_version=request.based_on_version,
            effective_at=micros(request.effective_at, "effective_at")
            if request.HasField("effective_at")
            else None,
            currencies=tuple(currencies.rules(request.currencies, "")),
            earn_rules=tuple(earn_rules.earn_rules(request.earn_rules, "")),
            tiers=tuple(tier_schemes.tier_rules(request.tiers, "")),
            tier_scheme=tier_schemes.tier_scheme(request.tier_scheme)
            if request.HasField("tier_scheme")
            else None,
            money_named=_money_named(request),
            published_by=rpc.caller().actor,
            reason=why,
        )
        await be_usable(self._consents, revision.earn_rules)
        async with self._pool.acquire() as connection, connection.transaction():
            published = await actions.revise(connection, revision)
        await self._rulebook.refresh()
        history = (await self._rulebook.current()).history(published.programme.programme_id)
        return wire.ReviseProgrammeResponse(
            programme=definitions.published(published),
            changes=changes.published(history, published.programme),
        )

    @rpc.allow(rpc.staff("program_admin", "program_publisher"))
    async def cancel_programme_version(
        self, request: wire.CancelProgrammeVersionRequest, _: Any
    ) -> wire.CancelProgrammeVersionResponse:
        why = reason(request.reason)
        history = (await programmes.load(self._pool)).history(request.programme_id)
        canceled = history.version(request.version)
        async with self._pool.acquire() as connection, connection.transaction():
            following, replayed = await cancellations.cancel(
                connection, history.newest.programme_id, request.version, rpc.caller().actor, why
            )
        await self._rulebook.refresh()
        return wire.CancelProgrammeVersionResponse(
            programme=definitions.published(following),
            replayed=replayed,
            changes=[]
            if replayed or canceled is None
            else changes.told(changes.between(canceled, following.programme)),
        )

    @rpc.allow(rpc.anyone)
    async def get_programme(self, request: wire.GetProgrammeRequest, _: Any) -> wire.GetProgrammeResponse:
        # What the rulebook knows may be a second old; who asks because a version was published wants that one.
        every = await programmes.publications(self._pool)
        history = programmes.known(0, every).history(request.programme_id)
        now = self._rulebook.now()
        wanted = request.version or history.at(now).version
        changes_at = None if request.version else history.changes_at(now)
        for publication in every:
            version = publication.programme
            if (version.programme_id, version.version) == (history.newest.programme_id, wanted):
                return wire.GetProgrammeResponse(
                    programme=self._told(publication, history),
                    changes_at=None if changes_at is None else timestamp(changes_at),
                )
        message = f"the programme has versions 1 to {history.newest.version}"
        raise actions.UnknownVersion(message, field="version", asked=wanted)

    @rpc.allow(
        rpc.staff("program_admin", "program_publisher", "operations", "support", "auditor"),
        rpc.systems("programme_seeder"),
    )
    async def list_programme_versions(
        self, request: wire.ListProgrammeVersionsRequest, _: Any
    ) -> wire.ListProgrammeVersionsResponse:
        every = await programmes.publications(self._pool)
        history = programmes.known(0, every).history(request.programme_id)
        return wire.ListProgrammeVersionsResponse(
            versions=[
                self._told(publication, history)
                for publication in every
                if publication.programme.programme_id == history.newest.programme_id
            ]
        )

    def _told(self, publication: programmes.Publication, history: ProgrammeHistory) -> wire.Programme:
        """A version, with what came after it."""
        after = history.versions[publication.programme.version :]
        next_from = after[0].effective_at if after else None
        return definitions.superseded(definitions.published(publication), next_from, self._rulebook.now())


def _money_named(request: wire.ReviseProgrammeRequest) -> dict[str, str]:
    """The money that each part of a revision counts in, by the field that says so."""
    named = {
        f"earn_rules[{nth}].per.currency": rule.per.currency
        for nth, rule in enumerate(request.earn_rules)
        if rule.HasField("per") and (rule.per.minor_units or rule.per.currency)
    }
    for nth, rules in enumerate(request.currencies):
        if rules.HasField("conversion"):
            named[f"currencies[{nth}].conversion.worth.currency"] = rules.conversion.worth.currency
    for nth, tier in enumerate(request.tiers):
        named |= benefits.costs_named(tier.benefits, f"tiers[{nth}].benefits")
        if tier.HasField("sale"):
            named |= tier_sales.prices_named(tier.sale, f"tiers[{nth}].sale")
    return named


def _from(programme: wire.Programme, now: int) -> int:
    """A founding may lie in the past, so that a history can be imported into it."""
    return micros(programme.effective_at, "effective_at") if programme.HasField("effective_at") else now


def publisher() -> Publisher:
    """Who is asking, as somebody who publishes."""
    caller = rpc.caller()
    return Publisher(caller.actor, caller.roles)


def reason(text: str) -> str:
    """Why the rules are changed. Raises ``ReasonMissing``."""
    if not 1 <= len(text) <= 500:
        raise ReasonMissing("say why in 1 to 500 characters", field="reason")
    return text
