"""The ``huiyuan consent`` commands: verify a receipt offline, and all the evidence that an installation keeps."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from infra.local.asking import ask
from infra.local.terminal import DEFAULT_HOME, Home, complain, existing, screen
from services.consent.rules import evidence
from services.consent.rules.evidence import ReceiptRefused, Verified
from services.kit.signing import SigningKeyRefused, signing_key, trusted

commands = typer.Typer(no_args_is_help=True, help="Prove what members consented to.")

_SHOWN = (
    "record_id",
    "purpose",
    "purpose_version",
    "event_state",
    "event_time",
    "recipient_id",
    "privacy_notice",
    "notice_digest",
    "pii_information",
    "retention_period",
    "articles",
    "channel",
)


@commands.command("verify")
def verify(
    receipt: Annotated[
        str, typer.Argument(help="A receipt, a file that holds one, or - for standard input.")
    ],
    key: Annotated[
        str,
        typer.Option(
            help="The public key, in base64; several are parted by commas. This installation's when left out."
        ),
    ] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Verify a receipt with the public key alone; nothing is asked of anybody.

    Exits with 1 when it does not prove what it says.
    """
    try:
        keys = trusted(key, None if key else signing_key(existing(home).consent_signing_key))
        verified = evidence.verify(_read(receipt), keys)
    except (ReceiptRefused, SigningKeyRefused) as why:
        complain(why)
        raise typer.Exit(1) from None
    _show(verified)


@commands.command("verify-log")
def verify_log(home: Home = DEFAULT_HOME) -> None:
    """Recompute everything: records, leaves, the tree, checkpoints and what was published of them.

    Exits with 1, and names the rows, when anything is not as it must be.
    """
    raise typer.Exit(ask("consent", "verify", home))


@commands.command("evidence")
def pack(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or one to make.")],
    article: Annotated[int, typer.Option(help="The article of the PIPL.", min=1, max=74)],
    until: Annotated[
        str, typer.Option(help="An instant by RFC 3339; now when left out. The same gives the same pack.")
    ] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Write a pack that shows how an article is kept to: records, what proves them, and a signed index."""
    raise typer.Exit(ask("consent", "evidence", home, str(article), until, str(folder.resolve())))


@commands.command("verify-evidence")
def verify_pack(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A pack.")],
    key: Annotated[
        str, typer.Option(help="The public key, in base64. This installation's when left out.")
    ] = "",
    home: Home = DEFAULT_HOME,
) -> None:
    """Verify a pack with the public key alone. Exits with 1 when it is not what was signed."""
    # Loaded only here: what makes packs reads the databases, and the other commands do not.
    from services.consent.jobs import packs

    try:
        keys = trusted(key, None if key else signing_key(existing(home).consent_signing_key))
        index = packs.verify(folder, keys)
    except (packs.PackRefused, SigningKeyRefused) as why:
        complain(why)
        raise typer.Exit(1) from None
    screen.print(f"[green]✓[/] {index['article']} until {index['until']}: every file is what was signed")


@commands.command("keys")
def keys(home: Home = DEFAULT_HOME) -> None:
    """Print the public keys by which receipts are verified."""
    raise typer.Exit(ask("consent", "keys", home))


def _read(receipt: str) -> str:
    if receipt == "-":
        return sys.stdin.read()
    # A receipt is longer than any file's name may be.
    if len(receipt) >= 256:
        return receipt
    if not Path(receipt).is_file():
        raise ReceiptRefused(f"there is no file {receipt}, and it is too short for a receipt")
    return Path(receipt).read_text(errors="replace")


def _show(verified: Verified) -> None:
    screen.print("[green]✓[/] the receipt proves this record:")
    for name, said in evidence.said_of(verified.record, _SHOWN):
        screen.print(f"  {name:17} {said}", markup=False)
    at = verified.checkpoint
    screen.print(
        f"it is leaf {verified.leaf_index:,} of the {at.size:,} of {at.origin},\n"
        f"whose root was signed as {at.root.hex()}",
        markup=False,
    )
