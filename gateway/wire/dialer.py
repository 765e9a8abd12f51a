"""Opens a leg to a CSMS: TCP, TLS, upgrade, all within one deadline and never too many at once."""

import base64
import functools
import socket
import ssl
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
import trio

from gateway.addresses import Endpoint, endpoint, leg_url
from gateway.core.route import Upstream
from gateway.core.tally import Tally
from gateway.wire import stream, tls
from gateway.wire.brevity import Brevity, first_words
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
    slash: str = ""  # behind the identity
    short_lived: float = 0.0  # seconds that a connection has to last to be one; 0: no matter

    def authorization(self, identity: str, of_station: bytes = b"") -> str:
        """The header that proves who we are; empty if none is wanted."""
        if self.shows_station and of_station.isascii():
            return of_station.decode()
        if self.password is None:
            return ""
        return basic(self.user or identity, self.password.encode())

    def authorizations(
        self, identity: str, of_station: bytes = b"", learnt: Sequence[bytes] = ()
    ) -> list[str]:
        """Those that are tried: what the CSMS itself has set, for its station, goes first."""
        usual = self.authorization(identity, of_station)
        if self.user or self.shows_station:
            return [usual]
        return [*(basic(identity, password) for password in learnt), usual]


def basic(user: str, password: bytes) -> str:
    """A header of HTTP Basic (RFC 7617)."""
    return f"Basic {base64.b64encode(user.encode() + b':' + password).decode()}"


class UnconfiguredError(UpgradeError):
    """A reload has taken this CSMS away, or it speaks another version now."""

    def __init__(self) -> None:
        super().__init__(0, "it is configured no more")


class Dialer:
    """Each CSMS has its own places in the queue, and shadows have theirs: a dead one fills them."""

    def __init__(
        self,
        csmss: Mapping[str, Csms],
        tally: Tally | None = None,
        *,
        within: float = 5.0,
        at_once: int = 64,
    ) -> None:
        self._csmss, self._within = csmss, within
        self._places: defaultdict[tuple[str, str], trio.CapacityLimiter]
        self._places = defaultdict(lambda: trio.CapacityLimiter(at_once))
        self._paces: defaultdict[tuple[str, str], Pace]
        self._paces = defaultdict(Pace)
        self._brevity = Brevity(tally or Tally())

    async def dial(
        self,
        upstream: Upstream,
        role: str,
        identity: str,
        of_station: bytes = b"",
        learnt: Sequence[bytes] = (),
    ) -> Upgraded:
        """A leg for this station. Raises UpgradeError, its status 0 if nobody answered in time.

        `learnt` are the passwords that the CSMS has set, the latest first.
        """
        name = upstream.name
        csms = self._csmss.get(name)
        if csms is None or csms.version != upstream.version:
            raise UnconfiguredError
        shown = csms.authorizations(identity, of_station, learnt)
        if role != "primary":
            return await self._dialled(csms, name, role, identity, shown)
        if (wait := self._brevity.wait(name, identity)) > 0.0:
            raise UpgradeError(0, "it closes at once", again_in=wait)
        upgraded = await self._dialled(csms, name, role, identity, shown)
        if self._brevity.is_doubted(name, identity):
            return await self._proven(upgraded, name, identity, csms.short_lived)
        return upgraded

    def ended(self, name: str, identity: str, lasted: float) -> None:
        """A primary ended a leg after so many seconds; `inf`: it was not the one who did."""
        csms = self._csmss.get(name)
        self._brevity.ended(name, identity, lasted, csms.short_lived if csms else 0.0)

    async def _proven(self, upgraded: Upgraded, name: str, identity: str, least: float) -> Upgraded:
        """The same leg, unless it is closed at once as the one before. Raises UpgradeError."""
        try:
            early = await first_words(upgraded.sock, upgraded.early, least)
        except BaseException:
            upgraded.sock.close()
            raise
        if early is not None:
            return Upgraded(upgraded.sock, early)
        upgraded.sock.close()
        self._brevity.ended(name, identity, 0.0, least)
        wait = self._brevity.wait(name, identity)
        raise UpgradeError(0, "it closes at once", again_in=wait)

    async def _dialled(
        self, csms: Csms, name: str, role: str, identity: str, shown: Sequence[str]
    ) -> Upgraded:
        pace = self._paces[name, role]
        place = endpoint(leg_url(csms.url, identity))
        place = msgspec.structs.replace(place, path=place.path + csms.slash)
        attempts = [Upgrade(place, f"ocpp{csms.version}", header) for header in shown]
        if (wait := pace.reserve(csms.dials_per_second, self._within / 2)) is None:
            raise UpgradeError(0, "too many stations wait for it", is_queue=True)
        try:
            with trio.fail_after(self._within):
                await trio.sleep(wait)
                async with self._places[name, role]:
                    upgraded = await _accepted(attempts, place, csms.tls)
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


async def _accepted(
    attempts: Sequence[Upgrade], place: Endpoint, context: ssl.SSLContext | None
) -> Upgraded:
    """A leg with the first credentials that are taken."""
    for attempt in attempts[:-1]:
        try:
            return await _opened(attempt, place, context)
        except UpgradeError as error:
            if error.status != 401:
                raise
    return await _opened(attempts[-1], place, context)


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
