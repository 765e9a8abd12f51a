"""WebSocket URLs and host:port pairs, as the configuration writes them."""

from ipaddress import ip_address
from urllib.parse import quote, urlsplit

import msgspec

PORTS = {"ws": 80, "wss": 443}
WEBSOCKET = "ws://host:port/path or wss://..."
HOST_PORT = "host:port, like 127.0.0.1:9090 or [::1]:9090"


class Endpoint(msgspec.Struct, frozen=True):
    """A WebSocket URL in its parts. `path` has no slash at its end, and is empty for the root."""

    tls: bool
    host: str
    port: int
    path: str


def endpoint(url: str) -> Endpoint:
    """Take a WebSocket URL apart. Raises ValueError with what was expected."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError(f"{WEBSOCKET}, in ASCII and percent-encoded")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"{WEBSOCKET}, the port being 0-65535") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise ValueError(WEBSOCKET)
    if not _can_be_looked_up(parts.hostname):
        raise ValueError(f"{WEBSOCKET}, each part of the host's name being 1 to 63 characters")
    if parts.username is not None:
        raise ValueError(f"{WEBSOCKET}; user and password have keys of their own")
    if parts.query or parts.fragment:
        raise ValueError(f"{WEBSOCKET} without ? and #: the identity is appended to it")
    port = PORTS[parts.scheme] if port is None else port
    return Endpoint(parts.scheme == "wss", parts.hostname, port, parts.path.rstrip("/"))


def host_port(text: str) -> tuple[str, int]:
    """Take host:port apart. Raises ValueError with what was expected."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(HOST_PORT) from None
    if not host or port is None or parts.netloc != text or "@" in text:
        raise ValueError(HOST_PORT)
    if not _can_be_looked_up(host):
        raise ValueError(HOST_PORT)
    return host, port


def _can_be_looked_up(host: str) -> bool:
    """The resolver raises for other names, and no OSError."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return True


def leg_url(url: str, identity: str) -> str:
    """Where a CSMS expects this station: its URL and the percent-encoded identity."""
    return f"{url.rstrip('/')}/{quote(identity, safe='')}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
