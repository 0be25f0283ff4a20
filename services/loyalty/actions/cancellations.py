"""Cancellations: a version that was published ahead is taken back before it takes effect."""

from services.kit import clock, database
from services.kit.refusal import Conflict, Declined
from services.loyalty.actions import programmes as publishing
from services.loyalty.actions.programmes import UnknownVersion
from services.loyalty.rules.orders.orders import FUTURE_TOLERANCE_US
from services.loyalty.rules.programmes.programmes import unchanged
from services.loyalty.storage.programmes import programmes
from services.loyalty.storage.programmes.programmes import Publication


class VersionInForce(Declined):
    """The version took effect, or is about to, and may have judged orders already."""


class VersionFollowed(Conflict):
    """Another version was published after this one; the last is canceled first."""


async def cancel(
    connection: database.RawConnection, programme_id: str, version: int, canceled_by: str, reason: str
) -> tuple[Publication, bool]:
    """Cancel the newest version: the one before it goes on, as a version of its own. Done before, it is a replay.

    The version after it says by whom and why, and drafts that were made from what is canceled are rebased onto it.
    One person is enough: nothing comes into force that was not. Raises ``UnknownProgramme``, ``UnknownVersion``,
    ``VersionFollowed``, ``VersionInForce``.
    """
    await publishing.alone(connection)
    here = await publishing.moment(connection, programme_id)
    history, newest = here.known.by_id[programme_id], here.newest
    if history.version(version) is None:
        message = f"the programme has versions 1 to {newest.version}"
        raise UnknownVersion(message, field="version", asked=version)
    if version in history.canceled:
        every = await programmes.publications(connection)
        return next(one for one in every if one.programme == history.version(version + 1)), True
    if version != newest.version:
        message = f"version {newest.version} is the newest: cancel that one, or draft what you want instead"
        raise VersionFollowed(message, field="version", newest=newest.version)
    # An order may be paid a little ahead of our clock, and was judged by the version in force by then.
    if version == 1 or newest.effective_at <= here.now + FUTURE_TOLERANCE_US:
        at = clock.instant(newest.effective_at).isoformat()
        message = (
            f"version {version} is in force from {at}: begin a draft that restores version {version - 1}"
        )
        raise VersionInForce(message, field="version", effective_at=at)
    await programmes.cancel(connection, newest, here.now)
    before = history.versions[-2]
    following = unchanged(before, version + 1, here.now)
    publication = Publication(following, canceled_by, here.now, reason, here.known.default_id == programme_id)
    return await publishing.publish_and_tell(connection, publication), False
