"""Mission trials: what a mission would say to samples, one after the other, and what it would give for them."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.kit.refusal import Invalid
from services.loyalty.rules.missions.activities import Activity
from services.loyalty.rules.missions.days_after import comes_at
from services.loyalty.rules.missions.mission_checks import (
    Check,
    CheckKind,
    all_hold,
    of_activity,
    of_occasion,
    shown,
)
from services.loyalty.rules.missions.mission_progress import Step, enough, mark_of, period_of, progress_of
from services.loyalty.rules.missions.missions import (
    ActivityTask,
    LifecycleKind,
    LifecycleTask,
    Mission,
)

MOST_SAMPLES = 100


class SamplesNotTaken(Invalid):
    """A trial takes 1 to 100 samples."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something that befell a member; ``about`` is the tier reached or the coupon's template."""

    kind: LifecycleKind
    about: str
    occurred_at: int


Sample = Activity | Occasion


@dataclass(frozen=True, slots=True)
class Facts:
    """Who is tried: the tier held, whether the purpose is allowed, and how many awards were given before in all."""

    tier: str = ""
    allows: bool = True
    awarded: int = 0
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a mission says to one sample: all that it looked at, how many awards it completed, how far one is after it."""

    occurred_at: int
    checks: tuple[Check, ...]
    counts: bool
    awards: int
    progress: int
    required: int


def tried(mission: Mission, samples: Sequence[Sample], facts: Facts, zone: str, now: int) -> list[Verdict]:
    """What a mission would say to samples, the earliest first. Raises ``SamplesNotTaken``."""
    if not 1 <= len(samples) <= MOST_SAMPLES:
        raise SamplesNotTaken(f"try 1 to {MOST_SAMPLES} samples at once", field="samples")
    trial = _Trial(mission, facts, zone, now)
    return [trial.say(sample) for sample in sorted(samples, key=lambda sample: sample.occurred_at)]


@dataclass(slots=True)
class _Trial:
    """What counted so far, by its period, as the service would have kept it."""

    mission: Mission
    facts: Facts
    zone: str
    now: int
    given: int = 0
    steps: defaultdict[str, list[Step]] = field(default_factory=lambda: defaultdict(list))
    marks: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    times: Counter[str] = field(default_factory=Counter)

    def say(self, sample: Sample) -> Verdict:
        if isinstance(sample, Activity):
            return self._of_activity(sample)
        return self._of_occasion(sample)

    def _of_activity(self, activity: Activity) -> Verdict:
        task = self.mission.task
        if not isinstance(task, ActivityTask):
            return self._nothing(activity, activity.type, task.kind)
        checks = [*of_activity(self.mission, task, activity, self.facts.tier), *self._allowed()]
        period = period_of(self.mission, task, activity.day, self.zone).name
        if all_hold(checks):
            checks += self._caps_of(task, activity, period)
        counts, done = all_hold(checks), 0
        if counts:
            mark = mark_of(task, activity)
            self.marks[period].add(mark)
            self.steps[period].append(Step(mark, activity.day))
            done = self._complete(task, period, checks)
        there = progress_of(task, self.steps[period], activity.day)
        if task.times and self.times[period] >= task.times:
            there = task.count
        return Verdict(activity.occurred_at, tuple(checks), counts, done, there, task.count)

    def _of_occasion(self, occasion: Occasion) -> Verdict:
        task, facts = self.mission.task, self.facts
        if not isinstance(task, LifecycleTask):
            return self._nothing(occasion, occasion.kind, task.type)
        came_at = comes_at(occasion.occurred_at, task.days, self.zone)
        checks = of_occasion(self.mission, task, occasion.kind, occasion.about, came_at, facts.tier)
        if checks[0].holds:
            checks.append(Check(CheckKind.DUE, came_at <= self.now, shown(came_at), f"by {shown(self.now)}"))
        checks += self._allowed()
        if all_hold(checks):
            checks += [*self._once(occasion), *self._budget()]
        counts = all_hold(checks)
        self.given += counts
        return Verdict(occasion.occurred_at, tuple(checks), counts, int(counts), int(counts), 1)

    def _nothing(self, sample: Sample, actual: str, required: str) -> Verdict:
        return Verdict(sample.occurred_at, (Check(CheckKind.TASK, False, actual, required),), False, 0, 0, 1)

    def _allowed(self) -> list[Check]:
        """Whether the purpose is allowed that the mission, or its type of activity, names."""
        if not self.facts.purpose:
            return []
        actual = "allowed" if self.facts.allows else "not allowed"
        return [Check(CheckKind.ALLOWED, self.facts.allows, actual, self.facts.purpose)]

    def _caps_of(self, task: ActivityTask, activity: Activity, period: str) -> list[Check]:
        checks, mark = [], mark_of(task, activity)
        if task.times:
            done = self.times[period]
            checks.append(Check(CheckKind.TIMES, done < task.times, str(done), f"less than {task.times}"))
        if mark in self.marks[period]:
            checks.append(Check(CheckKind.ONCE, False, "counted before", f"once for each {task.counted_by}"))
        return checks

    def _once(self, occasion: Occasion) -> list[Check]:
        """One award for each occasion: an order, a change or a coupon, which samples tell apart by their time."""
        mark = str(occasion.occurred_at)
        if mark in self.marks[""]:
            return [Check(CheckKind.ONCE, False, "awarded before", "once for each occasion")]
        self.marks[""].add(mark)
        return []

    def _budget(self) -> list[Check]:
        budget, gone = self.mission.budget, self.facts.awarded + self.given
        return [Check(CheckKind.BUDGET, gone < budget, str(gone), f"less than {budget}")] if budget else []

    def _complete(self, task: ActivityTask, period: str, checks: list[Check]) -> int:
        """As often as the steps say and the caps allow."""
        done = 0
        while not task.times or self.times[period] < task.times:
            used = enough(task, self.steps[period])
            if not used:
                break
            cap = self._budget()
            checks += cap if not done else []
            if not all_hold(cap):
                break
            self.steps[period] = [step for step in self.steps[period] if step not in used]
            self.times[period] += 1
            self.given += 1
            done += 1
        return done
