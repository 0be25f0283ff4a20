"""Addresses: where webhooks may go. In production that is https and the public internet, and nothing of our own.

A name is looked up when a connection is opened, every address it has must be public, and the connection goes to
one of those very addresses: whoever changes the name's records in between changes nothing.
"""

import asyncio
import socket
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from services.kit.refusal import Invalid

LONGEST_URL = 2000
MOST_HOSTS = 200

_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2001::/32"))
"""IPv6 that leads to IPv4 addresses of somebody's choice."""


class WebhookUrlRefused(Invalid):
    """The URL is not one that webhooks may go to."""


class AddressRefused(Exception):
    """A name leads, or also leads, to an address that is not public."""


class NameNotResolved(Exception):
    """A name has no address now."""


def check_url(url: str, *, closed: bool) -> None:
    """Refuse what can be seen to be wrong without looking anything up. Raises ``WebhookUrlRefused``."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise _refused(f"the URL must be at most {LONGEST_URL} printable ASCII characters")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _refused("the URL is not well-formed") from None
    if parts.scheme not in ("https", "http") or not host:
        raise _refused("the URL must be https://host/path")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused(
            "the URL must hold no user, password or fragment: webhooks are proven by their signature"
        )
    if _is_metadata(host):
        raise _refused("the URL must not lead to what a cloud tells its machines alone")
    if closed and parts.scheme != "https":
        raise _refused("the URL must be https")
    if closed and not _may_be_public(host):
        raise _refused("the URL must lead to the public internet")


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """True for an address of the public internet that one machine has."""
    if isinstance(address, IPv6Address):
        if (inner := address.ipv4_mapped or address.sixtofour) is not None:
            return is_public(inner)
        if any(address in network for network in _TRANSLATED) or address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


class Resolver:
    """Looks names up; where ``closed``, it knows public addresses alone.

    A name that is slow to look up holds one thread, however many wait for it, and nobody who asks for another.
    """

    def __init__(self, *, closed: bool) -> None:
        self._closed = closed
        self._threads = ThreadPoolExecutor(MOST_HOSTS, thread_name_prefix="webhook-names")
        self._under_way: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a name. Raises ``AddressRefused`` or ``NameNotResolved``."""
        asked = self._under_way.get((host, port))
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = loop.run_in_executor(self._threads, self.look_up, host, port)
            self._under_way[host, port] = asked
            asked.add_done_callback(lambda _: self._under_way.pop((host, port), None))
        try:
            found = await asyncio.shield(asked)
        except (OSError, UnicodeError):
            raise NameNotResolved from None
        if (self._closed and not _all_public(found)) or any(map(_is_metadata, found)):
            raise AddressRefused
        return found

    def look_up(self, host: str, port: int) -> list[str]:
        """What the system knows of a name; waits."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(place[0]) for _, _, _, _, place in found))


def _all_public(addresses: Iterable[str]) -> bool:
    return all(is_public(ip_address(address)) for address in addresses)


def _is_metadata(host: str) -> bool:
    """Whether a cloud's machine may be told its own credentials there: no place for webhooks, not even in development."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and (inner := address.ipv4_mapped or address.sixtofour) is not None:
        address = inner
    return address.is_link_local or address in _METADATA


_METADATA = (ip_address("100.100.100.200"), ip_address("192.0.0.192"), ip_address("fd00:ec2::254"))
"""Of those clouds that use none of the link's addresses, or one beside."""


def _may_be_public(host: str) -> bool:
    try:
        return is_public(ip_address(host))
    except ValueError:
        pass
    labels = host.rstrip(".").lower().split(".")
    # The last label of a name has a letter; without, it is one of the old ways to spell an IPv4 address.
    return len(labels) > 1 and labels[-1] not in _OURS and not labels[-1][:1].isdigit()


_OURS = {"localhost", "local", "internal", "localdomain", "lan", "home", "intranet"}


def _refused(why: str) -> WebhookUrlRefused:
    return WebhookUrlRefused(why, field="url")
