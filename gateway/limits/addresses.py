"""Addresses: where a request comes from, by the connection, and by a header only as far as proxies are trusted."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_NETWORK_BITS = 64
"""Of an IPv6 address: whoever has one has the rest of its network too."""

UNKNOWN = "unknown"


def client_address(peer: str | None, headers: Iterable[tuple[bytes, bytes]], trusted_proxies: int) -> str:
    """The client's address, or its network where addresses are given away by networks.

    Each trusted proxy added whom it heard from to the end of ``X-Forwarded-For``: the entry of the outermost one
    counts, and what lies before it anyone may have written. A request that did not come by all of them counts as its peer's.
    """
    if trusted_proxies:
        said = b",".join(value for name, value in headers if name == b"x-forwarded-for")
        entries = said[-4096:].decode("latin-1").split(",")
        if said and len(entries) >= trusted_proxies:
            forwarded = _network(entries[-trusted_proxies].strip())
            if forwarded is not None:
                return forwarded
    return _network(peer or "") or UNKNOWN


@lru_cache(maxsize=20_000)
def _network(address: str) -> str | None:
    try:
        read: IPv4Address | IPv6Address | None = ip_address(address.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
    if isinstance(read, IPv6Address):
        if read.ipv4_mapped is None:
            return str(ip_network((int(read), _NETWORK_BITS), strict=False).network_address)
        read = read.ipv4_mapped
    return str(read)
