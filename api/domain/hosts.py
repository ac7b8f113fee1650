"""Which host is this machine."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether what is sent to this host, a name or an address, never leaves the machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
