"""Stop a campaign: publish the programme's next version without it."""

from dataclasses import replace

from services.kit import database
from services.loyalty.actions import programmes as actions
from services.loyalty.rules.earning.campaigns import LastEarnRule, UnknownEarnRule
from services.loyalty.rules.earning.earn_rules import EarnRule


async def stop(
    connection: database.RawConnection, programme_id: str, key: str, stopped_by: str, reason: str
) -> tuple[int, EarnRule, bool]:
    """The version without a rule, the rule, and whether it was stopped before.

    One person is enough, as for whatever else is stopped: what gives too much must end at once, and nothing comes
    into force that two persons did not see.
    """
    await actions.alone(connection)
    here = await actions.moment(connection, programme_id)
    newest, history = here.newest, here.known.by_id[programme_id]
    rule = newest.earning.by_key.get(key)
    if rule is None:
        for version in reversed(history.versions):
            if key in version.earning.by_key:
                return newest.version, version.earning.by_key[key], True
        raise UnknownEarnRule(f"no earn rule {key!r} is or was in the programme", field="key")
    kept = tuple(each for each in newest.earn_rules if each is not rule)
    if not kept:
        raise LastEarnRule(
            "it is the only earn rule: publish a version with another in its place", field="key"
        )
    without = replace(newest, earn_rules=kept)
    published = await actions.publish(connection, here, without, newest.version, None, stopped_by, reason)
    return published.programme.version, rule, False
