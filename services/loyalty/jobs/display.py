"""What the person at the terminal sees of a verification: each check with its pace, and every row that is wrong."""

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from services.kit.appended import AppendedFile
from services.kit.signing import shown
from services.loyalty.jobs.reopening import Reopened
from services.loyalty.jobs.verification import Outcome
from services.loyalty.rules.ledger.heads import Keys, read
from services.loyalty.storage.ledger.integrity.checks import Check, Findings
from services.loyalty.storage.ledger.integrity.verifications import CHECKS, Checked


class Display:
    """A line for each check, and a bar over all of them while they run."""

    def __init__(self) -> None:
        self._console = console = Console(highlight=False, soft_wrap=True)
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description:18}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} checks"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._bar: TaskID = self._progress.add_task("", total=len(CHECKS) + 1)

    def __enter__(self) -> "Display":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begun(self, check: Check, rows: int) -> None:
        self._progress.update(self._bar, description=f"{check.name} ({rows:,} rows)")

    def ended(self, check: Check, checked: Checked, findings: Findings) -> None:
        self._progress.advance(self._bar)
        mark = "[red]✗[/]" if checked.mismatches else "[green]✓[/]"
        pace = checked.rows / checked.seconds if checked.seconds else 0
        figures = f"{checked.rows:>12,} rows {checked.seconds:>8.2f} s {pace:>12,.0f} rows/s"
        self._console.print(f"{mark} {check.name:16}{figures}  [dim]{check.proves}[/]")
        for mismatch in findings.first:
            self._console.print(f"    {mismatch}", style="red", markup=False)
        if more := findings.wrong - len(findings.first):
            self._console.print(f"    and {more:,} more", style="red")

    def conclude(self, outcome: Outcome) -> None:
        """Say what the whole came to, and what could not be proved."""
        of = outcome.verification
        self._console.print(
            f"{of.entries:,} entries, {of.batches:,} batches and {of.wallets:,} wallets "
            f"in {of.seconds:.1f} s ({of.entries_per_second:,.0f} entries/s)"
        )
        self._tell_heads(outcome)
        self._console.print("kept for staff to see" if outcome.kept else "not kept: this role only reads")
        if outcome.agrees:
            self._console.print("[green]everything agrees[/]")
        else:
            self._console.print(f"[red]{of.wrong:,} mismatches[/]")

    def _tell_heads(self, outcome: Outcome) -> None:
        published, ends = outcome.published, outcome.verification.heads
        if published is None:
            self._console.print(
                "[yellow]NOT PROVED: heads[/]  no published heads were there to compare with (LEDGER_HEADS_FILE, and "
                "LEDGER_PUBLIC_KEYS or LEDGER_SIGNING_KEY), and a chain that was rewritten as a whole agrees with itself"
            )
            return
        since = sum(end.seq - (end.published_seq or 0) for end in ends)
        self._console.print(
            f"heads were published until {published.last_at} in {published.lines:,} lines"
            f"{f', {published.torn} half ones left by writers that died' if published.torn else ''}; "
            f"{since:,} batches are newer"
        )
        if published.set_back:
            self._console.print(
                f"[yellow]{published.set_back:,} published heads are gone[/]: the database was set back, and a signed line says so"
            )

    def tell_reopened(self, done: Reopened) -> None:
        """Say what was set back, with which number the lanes go on, and how to prove it."""
        for lane in done.found:
            self._console.print(f"lane {lane.lane:2}  ended at {lane.there:,}, and {lane.seen:,} was seen")
        self._console.print(
            f"all lanes go on with {done.reopenings[0].seq:,}: start the servers and workers of loyalty"
        )

    def show_heads(self, keys: Keys, file: AppendedFile | None) -> None:
        """Print the keys by which others verify, and what was published last."""
        lines = [f"public key   {shown(key)}  (its lines name {name})" for name, key in keys.items()]
        if file is not None:
            lines.append(f"published in {file.path}")
            if last := file.last():
                line = read(last)
                lines.append(f"last at      {line.at}, by {line.key_id}")
                lines += [f"  lane {head.lane:2}  batch {head.seq:>12,}  {head.hash}" for head in line.heads]
        for text in lines or ["nothing is published: LEDGER_HEADS_FILE and LEDGER_SIGNING_KEY are not set"]:
            self._console.print(text, markup=False)
