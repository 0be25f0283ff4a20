"""Found and revise programmes: publishing is alone with the ledger for a moment, and never rewrites the past."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from services.kit import clock, database
from services.kit.refusal import Conflict, Declined, Invalid, NotFound
from services.loyalty import events
from services.loyalty.actions.promises import be_fit
from services.loyalty.rules.earning.campaigns import be_affordable
from services.loyalty.rules.earning.earn_rules import EarnRule
from services.loyalty.rules.ledger.approvals import SecondPersonNeeded
from services.loyalty.rules.programmes.definitions import check, check_successor
from services.loyalty.rules.programmes.drafts import begun_from
from services.loyalty.rules.programmes.programmes import (
    CurrencyRules,
    Programme,
    Programmes,
    UnknownProgramme,
)
from services.loyalty.rules.programmes.wellformed import wrong
from services.loyalty.rules.tiers.tier_schemes import TierRule, TierScheme
from services.loyalty.storage.earning import campaigns
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.programmes import programmes
from services.loyalty.storage.programmes.programmes import (
    ProgrammeAlreadyThere,
    Publication,
    RevisedMeanwhile,
)
from services.loyalty.storage.tiers import tiers

_TOLERANCE_US = timedelta(minutes=1) // timedelta(microseconds=1)


class EffectiveInThePast(Invalid):
    """A version takes effect now or later, never before."""


class VersionScheduled(Conflict):
    """A version that was published ahead is still to come, and none takes effect before it."""


class TierHeld(Declined):
    """A tier that members hold stays, or its version says where they go."""


class UnknownVersion(NotFound):
    """The programme has no such version."""


@dataclass(frozen=True, slots=True)
class Revision:
    """A change to a programme: parts that are not empty replace the version's.

    ``effective_at`` is in microseconds since 1970, None for as soon as it is published. ``money_named`` is the
    money that the parts count in, by the field that says so.
    """

    programme_id: str
    based_on_version: int
    effective_at: int | None
    currencies: tuple[CurrencyRules, ...]
    earn_rules: tuple[EarnRule, ...]
    tiers: tuple[TierRule, ...]
    tier_scheme: TierScheme | None
    money_named: Mapping[str, str]
    published_by: str
    reason: str


async def create(connection: database.RawConnection, publication: Publication) -> tuple[Publication, bool]:
    """Found a programme; the same again is a replay (True), another under its id is refused."""
    check(publication.programme)
    await programmes.publish_alone(connection)
    known = await programmes.load(connection)
    history = known.by_id.get(publication.programme.programme_id)
    if history is not None:
        first = history.versions[0]
        wanted = replace(
            publication.programme,
            number=first.number,
            effective_at=first.effective_at,
            currencies=_numbered(publication.programme.currencies, first),
        )
        if wanted != first:
            message = "a programme with this id was founded with other rules: revise it, or choose another id"
            raise ProgrammeAlreadyThere(message, field="programme_id")
        is_default = known.default_id == first.programme_id
        return replace(publication, programme=first, is_default=is_default), True
    first_ever = publication.is_default or not known.by_id
    publication = replace(publication, is_default=first_ever)
    founded = await programmes.create(connection, publication)
    told = events.encode_programme_revised(founded.programme_id, founded.version, founded.effective_at)
    await tell(connection, [told])
    return replace(publication, programme=founded), False


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant at which nothing is posted: the programmes as they are, and the newest version of one of them."""

    now: int
    known: Programmes
    newest: Programme


async def alone(connection: database.RawConnection) -> None:
    """Let nothing be posted and nothing else published until this transaction ends."""
    await programmes.publish_alone(connection)


async def moment(connection: database.RawConnection, programme_id: str) -> Moment:
    """What there is to publish upon, once ``alone``. Raises ``UnknownProgramme``."""
    now = clock.micros(clock.now())  # not earlier: what was posted while this waited had the rules before it
    known = await programmes.load(connection)
    if programme_id not in known.by_id:
        raise UnknownProgramme(f"there is no programme {programme_id!r}", field="programme_id")
    return Moment(now, known, known.by_id[programme_id].newest)


