import pytest

from recoverline.lib.client_address import client_address

US, THEM, FORGED = "10.0.0.7", "203.0.113.9", "198.51.100.1"


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "address"),
    [
        pytest.param(THEM, "", 0, THEM, id="straight to us"),
        pytest.param(THEM, FORGED, 0, THEM, id="nobody of ours writes the header, so it is ignored"),
        pytest.param(US, THEM, 1, THEM, id="behind one proxy"),
        pytest.param(US, f"{FORGED}, {THEM}", 1, THEM, id="what the client wrote stands before what the proxy wrote"),
        pytest.param(US, f"{FORGED}, {THEM}, 10.0.0.8", 2, THEM, id="behind two"),
        pytest.param(THEM, FORGED, 2, THEM, id="fewer entries than proxies: around them"),
        pytest.param(US, "unknown", 1, US, id="not an address"),
        pytest.param(US, f"{THEM}:4711", 1, THEM, id="with a port"),
        pytest.param("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64", id="a network of IPv6"),
        pytest.param(US, "[2001:db8:1:2:ffff::1]:4711", 1, "2001:db8:1:2::/64", id="IPv6 with a port"),
        pytest.param("fe80::1%eth0", "", 0, "fe80::/64", id="with a zone"),
        pytest.param("::ffff:203.0.113.9", "", 0, THEM, id="IPv4 on an IPv6 socket"),
        pytest.param("", "", 0, "", id="a socket file"),
        pytest.param("", f",, {THEM} ,", 1, THEM, id="empty entries are none"),
    ],
)
def test_who_asks(remote: str, forwarded: str, proxies: int, address: str) -> None:
    assert client_address(remote, forwarded, proxies=proxies) == address
