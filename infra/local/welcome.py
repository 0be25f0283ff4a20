"""What the person at the terminal sees: what runs where, what to paste to try it, how an import goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from gateway.serving import explorer
from infra.local import balances, coupon_lists, importing
from infra.local.delivery import Progress as Told
from infra.local.issuer import Issuer
from infra.local.layout import HOST, SERVICES
from infra.local.seeds import Seeds
from infra.local.system import System

_CURL = """\
curl -s {url}/huiyuan.loyalty.v1.OrdersService/RecordOrder \\
  -H 'Content-Type: application/json' -H 'Authorization: Bearer {token}' \\
  -d '{{"source": "demo-shop", "orderId": "try-'$(date +%s)'", "memberId": "{member}",
       "lines": [{{"lineId": "1", "sku": "tea", "quantity": "1", "money": {{"minorUnits": "12800", "currency": "CNY"}}}}],
       "total": {{"minorUnits": "12800", "currency": "CNY"}}, "paidAt": "'$(date -u +%Y-%m-%dT%H:%M:%SZ)'", "channel": "web"}}'"""


def addresses(system: System) -> dict[str, str]:
    """Where everything is."""
    ports = system.ports
    where = {
        "storefront": f"{ports.url('gateway')}/graphql",
        "admin": f"{ports.url('gateway')}/admin/graphql",
        **{name: ports.url(name) for name in SERVICES},
    }
    where |= {"postgres": f"{HOST}:{ports.postgres}"} if system.backing.own_postgres else {}
    where |= {"redis": f"{HOST}:{ports.redis}"} if system.backing.own_redis else {}
    return where


def show(console: Console, system: System, seeds: Seeds) -> None:
    """Print it, with one token for each side of the house."""
    table = Table(title="huiyuan is running", title_justify="left", title_style="bold green")
    for heading in ("what", "where", "log"):
        table.add_column(heading, no_wrap=True)
    for process in system.processes:
        name = process.program.name
        noun, _, role = name.partition("-")
        where = "" if role == "worker" else f"{HOST}:{system.ports.of(noun)}"
        table.add_row(name, where, process.program.log.name)
    console.print()
    console.print(table)
    console.print(f"logs and data are in {system.installation.home}\n")
    page = "GraphiQL" if explorer.is_built() else "explorer (make explorer builds GraphiQL)"
    issuer, at, member = Issuer(system.installation), addresses(system), seeds.members[0]
    curl = _CURL.format(url=at["loyalty"], token=issuer.system(), member=member.member_id)
    for title, text in (
        (f"storefront {page}, as a member", _link(at["storefront"], issuer.member(member.member_id))),
        (f"admin {page}, as a member of staff", _link(at["admin"], issuer.admin())),
        ("an order, as your order system would send it", curl),
    ):
        console.print(f"[bold]{title}[/]")
        console.print(text, markup=False)
        console.print()
    console.print("tokens are good for 12 hours; new ones: huiyuan token member | admin | service")
    console.print("[bold]stop with Ctrl-C[/], start over with make reset")


def _link(page: str, token: str) -> str:
    """Where to click. What stands behind # stays in the browser: the page takes it, and no server is told."""
    return f"{page}#token={token}"


@contextmanager
def importing_progress(console: Console) -> Iterator[Told]:
    """A bar for each kind of thing that is imported, with its rate."""
    columns = (
        TextColumn("{task.description:8}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:>8,.0f}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=console) as shown:

        def progress(what: str, done: int, of: int) -> None:
            if what not in bars:
                bars[what] = shown.add_task(what, total=of, rate=0.0)
            elapsed = shown.tasks[bars[what]].elapsed or 0.0
            shown.update(bars[what], completed=done, rate=done / elapsed if elapsed else 0.0)

        yield progress


def show_import(console: Console, format: str, outcome: importing.Outcome, rejects: Path) -> None:
    """Print what an import did, and whether the ledger's sum is the file's."""
    console.print(
        f"{outcome.members:,} members, {outcome.orders:,} orders ({outcome.replayed:,} were there already)"
    )
    if outcome.rejects:
        console.print(f"[yellow]{len(outcome.rejects):,} lines were not imported:[/] see {rejects}")
    if outcome.totals is None:
        return
    totals = outcome.totals
    verdict = "[green]equal to the cent[/]" if outcome.agrees else "[red]NOT EQUAL[/]"
    console.print(
        f"spend in the file {outcome.spend_minor / 100:,.2f}, posted {totals.spend.minor_units / 100:,.2f} "
        f"{totals.spend.currency}: {verdict}; {totals.orders:,} {format} orders of {totals.members:,} members, "
        f"{totals.zero_value_orders:,} of them of no value"
    )


def show_balances(console: Console, outcome: balances.Outcome, rejects: Path, *, dry_run: bool) -> None:
    """Print what an import of opening balances did, and whether the ledger took what the file says."""
    console.print(f"{outcome.balances:,} balances of {outcome.members:,} members in the file")
    if outcome.rejects:
        console.print(f"[yellow]{len(outcome.rejects):,} lines are not imported:[/] see {rejects}")
    if dry_run:
        for currency, points in sorted(outcome.in_file.items()):
            console.print(f"{points:,} {currency} would be imported; nothing was sent")
        return
    console.print(f"{outcome.imported:,} imported ({outcome.replayed:,} were there already)")
    for currency, points in sorted(outcome.in_file.items()):
        taken = outcome.in_ledger[currency]
        verdict = "[green]equal[/]" if taken == points else "[red]NOT EQUAL[/]"
        console.print(f"{points:,} {currency} in the file, {taken:,} in the ledger: {verdict}")


def show_coupons(console: Console, outcome: coupon_lists.Outcome, rejects: Path, *, dry_run: bool) -> None:
    """Print what issuing coupons to a list did."""
    console.print(f"{outcome.members:,} lines name a member")
    if outcome.rejects:
        console.print(f"[yellow]{len(outcome.rejects):,} lines get no coupon:[/] see {rejects}")
    if dry_run:
        console.print(f"{outcome.members:,} coupons would be issued at most; nothing was sent")
        return
    console.print(f"{outcome.issued:,} issued ({outcome.replayed:,} were there already)")