async def revise(connection: database.RawConnection, revision: Revision) -> Publication:
    """Publish a new version that was made from the newest one, at once and by one person."""
    await alone(connection)
    here = await moment(connection, revision.programme_id)
    newest = here.newest
    be_for_one_person(newest)
    for field, currency in revision.money_named.items():
        if currency != newest.money_currency:
            raise wrong(f"the programme counts in {newest.money_currency}", field)
    programme = replace(
        newest,
        currencies=revision.currencies or newest.currencies,
        earn_rules=revision.earn_rules or newest.earn_rules,
        tiers=revision.tiers or newest.tiers,
        tier_scheme=revision.tier_scheme or begun_from(newest).tier_scheme,
    )
    return await publish(
        connection,
        here,
        programme,
        revision.based_on_version,
        revision.effective_at,
        revision.published_by,
        revision.reason,
    )


def be_for_one_person(newest: Programme) -> None:
    """Refuse to publish at once where it takes two. Raises ``SecondPersonNeeded``."""
    if newest.two_persons:
        message = "this programme demands two persons: draft the version, and let another person publish it"
        raise SecondPersonNeeded(message, field="programme_id")


async def publish(
    connection: database.RawConnection,
    here: Moment,
    programme: Programme,
    based_on_version: int,
    effective_at: int | None,
    published_by: str,
    reason: str,
) -> Publication:
    """Publish a programme's next version, which was made from another; ``alone`` and ``moment`` come first."""
    newest = here.newest
    if based_on_version != newest.version:
        raise RevisedMeanwhile(
            f"this change was made from version {based_on_version} and {newest.version} is the newest",
            field="based_on_version",
            newest=newest.version,
        )
    effective_at = here.now if effective_at is None else effective_at
    if effective_at < here.now - _TOLERANCE_US:
        raise EffectiveInThePast("a version takes effect now or later", field="effective_at")
    if effective_at < newest.effective_at > here.now:
        at = clock.instant(newest.effective_at).isoformat()
        message = (
            f"version {newest.version} takes effect at {at}: cancel it first, or take effect then or later"
        )
        raise VersionScheduled(message, field="effective_at", newest=newest.version, effective_at=at)
    version = replace(
        programme,
        version=newest.version + 1,
        effective_at=max(effective_at, here.now, newest.effective_at),
        currencies=_numbered(programme.currencies, newest),
    )
    check(version)
    check_successor(newest, version)
    be_affordable(version, await campaigns.spent(connection, version.number))
    await be_left(connection, newest, version)
    await be_fit(connection, newest, version)
    is_default = here.known.default_id == version.programme_id
    publication = Publication(version, published_by, here.now, reason, is_default)
    return await publish_and_tell(connection, publication)


async def publish_and_tell(connection: database.RawConnection, publication: Publication) -> Publication:
    """Write a version that was found right, and tell of it."""
    version = await programmes.append(connection, publication)
    told = events.encode_programme_revised(version.programme_id, version.version, version.effective_at)
    await tell(connection, [told])
    return replace(publication, programme=version)


async def be_left(
    connection: database.RawConnection | database.Pool, before: Programme, after: Programme
) -> None:
    """Refuse to take a tier away that members hold, unless the version says where they go. Raises ``TierHeld``."""
    told = after.tier_scheme.successor_of
    gone = [tier.key for tier in before.tiers if after.tier(tier.key) is None and tier.key not in told]
    for key in gone:
        if await tiers.is_held(connection, before.number, key):
            message = f"members hold {key!r}: say among the scheme's successors where they go, or keep it"
            raise TierHeld(message, field="tiers", tier=key)


def _numbered(currencies: tuple[CurrencyRules, ...], known: Programme) -> tuple[CurrencyRules, ...]:
    """Currencies with the numbers by which the ledger knows them; 0 for those that are new."""
    numbers = {currency.code: currency.number for currency in known.currencies}
    return tuple(replace(currency, number=numbers.get(currency.code, 0)) for currency in currencies)
