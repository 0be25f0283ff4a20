"""``make audits``: graphql-http's server audits against both endpoints of a gateway that takes free documents."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

from infra.local.databases import DatabaseUrls
from tests import conftest
from tests.databases import Databases
from tests.gateway.gateway_client import running

HERE = Path(__file__).parent


def main() -> None:
    """Audit both endpoints; end with an error unless every audit passes on both."""
    missing = [program for program in ("node", "npm") if shutil.which(program) is None]
    if missing:
        sys.exit(f"NOT PROVED: {' and '.join(missing)} not found; the audits need Node 20 or newer")
    with conftest.running_servers() as servers, tempfile.TemporaryDirectory() as folder:
        urls = Databases(servers.postgres_url).new("gateway")
        failed = asyncio.run(_audit(Path(folder), servers.redis_url, urls))
    sys.exit(f"NOT PROVED: not every audit passes on {', '.join(failed)}" if failed else 0)


async def _audit(folder: Path, redis_url: str, urls: DatabaseUrls) -> list[str]:
    """The endpoints that do not pass."""
    await _run("npm", "ci", "--no-audit", "--no-fund", "--silent")
    failed = []
    async with running(folder, redis_url, urls.app) as gateway:
        for path, token in (("/graphql", []), ("/admin/graphql", [gateway.issuer.staff()])):
            if await _run("node", "audits.mjs", gateway.address + path, *token):
                failed.append(path)
    return failed


async def _run(*command: str) -> int:
    process = await asyncio.create_subprocess_exec(*command, cwd=HERE)
    return await process.wait()


if __name__ == "__main__":
    main()
