"""What the person at the terminal sees of a verification: each check with its pace, and every row that is wrong."""

from datetime import datetime

from rich.console import Console

from services.consent.jobs.verification import Checked, Outcome
from services.consent.rules.evidence import Keys
from services.kit.signing import shown


class Display:
    """A line for each check as it ends."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._status = self._console.status("going through the evidence")

    def __enter__(self) -> "Display":
        self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def ended(self, checked: Checked) -> None:
        mark = "[red]✗[/]" if checked.wrong else "[green]✓[/]"
        pace = checked.rows / checked.seconds if checked.seconds else 0
        figures = f"{checked.rows:>12,} rows {checked.seconds:>8.2f} s {pace:>12,.0f} rows/s"
        self._console.print(f"{mark} {checked.name:12}{figures}  [dim]{checked.proves}[/]")
        for mismatch in checked.first:
            text = f"    {mismatch.table}: {mismatch.row}: {mismatch.what}"
            self._console.print(text, style="red", markup=False)
        if more := checked.wrong - len(checked.first):
            self._console.print(f"    and {more:,} more", style="red")

    def conclude(self, outcome: Outcome) -> None:
        """Say what the whole came to, and what could not be proved."""
        if not outcome.published:
            self._console.print(
                "[yellow]NOT PROVED: witness[/]  no published checkpoints were there to compare with "
                "(CONSENT_WITNESS_FILE, and CONSENT_PUBLIC_KEYS or CONSENT_SIGNING_KEY), and a log that was "
                "rewritten as a whole agrees with itself"
            )
        wrong = sum(checked.wrong for checked in outcome.checks)
        self._console.print(
            "[green]everything agrees[/]" if outcome.agrees else f"[red]{wrong:,} mismatches[/]"
        )

    def packed(self, folder: str, article: str, until: datetime, rows: int) -> None:
        """Say what was written, and how it comes out the same again."""
        self._console.print(
            f"[green]✓[/] PIPL {article}: {rows:,} rows until {until.isoformat()} in {folder}"
        )

    def show_keys(self, keys: Keys) -> None:
        """Print the keys by which others verify, one a line."""
        for key in keys.values():
            self._console.print(shown(key), markup=False)
