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
from gateway.wire.pace import Pace
from gateway.wire.upgrade import Upgrade, UpgradeError


class Csms(msgspec.Struct, frozen=True):
    """How to reach a CSMS. `<url>/<identity>` is where it listens for one station."""

    url: str
    version: str
    user: str = ""  # of HTTP Basic; empty: the station's identity
    password: str | None = None
    tls: ssl.SSLContext | None = None  # None: the system's authorities
    shows_station: bool = False  # the station's own credentials, instead of ours
    dials_per_second: float = 200.0

    def authorization(self, identity: str, of_station: bytes = b"") -> str:
        """The header that proves who we are; empty if none is wanted."""
        if self.shows_station and of_station.isascii():
            return of_station.decode()
        if self.password is None:
            return ""
        pair = f"{self.user or identity}:{self.password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


class Dialer:
    """Each CSMS has its own places in the queue, and shadows have theirs: a dead one fills them."""

    def __init__(
        self,
        csmss: Mapping[str, Csms],
        *,
        within: float = 5.0,
        at_once: int = 64,
    ) -> None:
        self._csmss, self._within = csmss, within
        self._places: defaultdict[tuple[str, str], trio.CapacityLimiter]
        self._places = defaultdict(lambda: trio.CapacityLimiter(at_once))
        self._paces: defaultdict[tuple[str, str], Pace]
        self._paces = defaultdict(Pace)

    async def dial(self, name: str, role: str, identity: str, of_station: bytes = b"") -> Upgraded:
        """A leg for this station. Raises UpgradeError, its status 0 if nobody answered in time."""
        csms, pace = self._csmss[name], self._paces[name, role]
        place = endpoint(leg_url(csms.url, identity))
        shown = csms.authorization(identity, of_station)
        attempt = Upgrade(place, f"ocpp{csms.version}", shown)
        if (wait := pace.reserve(csms.dials_per_second, self._within / 2)) is None:
            raise UpgradeError(0, "too many stations wait for it", is_queue=True)
        try:
            with trio.fail_after(self._within):
                await trio.sleep(wait)
                async with self._places[name, role]:
                    upgraded = await _opened(attempt, place, csms.tls)
        except trio.TooSlowError as error:
            pace.failed()
            raise UpgradeError(0, f"no answer within {self._within:g} s") from error
        except OSError as error:
            pace.failed()
            raise UpgradeError(0, str(error)) from error
        except UpgradeError:
            pace.succeeded()  # it answers, if not as we would like
            raise
        pace.succeeded()
        return upgraded


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
