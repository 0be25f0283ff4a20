"""The ``huiyuan import members`` command."""

import asyncio
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console

from infra.local.delivery import ImportStopped
from infra.local.drafts import DraftTaken
from infra.local.issuer import Issuer
from infra.local.member_files import tables
from infra.local.member_files.columns import BY_NAME, SCOPED, Plan, be_found, planned
from infra.local.member_files.encodings import FileNotUnderstood
from infra.local.member_files.imports import ROLES, Importer, Members, Outcome
from infra.local.member_files.rejects import Rejects
from infra.local.member_files.rows import Meaning
from infra.local.terminal import (
    DEFAULT_HOME,
    Bearer,
    Home,
    SourceFile,
    complain,
    existing,
    running_at,
    screen,
)
from infra.local.welcome import importing_progress
from services.kit.refusal import Refusal

Maps = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help=f"HEADING=COLUMN, or HEADING= to leave it out. Columns: {', '.join(BY_NAME)}."
    ),
]
Scopes = Annotated[
    list[str] | None,
    typer.Option("--scope", help=f"COLUMN=SCOPE: where ids are unique, for {', '.join(SCOPED)}."),
]
Verified = Annotated[
    list[str] | None, typer.Option(help="A column whose identities you have verified, for instance phone.")
]
DisplayName = Annotated[str, typer.Option(help="What members without a name are called.")]
Zone = Annotated[str, typer.Option(help="The IANA zone of joined_at.")]
Name = Annotated[
    str, typer.Option(help="What makes this import the same when it is run again; the file's name.")
]
Encoding = Annotated[str, typer.Option(help="Of a CSV file, where it cannot be told.")]
Delimiter = Annotated[str, typer.Option(help="Of a CSV file: comma, tab or semicolon by its heading.")]
Sheet = Annotated[str, typer.Option(help="Of an xlsx file that has several.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check the file and change nothing.")]
RejectsFile = Annotated[
    Path | None, typer.Option(help="Where rows that were not imported go; beside the file by default.")
]


def import_members(
    file: SourceFile,
    maps: Maps = None,
    scopes: Scopes = None,
    verified: Verified = None,
    display_name: DisplayName = "",
    zone: Zone = "Asia/Shanghai",
    name: Name = "",
    encoding: Encoding = "",
    delimiter: Delimiter = "",
    sheet: Sheet = "",
    dry_run: DryRun = False,
    rejects: RejectsFile = None,
    bearer: Bearer = "",
    members_url: Annotated[str, typer.Option(envvar="MEMBERS_URL")] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Import members from a CSV or xlsx file; the same file again changes nothing."""
    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    if rejects.resolve() == file.resolve():
        raise typer.BadParameter("the rejects would replace the file itself: name another")
    meaning = Meaning(
        name or file.stem,
        _zone(zone),
        _pairs(scopes, SCOPED),
        frozenset(_known(verified or [], tuple(BY_NAME))),
        display_name,
    )
    url = running_at(home, members=members_url)["members"]
    signed = bearer or Issuer(existing(home)).system("member-import", ROLES)
    try:
        with ExitStack() as stack:
            table = stack.enter_context(
                tables.opened(file, encoding=encoding, delimiter=delimiter, sheet=sheet)
            )
            plan = planned(table.heading, _pairs(maps, ()), meaning.scopes)
            _show_plan(screen, table, plan)
            be_found(plan, (*meaning.scopes, *sorted(meaning.verified)))
            written = stack.enter_context(Rejects(rejects, table.heading))
            progress = stack.enter_context(importing_progress(screen))
            importer = Importer(Members.at(url, signed), meaning, progress, dry_run=dry_run)
            outcome = asyncio.run(importer.run(table, plan, written))
    except (FileNotUnderstood, ImportStopped, Refusal, DraftTaken) as why:
        complain(why)
        raise typer.Exit(1) from None
    _show(screen, outcome, rejects, dry_run=dry_run)
    raise typer.Exit(1 if outcome.rejects else 0)


def _pairs(given: list[str] | None, known: tuple[str, ...]) -> dict[str, str]:
    """``LEFT=RIGHT`` as pairs; where the left ones are ``known``, no other may be given."""
    pairs = {}
    for text in given or []:
        left, equals, right = text.rpartition("=")
        if not equals:
            raise typer.BadParameter(f"{text}: write it as HEADING=COLUMN")
        pairs[left] = right
    _known(list(pairs), known)
    return pairs


def _known(names: list[str], known: tuple[str, ...]) -> list[str]:
    for name in names:
        if known and name not in known:
            raise typer.BadParameter(f"{name} is none of {', '.join(known)}")
    return names


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise typer.BadParameter(f"{name} is no IANA zone, for instance Asia/Shanghai") from None


def _show_plan(console: Console, table: tables.Table, plan: Plan) -> None:
    """Say how the file is read before anything is sent."""
    console.print(f"{table.written}; columns:", markup=False)
    for name, at in plan.places.items():
        console.print(f"  {table.heading[at]} → {name}", markup=False)
    if plan.left_out:
        console.print(f"  not imported: {', '.join(plan.left_out)}", markup=False)


def _show(console: Console, outcome: Outcome, rejects: Path, *, dry_run: bool) -> None:
    """Print what an import did, or would do."""
    if dry_run:
        console.print(f"{outcome.imported:,} of {outcome.rows:,} rows would be imported; nothing was sent in")
    else:
        console.print(
            f"{outcome.imported:,} of {outcome.rows:,} rows imported ({outcome.replayed:,} were there already)"
        )
    if outcome.rejects:
        console.print(f"[yellow]{sum(outcome.rejects.values()):,} rows are not imported:[/] see {rejects}")
        for code, count in sorted(outcome.rejects.items()):
            console.print(f"  {count:,} × {code}", markup=False)
