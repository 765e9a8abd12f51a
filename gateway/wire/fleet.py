"""The stations that are connected: one link each, the newest wins, and legs that are dialled."""

from collections.abc import Callable
from typing import TypeAlias

import structlog
import trio

from gateway.core.effects import STATION
from gateway.core.nameplates import OURS
from gateway.core.route import Route, Upstream
from gateway.store import Records, Store, StoreError
from gateway.wire.dialer import Dialer
from gateway.wire.duplicates import Verdict, judged
from gateway.wire.framing import POLICY, RESTART
from gateway.wire.handshake import HandshakeError
from gateway.wire.lane import Lane, Upgraded
from gateway.wire.lines import Lines
from gateway.wire.link import Core, Link
from gateway.wire.newcomer import Newcomer
from gateway.wire.ownership import Ownership
from gateway.wire.pressure import Pressure
from gateway.wire.redialling import Redialling, known_as, learnt_from
from gateway.wire.upgrade import UpgradeError
from gateway.wire.vouching import Rows, Unvouched, Vouching

REFUSED = (401, 403, 404)  # by the CSMS: this station is not its own, or not proven

# The shadows that a station should have now; None for one that keeps its own.
ShadowsOf: TypeAlias = Callable[[Route], tuple[Upstream, ...] | None]
NewSession: TypeAlias = Callable[[Route, Records, str], Core]  # route, records, request target


class Place:
    """A station's place while its handshake goes on. The newest one of an identity is valid."""

    def __init__(
        self,
        fleet: "Fleet",
        route: Route,
        newcomer: Newcomer,
        log: structlog.typing.FilteringBoundLogger,
    ) -> None:
        self.fleet, self.route, self.newcomer, self.log = fleet, route, newcomer, log
        self.scope = trio.CancelScope()  # cancelled when a newer connection comes in between
        self.is_ours = False  # and no other worker's
        self.session: Core | None = None
        self.primary: Upgraded | None = None
        self.is_ready = False  # with its primary's leg, or without, where the core stands in

    def is_granted(self) -> None:
        """No other worker serves the station, from now on."""
        self.is_ours = True

    def adopt(self, station: Upgraded) -> bool:
        """Begin to serve; False if a newer connection of the station has come in between."""
        return self.fleet.adopt(self, station)

    def give_up(self) -> None:
        """The station is gone, or another connection of it is newer."""
        self.fleet.forget(self)
        if self.primary is not None:
            self.primary.sock.close()
        if self.session is not None:
            self.session.fall_apart()


