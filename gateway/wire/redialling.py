"""Legs of stations that are connected, dialled until they are open: shadows, and lost primaries."""

from itertools import count
from random import uniform

import trio

from gateway.core.route import Route, Upstream
from gateway.core.trust import shown_to
from gateway.store import Records, Store, StoreError
from gateway.wire.dialer import Dialer, UnconfiguredError
from gateway.wire.framing import GOING_AWAY
from gateway.wire.lane import Lane, Upgraded
from gateway.wire.lines import Lines
from gateway.wire.link import Link
from gateway.wire.pressure import Level, Pressure
from gateway.wire.upgrade import UpgradeError

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds of back-off, full jitter below them
# A shadow that opens and closes at once must not keep us busy: its back-off begins further up.
SHADOW_BEGINS_AT = 3


class Redialling:
    """One task for each leg that is to be opened."""

    def __init__(
        self, lane: Lane, store: Store, dialer: Dialer, pressure: Pressure, nursery: trio.Nursery
    ) -> None:
        self._lane, self._store, self._dialer = lane, store, dialer
        self._pressure, self._nursery = pressure, nursery
        self._scopes: dict[Link, dict[str, trio.CancelScope]] = {}
        self._lines = Lines()

    def begin(self, link: Link, leg: str, *, wait: bool) -> None:
        """Dial until the leg is open; the first time at once, or after a `wait`. Idempotent."""
        if link.over or leg in (under_way := self._scopes.setdefault(link, {})):
            return
        scope = under_way[leg] = trio.CancelScope()
        self._nursery.start_soon(self._dial, link, leg, scope, wait)

    def stop(self, link: Link, kept: frozenset[str] = frozenset()) -> None:
        """Dial no more for this station, but for the legs that are `kept`."""
        for leg, scope in self._scopes.get(link, {}).items():
            if leg not in kept:
                scope.cancel()

    async def _dial(self, link: Link, leg: str, scope: trio.CancelScope, wait: bool) -> None:
        is_shadow, upgraded = leg != link.route.primary.name, None
        try:
            with scope:
                for attempt in count(SHADOW_BEGINS_AT if is_shadow else 0):
                    if wait:
                        await trio.sleep(_back_off(attempt))
                    wait = True
                    if leg in link.legs:  # still closing
                        continue
                    if is_shadow and self._pressure.level >= Level.SHADOWS:
                        continue
                    if (upgraded := await self._opened(link, leg, is_shadow)) is not None:
                        break
        except UnconfiguredError as error:
            facts = {"csms": leg, "reason": error.reason}
            self._lines.tell(link.log, "csms is dialled no more", **facts)
            if not is_shadow:  # it is let in again by the configuration of now
                self._lane.retire(link, GOING_AWAY, error.reason)
        finally:
            self._ended(link, leg)
        if upgraded is not None and scope.cancel_called:
            upgraded.sock.close()
        elif upgraded is not None:
            self._lane.attach(link, leg, upgraded)

    def _ended(self, link: Link, leg: str) -> None:
        under_way = self._scopes[link]
        del under_way[leg]
        if not under_way:
            del self._scopes[link]

    async def _opened(self, link: Link, leg: str, is_shadow: bool) -> Upgraded | None:
        role = "shadow" if is_shadow else "primary"
        shown, learnt = link.newcomer.authorization, await self._learnt(link, leg)
        try:
            upstream = _upstream(link.route, leg)
            return await self._dialer.dial(upstream, role, known_as(link.route), shown, learnt)
        except UnconfiguredError:
            raise
        except UpgradeError as error:
            link.log.debug("csms did not open", csms=leg, reason=error.reason)
            return None

    async def _learnt(self, link: Link, csms: str) -> tuple[bytes, ...]:
        """The passwords that a CSMS has set since the station connected, or before."""
        try:
            return learnt_from(csms, await self._store.load(link.identity))
        except StoreError:
            return ()


def _upstream(route: Route, leg: str) -> Upstream:
    """The CSMS of a leg. Raises UnconfiguredError."""
    for one in (route.primary, *route.shadows):
        if one.name == leg:
            return one
    raise UnconfiguredError


def known_as(route: Route) -> str:
    """The identity that the station has at its CSMSs."""
    return route.options.identity_map.get(route.identity, route.identity)


def learnt_from(csms: str, records: Records) -> tuple[bytes, ...]:
    """The passwords that a CSMS may know the station by, the likelier first."""
    known = shown_to(csms, records)
    both = (known.password, known.previous) if known is not None else ()
    return tuple(password for password in both if password)


def _back_off(attempt: int) -> float:
    return uniform(0.0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt, 10)))
