"""What the pages are built and opened with, and how to get what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STOREFRONT = ROOT / "examples" / "storefront-web"
EXPLORER = ROOT / "explorer"

_NODE = (20, 19)
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Where Chromium is: as CHROMIUM names it, or on the path."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, _CHROMIUMS)), None)


def missing() -> list[str]:
    """What has to be installed first, in words; empty when all is there."""
    wanted = []
    if chromium() is None:
        wanted.append(
            "Chromium (Debian, Ubuntu: apt-get install chromium), or name one: CHROMIUM=/path/to/it"
        )
    if not _node_is_new_enough() or shutil.which("npm") is None:
        wanted.append(f"Node.js {_NODE[0]}.{_NODE[1]} or newer with npm")
    return wanted


def _node_is_new_enough() -> bool:
    node = shutil.which("node")
    if node is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor, *_ = said.strip().lstrip("v").split(".")
    return (int(major), int(minor)) >= _NODE