class Fleet:
    """Admits stations to the lane, and does the slow things for their links."""

    def __init__(
        self,
        lane: Lane,
        store: Store,
        dialer: Dialer,
        new_session: NewSession,
        nursery: trio.Nursery,
        *,
        is_probed: Callable[[str], bool] = lambda segment: True,
        pressure: Pressure | None = None,
        ownership: Ownership | None = None,
        vouching: Vouching | None = None,
    ) -> None:
        self._lane, self._store, self._dialer = lane, store, dialer
        self._new_session, self._nursery = new_session, nursery
        self._is_probed = is_probed
        self._ownership, self._vouching = ownership, vouching or Unvouched()
        self._newest: dict[str, Place] = {}  # while they are in their handshake
        self._links: dict[str, Link] = {}
        self._lines = Lines()
        self._shadows_of: ShadowsOf = lambda route: None  # as of the last reload
        self._redialling = Redialling(lane, store, dialer, pressure or Pressure(), nursery)
        self.draining = False

    async def berth(
        self, route: Route, newcomer: Newcomer, log: structlog.typing.FilteringBoundLogger
    ) -> Place:
        """End what the station had, remember what it was, dial its CSMS. Raises HandshakeError."""
        place = Place(self, route, newcomer, log)
        await self._challenge(place)
        if (older := self._newest.get(route.identity)) is not None:
            older.scope.cancel()
        self._newest[route.identity] = place
        try:
            with place.scope:
                await self._prepare(place)
        except UpgradeError as error:
            if not error.is_queue and not error.again_in:  # who waits in vain says nothing new
                facts = {"csms": route.primary.name, "reason": error.reason}
                self._lines.tell(log, "csms did not open", **facts)
            raise _passed_on(error) from error
        except StoreError as error:
            raise HandshakeError(503, "store_unavailable", str(error)) from error
        finally:
            if not place.is_ready or not self._is_newest(place):
                place.give_up()
        if not self._is_newest(place):
            raise HandshakeError(503, "superseded")
        return place

    async def _challenge(self, place: Place) -> None:
        """Raises HandshakeError if the identity has a connection that lives, elsewhere."""
        if self._is_probed(place.route.segment):
            self._refuse_beside(await self._rival(place.route.identity, place.newcomer), place)

    async def _rival(self, identity: str, newcomer: Newcomer) -> str:
        """Where the identity's connection here is, if it lives and the newcomer is elsewhere."""
        old = self._links.get(identity)
        if old is None:
            return ""
        verdict = await judged(old.legs.get(STATION), old.newcomer, newcomer)
        is_rival = verdict is Verdict.RIVAL and self._links.get(identity) is old
        return old.newcomer.source if is_rival else ""

    async def give_way(self, identity: str, newcomer: Newcomer, is_probed: bool) -> str:
        """End what a station has here: it came to another worker. Or where it is, if it stays."""
        if is_probed and (rival := await self._rival(identity, newcomer)):
            return rival
        place = self._newest.get(identity)
        if place is not None and place.is_ours:  # else it came later, and waits for its turn
            self.forget(place)
            place.scope.cancel()
        await self._replace(identity)
        return ""

    async def _claim(self, place: Place) -> None:
        """Raises HandshakeError if the station lives at another worker, elsewhere; StoreError."""
        if self._ownership is None:
            return
        route, newcomer = place.route, place.newcomer
        is_probed = self._is_probed(route.segment)
        rival = await self._ownership.claim(route.identity, newcomer, is_probed, place.is_granted)
        self._refuse_beside(rival, place)

    def _refuse_beside(self, rival: str, place: Place) -> None:
        if rival:
            facts = {"source": place.newcomer.source, "at": rival}
            self._lines.tell(place.log, "duplicate identity", **facts)
            raise HandshakeError(409, "duplicate_identity")

    async def _prepare(self, place: Place) -> None:
        """Raises UpgradeError, StoreError."""
        route, newcomer = place.route, place.newcomer
        if self._ownership is not None or route.identity in self._links:
            # Who is turned away must not end what is there; it may have more to write.
            self._vouched(place, await self._store.load(route.identity))
        await self._replace(route.identity)
        await self._claim(place)
        records = await self._store.load(route.identity)
        if rows := self._vouched(place, records):
            self._remember(route.identity, rows, records)
        place.session = self._new_session(route, records, newcomer.target)
        try:
            place.primary = await self._dialer.dial(
                route.primary, "primary", known_as(route), newcomer.authorization,
                learnt_from(route.primary.name, records),
            )  # fmt: skip
        except UpgradeError as error:
            if error.status in REFUSED or not place.session.stands_in:
                raise
            place.log.info("csms is away", csms=route.primary.name, reason=error.reason)
        place.is_ready = True

    def _vouched(self, place: Place, records: Records) -> Rows:
        try:
            return self._vouching.vouched(place.route, place.newcomer, records)
        except HandshakeError as error:
            facts = {"source": place.newcomer.source, "outcome": error.outcome}
            self._lines.tell(place.log, "station refused", **facts)
            raise

    def _remember(self, identity: str, rows: Rows, records: Records) -> None:
        """If this is lost, what was good before is so still: nobody waits for it."""
        kept = {key: value for key, value in rows.items() if value is not None}
        records[OURS] = records.get(OURS, {}) | kept
        changes = [(identity, OURS, key, value) for key, value in rows.items()]
        self._store.submit(changes, lambda error: None)

    def adopt(self, place: Place, station: Upgraded) -> bool:
        """Hand both sockets to the lane, and dial the shadows."""
        if not self._is_newest(place) or not place.session or self.draining:
            place.give_up()
            return False
        route = place.route
        link = Link(route, place.session, self)
        link.newcomer = place.newcomer
        self.forget(place)
        self._links[route.identity] = link
        self._lane.adopt(link, station, place.primary)
        for shadow in route.shadows:
            self._dial(link, shadow.name, wait=False)
        if self._shadows_of(route) not in (None, route.shadows):
            self._nursery.start_soon(self._invite, (link,))
        return True

    def forget(self, place: Place) -> None:
        """The handshake is over, one way or the other."""
        if self._newest.get(place.route.identity) is place:
            del self._newest[place.route.identity]
            self._let_go(place.route.identity)

    def dial(self, link: Link, leg: str) -> None:
        """Open that leg, with back-off, until it is open or the link is over. Idempotent."""
        if leg == link.route.primary.name:
            self._remember_end(link)
        self._dial(link, leg)

    def learn(self, link: Link, password: bytes) -> None:
        """Hash a password that its station is about to be told."""
        self._nursery.start_soon(self._learn, link, password)

    async def _learn(self, link: Link, password: bytes) -> None:
        digest, over = await self._vouching.hashed(link.identity, password)
        self._lane.hashed(link, digest, over)

    def ended(self, link: Link) -> None:
        """The station is gone and everything the session wanted is done."""
        self._remember_end(link)
        if self._links.get(link.identity) is link:
            del self._links[link.identity]
            self._let_go(link.identity)
        self._redialling.stop(link)

    def invite(self, shadows_of: ShadowsOf) -> None:
        """Have every station change its shadows, also those that are in their handshake."""
        self._shadows_of = shadows_of
        self._nursery.start_soon(self._invite, tuple(self._links.values()))

    async def _invite(self, links: tuple[Link, ...]) -> None:
        for link in links:
            if self._shadows_of(link.route) in (None, link.route.shadows):
                continue
            try:
                records = await self._store.load(link.identity)
            except StoreError as error:
                link.log.error("shadows kept", problem=str(error))
                continue
            shadows = self._shadows_of(link.route)  # there may have been another reload
            if shadows is None or shadows == link.route.shadows:
                continue
            kept = frozenset({link.route.primary.name, *(shadow.name for shadow in shadows)})
            self._redialling.stop(link, kept)
            self._lane.invite(link, shadows, records)
            for shadow in shadows:
                if shadow.name not in link.legs:
                    self._dial(link, shadow.name, wait=False)

    def shed_shadows(self) -> None:
        """The gateway is too busy for them: they are dialled again when that is over."""
        for link in tuple(self._links.values()):
            for shadow in link.route.shadows:
                self._lane.shed(link, shadow.name)

    async def drain(self, pace: float, within: float) -> None:
        """Send every station away, one each `pace` seconds, and see their sockets closed."""
        self.draining = True
        links = tuple(self._links.values())
        for link in links:
            self._lane.retire(link, RESTART, "service restart")
            await trio.sleep(pace)
        with trio.move_on_after(within):
            for link in links:
                await link.settle()
            await self._lane.emptied()

    async def _replace(self, identity: str) -> None:
        """The newest connection wins. What the old session still writes is loaded by the new."""
        if (old := self._links.get(identity)) is not None:
            old.log.info("station replaced")
            self._lane.retire(old, POLICY, "a newer connection took over")
            await old.settle()

    def _let_go(self, identity: str) -> None:
        if self._ownership is not None:
            self._nursery.start_soon(self._release, identity, self._ownership)

    async def _release(self, identity: str, ownership: Ownership) -> None:
        """By now the lane has handed over what the session wrote last."""
        if identity not in self._links and identity not in self._newest:
            ownership.release(identity)

    def _remember_end(self, link: Link) -> None:
        """How long the primary's leg lasted says whether it is dialled again soon."""
        if link.lasted is not None:
            self._dialer.ended(link.route.primary.name, known_as(link.route), link.lasted)
            link.lasted = None

    def _is_newest(self, place: Place) -> bool:
        return self._newest.get(place.route.identity) is place

    def _dial(self, link: Link, leg: str, *, wait: bool = True) -> None:
        if not self.draining:
            self._redialling.begin(link, leg, wait=wait)


def _passed_on(error: UpgradeError) -> HandshakeError:
    """What the station is told: the CSMS's own refusal, or that it should come again."""
    if error.status in REFUSED:
        return HandshakeError(error.status, "csms_refused", error.reason)
    if error.is_queue:
        return HandshakeError(503, "csms_busy", error.reason)
    if error.again_in:
        return HandshakeError(503, "csms_closes", error.reason, retry_after=error.again_in)
    return HandshakeError(503, "csms_unavailable", error.reason)
