"""PIPL 16: who refuses all that may be refused goes on with what the membership is; on the demonstration's purposes."""

from huiyuan.consent.v1 import purposes_pb2

from infra.local.demo.purposes import PURPOSES
from tests.consent import factories
from tests.consent.rights import Desk
from tests.consent.service import Consent, fresh


async def test_art_16_refusing_everything_optional_leaves_what_the_contract_needs(
    consent: Consent, member_id: str
) -> None:
    core = {one.key for one in PURPOSES if one.necessity == purposes_pb2.NECESSITY_CORE}
    optional = [one.key for one in PURPOSES if one.necessity == purposes_pb2.NECESSITY_OPTIONAL]
    assert core
    shown = await consent.ask(*PURPOSES)
    for key in optional:
        await consent.give(factories.grant(member_id, shown, key, key=fresh("give")))
    allowed = {one.key for one in PURPOSES if (await consent.check(member_id, one.key)).allow}
    assert allowed == {one.key for one in PURPOSES}
    desk = Desk(consent)
    await desk.ask(member_id, "REFUSE_AUTOMATED")
    await desk.ask(member_id, "WITHDRAW", purposes=optional)
    await desk.ask(member_id, "RESTRICT")
    allowed = {one.key for one in PURPOSES if (await consent.check(member_id, one.key)).allow}
    assert allowed == core
