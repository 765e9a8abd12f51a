"""Opens a leg to a CSMS: TCP, TLS, upgrade, all within one deadline and never too many at once."""

import base64
import functools
import socket
import ssl
from collections import defaultdict
from collections.abc import Mapping

import msgspec
import trio

from gateway.addresses import Endpoint, endpoint, leg_url
from gateway.wire import stream, tls
from gateway.wire.lane import Upgraded
from gateway.wire.upgrade import Upgrade, UpgradeError


class Csms(msgspec.Struct, frozen=True):
    """How to reach a CSMS. `<url>/<identity>` is where it listens for one station."""

    url: str
    version: str
    user: str = ""  # of HTTP Basic; empty: the station's identity
    password: str | None = None
    tls: ssl.SSLContext | None = None  # None: the system's authorities

    def authorization(self, identity: str) -> str:
        """The header that proves who we are; empty if none is wanted."""
        if self.password is None:
            return ""
        pair = f"{self.user or identity}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class Dialer:
    """Each CSMS has its own places in the queue, and shadows have theirs: a dead one fills them."""

    def __init__(
        self, csmss: Mapping[str, Csms], *, within: float = 5.0, at_once: int = 64
    ) -> None:
        self._csmss, self._within = csmss, within
        self._places: defaultdict[tuple[str, str], trio.CapacityLimiter]
        self._places = defaultdict(lambda: trio.CapacityLimiter(at_once))

    async def dial(self, name: str, role: str, identity: str) -> Upgraded:
        """A leg for this station. Raises UpgradeError, its status 0 if nobody answered in time."""
        csms = self._csmss[name]
        place = endpoint(leg_url(csms.url, identity))
        attempt = Upgrade(place, f"ocpp{csms.version}", csms.authorization(identity))
        try:
            with trio.fail_after(self._within):
                async with self._places[name, role]:
                    return await _opened(attempt, place, csms.tls)
        except trio.TooSlowError as error:
            raise UpgradeError(0, f"no answer within {self._within:g} s") from error
        except OSError as error:
            raise UpgradeError(0, str(error)) from error


async def _opened(attempt: Upgrade, place: Endpoint, context: ssl.SSLContext | None) -> Upgraded:
    sock = await stream.connect(place.host, place.port)
    if place.tls:
        sock = await stream.secure(sock, context or _system_authorities(), place.host)
    try:
        return Upgraded(sock, await _upgraded(sock, attempt))
    except BaseException:
        sock.close()
        raise


async def _upgraded(sock: socket.socket, attempt: Upgrade) -> bytes:
    await stream.send_all(sock, attempt.request)
    while True:
        if (early := attempt.accepted(await stream.receive(sock))) is not None:
            return early


@functools.cache
def _system_authorities() -> ssl.SSLContext:
    """Made once: reading them takes tens of milliseconds."""
    return tls.client_context()
