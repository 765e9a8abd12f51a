"""Addresses that a CSMS tells a station to fetch from, send to or connect to, and their rules.

Nothing is resolved and nothing is fetched: only what is written is judged, and what two parsers
could read differently is refused. A name that points inwards is stopped by naming hosts alone.
"""

import ipaddress
import re
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec

LONGEST = 2000  # characters; OCPP 2.0.1 allows 512 and 1.6 sets no bound
ANY = "*"
# Names that are never of the open internet: RFC 6761, RFC 6762, RFC 8375, and clouds' metadata.
INNER_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_ODD = re.compile(r"[^!-~]|[\\\"<>^`{|}]")  # no character of a URI (RFC 3986)
_HOST = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

# The networks in which operators keep their own servers: RFC 1918, RFC 6598, RFC 4193.
PRIVATE = tuple(
    ipaddress.ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
Inner: TypeAlias = Literal["refuse", "private", "allow"]
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class UrlRules(msgspec.Struct, frozen=True):
    """Where a segment's stations may be sent to. Without schemes nothing is asked at all."""

    schemes: tuple[str, ...] = ()
    hosts: tuple[str, ...] = (ANY,)  # globs; a host that is named by one may be an inner one
    inner: Inner = "private"  # which addresses are let through that are not of the open internet
    credentials: bool = True  # whether a user and a password may stand in it
    gateway: tuple[str, ...] = ()  # by which names stations reach this gateway


def wrong_with(url: str, rules: UrlRules) -> str:
    """Why a station may not be sent there: one word of a closed set; empty if it may."""
    if not rules.schemes:
        return ""
    if len(url) > LONGEST:
        return "too_long"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return "form"
    if _ODD.search(url) or parts.netloc.count("@") > 1:
        return "form"
    if parts.scheme.lower() not in rules.schemes:
        return "scheme"
    if "@" in parts.netloc and not rules.credentials:
        return "credentials"
    return _wrong_host(parts.hostname or "", rules)


def _wrong_host(host: str, rules: UrlRules) -> str:
    address = address_of(host)
    if address is None and not _HOST.fullmatch(host):
        return "form"
    if address is None and _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return "form"  # some take it for an address, and who knows which
    name = host.rstrip(".")
    if any(pattern != ANY and fnmatchcase(name, pattern) for pattern in rules.hosts):
        return ""
    if ANY not in rules.hosts:
        return "host"
    if rules.inner == "allow":
        return ""
    is_let = rules.inner == "private" and _is_private(name, address)
    is_inner = is_inner_name(name) if address is None else is_inner_address(address)
    return "inner_host" if is_inner and not is_let else ""


def _is_private(name: str, address: Address | None) -> bool:
    """Whether it may be an operator's own server: of a private network, and not the station."""
    if address is None:
        return not f".{name}".endswith(".localhost")
    plain = _unwrapped(address)
    return any(plain in network for network in PRIVATE)


def address_of(host: str) -> Address | None:
    """The address that a host is, in any form that a resolver takes; None for a name."""
    if ":" in host:
        try:
            return ipaddress.IPv6Address(host.partition("%")[0])
        except ValueError:
            return None
    numbers = [_number(part) for part in host.removesuffix(".").split(".")]
    if not 1 <= len(numbers) <= 4:
        return None
    value = 0
    for number in numbers[:-1]:
        if number is None or number > 255:
            return None
        value = value << 8 | number
    last, room = numbers[-1], 8 * (5 - len(numbers))
    if last is None or last >= 1 << room:
        return None
    return ipaddress.IPv4Address(value << room | last)


def _number(text: str) -> int | None:
    """A part of an IPv4 address as inet_aton reads it: decimal, octal or hexadecimal."""
    if not _NUMBER.fullmatch(text) or len(text) > 12:
        return None
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    if text.startswith("0") and len(text) > 1:
        return int(text, 8) if set(text) <= set("01234567") else None
    return int(text)


def is_inner_address(address: Address) -> bool:
    """Whether an address is not of the open internet; one inside another counts as itself."""
    plain = _unwrapped(address)
    return not plain.is_global or plain.is_multicast


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside of an IPv6 one, if there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_inner_name(name: str) -> bool:
    """Whether a name can only be of an inner network."""
    return "." not in name or f".{name}".endswith(INNER_NAMES)


def leads_here(url: str, rules: UrlRules) -> bool:
    """Whether a station that connects there comes to this gateway."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return False
    is_plain = not _ODD.search(url) and "@" not in url
    return is_plain and host.rstrip(".") in rules.gateway


def shown(url: str) -> str:
    """What may be told of a URL: not its path, which may be a key, and nobody's password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname or ''}"[:100]
