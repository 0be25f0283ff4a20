"""What judging an order by fifty campaigns costs: processor time of the decision alone, and where it goes.

Half of the rules have a condition, one selects lines, the rest have a schedule, a cap or a multiplier; all are active. Beside it stands what
plain rules cost, which is what orders of a programme without campaigns pay. Every round judges orders of its own. A
fixed piece of work is timed in each round, too: where a processor's clock comes and goes, runs compare by that.
"""

import argparse
import cProfile
import io
import pstats
import random
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median

from rich.console import Console

from services.kit import process
from services.loyalty.rules.earning.earn_facts import past_of
from services.loyalty.rules.earning.earn_limits import Counts, Limits
from services.loyalty.rules.earning.earn_rules import AwardKind, Cap, CapWindow, EarnRounding, EarnRule
from services.loyalty.rules.earning.earn_schedules import Hours, Schedule
from services.loyalty.rules.earning.earning import decide
from services.loyalty.rules.earning.plain_rules import earned
from services.loyalty.rules.ledger.expiry import local_time
from services.loyalty.rules.orders.orders import Line, Order
from services.loyalty.rules.programmes.definitions import check
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Standing
from tests.load import history

RULES = 50
MARK_US = 60.0
ROUNDS = 7
ORDERS = 2_000
TURNS = 1_000


def campaigns(count: int) -> list[EarnRule]:
    """Active earn rules as shops have them: one in two asks a condition."""
    plain = EarnRule("", "POINTS", 1, 0, EarnRounding.WHOLE_STEPS, False, award=AwardKind.FIXED)
    made = []
    for nth in range(count):
        rule = replace(plain, key=f"rule-{nth}", points=1 + nth % 7)
        match nth % 10:
            case 2 if nth == 2:
                rule = replace(rule, lines="line.sku in ['tea', 'pot']")
            case 0 | 1 | 2:
                rule = replace(rule, condition=f"order.total_minor >= {1_000 * nth}")
            case 3:
                rule = replace(rule, condition=f"order.channel == 'app' && member.orders > {nth}")
            case 4:
                rule = replace(rule, condition="member.tier in ['gold', 'silver']", priority=nth)
            case 5 | 6:
                rule = replace(rule, schedule=Schedule(days_of_month=(8, 18, 28)))
            case 7:
                rule = replace(rule, schedule=Schedule(weekdays=(6, 7), hours=(Hours(20, 22),)))
            case 8:
                rule = replace(rule, caps=(Cap(CapWindow.ORDER, 5), Cap(CapWindow.DAY, 50)))
            case 9:
                rule = replace(rule, points=0, award=AwardKind.MULTIPLIER, multiplier=10_100)
        made.append(rule)
    return made


def shop(rules: list[EarnRule]) -> Programme:
    """The bench's programme with rules beside its own."""
    base = history.programme()
    made = replace(base, earn_rules=(*base.earn_rules, *rules))
    check(made)
    return made


def orders(programme: Programme, count: int, dice: random.Random) -> list[Order]:
    """Orders of one to four lines, over a month."""
    made = []
    for nth in range(count):
        lines = [
            Line(
                str(place), dice.choice(("tea", "cup", "pot")), dice.randint(1, 3), dice.randint(500, 30_000)
            )
            for place in range(1, dice.randint(2, 5))
        ]
        made.append(
            Order(
                "shop",
                f"order-{nth}",
                programme.number,
                programme.programme_id,
                "5f0d6e0a-0000-4000-8000-000000000001",
                b"",
                programme.money_currency,
                sum(line.minor for line in lines),
                lines,
                dice.choice(("app", "web")),
                1_790_000_000_000_000 + dice.randint(0, 30 * 86_400) * 1_000_000,
            )
        )
    return made


def judging(programme: Programme, standing: Standing) -> Callable[[Order], object]:
    """What the fold does to decide over an order: facts, limits, decision."""
    plan = programme.earning

    def judge(order: Order) -> object:
        local = local_time(order.paid_at, programme.time_zone)
        past = past_of(standing, local, plan.asks, first=plan.asks_for_first)
        limits = Limits(programme, Counts(), order.member_id, local.date())
        return decide(programme, order, "silver", past, local, limits, explained=False)

    return judge


def calibrating(_: object) -> int:
    """So many turns of a loop that does a little arithmetic with whole numbers and a look-up in each."""
    known, found = {nth: nth + 1 for nth in range(8)}, 0
    for nth in range(TURNS):
        found += known[nth & 7] * nth // 3
    return found


def cpu_us(work: Callable[[Order], object], given: list[Order]) -> float:
    """Processor time of one piece of work, in microseconds."""
    began = time.process_time()
    for order in given:
        work(order)
    return (time.process_time() - began) / len(given) * 1e6


def main() -> int:
    """Exit code 0 when the mark is reached."""
    asked = argparse.ArgumentParser(description="Measure what earn rules cost.")
    asked.add_argument("--rules", type=int, default=RULES)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--profile", action="store_true")
    given = asked.parse_args()
    console, dice = Console(width=120), random.Random(4)
    plain, full = shop([]), shop(campaigns(given.rules))
    standing = Standing("5f0d6e0a-0000-4000-8000-000000000001", full.number)
    for day in range(20_600, 20_730, 7):
        standing.add(day, 10_000, 1)
    sample = orders(full, ORDERS, dice)
    judge = judging(full, standing)
    process.spare_collections()
    cpu_us(judge, sample)  # compiles
    rounds = []
    for _ in range(given.rounds):
        sample = orders(full, ORDERS, dice)
        plainly = cpu_us(lambda order: earned(plain, "silver", order.total_minor), sample)
        rounds.append((cpu_us(judge, sample), plainly, cpu_us(calibrating, sample)))
    cost, without, loop = (median(column) for column in zip(*rounds, strict=True))
    console.print(
        f"{given.rules} active earn rules: {cost:.1f} µs of processor an order (mark {MARK_US:.0f}), "
        f"{min(each for each, *_ in rounds):.1f} at best; plain rules alone {without:.1f}; "
        f"{TURNS:,} turns of a loop beside it {loop:.0f}"
    )
    if given.profile:
        profile = cProfile.Profile()
        profile.runcall(cpu_us, judge, sample)
        shown = io.StringIO()
        pstats.Stats(profile, stream=shown).sort_stats("tottime").print_stats(15)
        console.print(shown.getvalue(), highlight=False)
    return 0 if cost <= MARK_US else 1


if __name__ == "__main__":
    sys.exit(main())
