"""Where a webhook may lead: public addresses over TLS, so that nobody has us call what only we can reach.

Two checks: the form of the URL, when an endpoint is made and before every call; then every address that its
name has, before every call, because names change. Private addresses are for the embedded platform alone.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from redress.domain.values import Value

LONGEST_URL = 2_048  # characters
_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
# At least two labels, the last one no number in any notation: resolvers take `2130706433` and `0x7f.1` for
# addresses. Other scripts come in their ASCII form (`xn--…`).
_NAME = re.compile(rf"(?=.{{1,253}}$)(?:{_LABEL}\.)+(?!0x|\d+$){_LABEL}")
_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa")
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/[!$-;=?-\[\]_a-z~]*)?(?P<query>\?[!$-;=?-\[\]_a-z~]*)?",
    re.IGNORECASE | re.ASCII,
)
_PORTS = {"https": 443, "http": 80}

# IPv6 addresses that carry an IPv4 address in their last bits, which is where a packet would end up.
_CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
_6TO4_RELAYS = IPv4Address("192.88.99.0")


class BadAddress(Exception):
    """A URL that no webhook may have: a stable code, and the remedy in words."""

    def __init__(self, rule: str, remedy: str) -> None:
        self.rule, self.remedy = rule, remedy
        super().__init__(remedy)


class Place(Value):
    """A URL in parts: `host` a name or an address without brackets, `target` path and query."""

    tls: bool
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What the header Host says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"


def parse(url: str, *, allow_private: bool) -> Place:
    """The parts of a URL whose form is in order. Raises BadAddress.

    `allow_private` lets through plain HTTP, every port, and names and addresses that are not public.
    """
    found = _URL.fullmatch(url)
    if len(url) > LONGEST_URL or not found:
        remedy = "Send an absolute URL in ASCII, without user name, password, blank and fragment"
        raise BadAddress("webhook_url", f"{remedy}, such as https://hooks.example.com/redress.")
    scheme = found["scheme"].lower()
    place = Place(
        tls=scheme == "https",
        host=found["host"].lower().strip("[]"),
        port=int(found["port"] or _PORTS[scheme]),
        target=(found["path"] or "/") + (found["query"] or ""),
    )
    if not allow_private:
        _check(place)
    elif not 0 < place.port < 65_536:
        raise _bad_port()
    return place


def is_public(address: str) -> bool:
    """Whether an IP address, and every address that it carries within, is one of the public internet."""
    return all(_is_global(one) for one in _within(ip_address(address)))


def _check(place: Place) -> None:
    if not place.tls:
        raise BadAddress("webhook_scheme", "Use https.")
    if place.port != _PORTS["https"] and not 1024 <= place.port < 65_536:
        raise _bad_port()
    if not (_is_public_literal(place.host) or _is_public_name(place.host)):
        raise BadAddress("webhook_host", "Name a host of the public internet.")


def _bad_port() -> BadAddress:
    return BadAddress("webhook_port", "Use port 443, or one from 1024 to 65535.")


def _is_public_literal(host: str) -> bool:
    try:
        return is_public(host)
    except ValueError:
        return False


def _is_public_name(host: str) -> bool:
    local = any(host.endswith(f".{name}") for name in _LOCAL_NAMES)
    return _NAME.fullmatch(host) is not None and not local


def _within(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """The address, and what it carries: mapped, 6to4, Teredo, NAT64 and compatible IPv4 addresses.

    What is mapped is the IPv4 address itself; what is in the other forms has to be public as a whole, too.
    """
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    carried = [IPv4Address(int(address) & 0xFFFF_FFFF) for network in _CARRIERS if address in network]
    carried += [address.sixtofour] if address.sixtofour else []
    carried += list(address.teredo or ())
    return [address, *carried]


def _is_global(address: IPv4Address | IPv6Address) -> bool:
    special = address.is_multicast or address.is_unspecified or address.is_loopback or address.is_link_local
    if isinstance(address, IPv6Address):
        return address.is_global and not special and not address.is_site_local
    relay = int(address) >> 8 == int(_6TO4_RELAYS) >> 8
    return address.is_global and not special and not address.is_reserved and not relay
