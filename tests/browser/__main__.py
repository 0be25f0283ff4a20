"""``python -m tests.browser``: build the pages from their pinned locks, then open them."""

import subprocess
import sys

from tests.browser import needs

_BUILDS = {
    needs.STOREFRONT: (["npm", "ci"], ["npm", "test"], ["npm", "run", "build"]),
    needs.EXPLORER: (["npm", "ci"], ["npm", "run", "build"]),
}


def main() -> int:
    """What to exit with: 0 when the pages were proven."""
    wanted = needs.missing()
    if wanted:
        print("NOT PROVED: the pages in a browser. Install", " and ".join(wanted), file=sys.stderr)
        return 1
    for directory, commands in _BUILDS.items():
        for command in commands:
            print(f"{directory.relative_to(needs.ROOT)}: {' '.join(command)}", flush=True)
            built = subprocess.run(command, cwd=directory)
            if built.returncode != 0:
                return built.returncode
    return subprocess.run(
        [sys.executable, "-m", "pytest", "tests/browser", *sys.argv[1:]], cwd=needs.ROOT
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
