"""Figures: medians with their spread, and ratios of two arms taken in the same round."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured quantity over the rounds of one run."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, rounds: Sequence[float]) -> "Figure":
        return cls(statistics.median(rounds), min(rounds), max(rounds))

    def show(self, digits: int = 0) -> str:
        return f"{self.median:,.{digits}f} ({self.low:,.{digits}f}–{self.high:,.{digits}f})"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a report: an arm, its speed, its ratio to the limit, and the mark it must reach."""

    arm: str
    per_second: Figure
    ratio: Figure | None = None
    mark: float | None = None
    beside: str = ""
    too_slow: bool = False

    @property
    def passed(self) -> bool:
        reached = self.mark is None or (self.ratio is not None and self.ratio.median >= self.mark)
        return reached and not self.too_slow


def ratios(arm: Sequence[float], limit: Sequence[float]) -> Figure:
    """The arm's share of the limit, round by round."""
    return Figure.of([mine / most for mine, most in zip(arm, limit, strict=True)])


def show(console: Console, title: str, unit: str, rows: Sequence[Row], notes: Sequence[str] = ()) -> bool:
    """Print a report; True when every mark is reached."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in ("arm", f"{unit}: median (spread)", "of the limit", "mark", "", "beside"):
        table.add_column(heading)
    for row in rows:
        ratio = row.ratio.show(3) if row.ratio else "1"
        mark = f"≥ {row.mark}" if row.mark is not None else ""
        verdict = "" if row.mark is None else ("[green]reached[/]" if row.passed else "[red]NOT REACHED[/]")
        table.add_row(row.arm, row.per_second.show(), ratio, mark, verdict, row.beside)
    console.print(table)
    for note in notes:
        console.print(f"  {note}", style="dim")
    return all(row.passed for row in rows)
