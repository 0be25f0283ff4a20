"""Addresses: the connection's, and a header's only as far as proxies are trusted."""

import pytest

from gateway.limits.addresses import UNKNOWN, client_address

PEER = "10.0.0.7"


def _address(*forwarded: str, proxies: int, peer: str | None = PEER) -> str:
    headers = [(b"host", b"x"), *((b"x-forwarded-for", one.encode("latin-1")) for one in forwarded)]
    return client_address(peer, headers, proxies)


def test_without_trusted_proxies_no_header_is_believed() -> None:
    assert _address("1.2.3.4", proxies=0) == PEER
    assert _address("1.2.3.4, 5.6.7.8", "9.9.9.9", proxies=0) == PEER


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        (["1.2.3.4"], 1, "1.2.3.4"),
        (["6.6.6.6, 1.2.3.4"], 1, "1.2.3.4"),
        (["6.6.6.6", "1.2.3.4"], 1, "1.2.3.4"),
        (["6.6.6.6, 1.2.3.4, 10.0.0.8"], 2, "1.2.3.4"),
        (["6.6.6.6", "1.2.3.4,10.0.0.8"], 2, "1.2.3.4"),
        ([" 1.2.3.4 "], 1, "1.2.3.4"),
        (["[2001:db8:1:2:3::4]"], 1, "2001:db8:1:2::"),
    ],
)
def test_a_trusted_proxy_names_whom_it_heard_from(forwarded: list[str], proxies: int, expected: str) -> None:
    assert _address(*forwarded, proxies=proxies) == expected


@pytest.mark.parametrize(
    ("forwarded", "proxies"),
    [([], 1), (["1.2.3.4"], 2), (["", ""], 3), (["nonsense"], 1), (["6.6.6.6, unknown"], 1), (["\xff"], 1)],
)
def test_what_did_not_come_by_every_proxy_counts_as_its_peers(forwarded: list[str], proxies: int) -> None:
    assert _address(*forwarded, proxies=proxies) == PEER


def test_a_header_without_end_is_read_from_its_end_alone() -> None:
    assert _address("6.6.6.6," * 100_000 + "1.2.3.4", proxies=1) == "1.2.3.4"


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("1.2.3.4", "1.2.3.4"),
        (None, UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_an_ipv6_network_is_one_address(peer: str | None, expected: str) -> None:
    assert _address(proxies=0, peer=peer) == expected
