"""From where a request comes, as far as that can be believed."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# What a provider gives to one household or phone; its owner picks any address in it.
_IPV6_HOME = 64


def client_address(remote: str, forwarded: str, *, proxies: int) -> str:
    """The address of whoever asks, IPv4 as it is and IPv6 as its network of 64 bits; "" when there is none.

    `remote` is the other end of the connection, `forwarded` the X-Forwarded-For header. Each of our `proxies` has
    appended one entry to it, so the first of those is the client; whatever stands before can be invented. With fewer
    entries than proxies somebody has gone around them, and only `remote` is certain.
    """
    entries = [entry.strip() for entry in forwarded.split(",") if entry.strip()]
    named = entries[-proxies] if 0 < proxies <= len(entries) else remote
    address = _parse(named) or _parse(remote)
    if address is None:
        return ""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), _IPV6_HOME), strict=False))
    return str(address)


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Also with a port, as some proxies write it, and with a zone, which means nothing elsewhere."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None
