"""Who may knock, and how often: decided by address and identity before anything costly is done."""

import ipaddress
from collections import Counter

import msgspec

from gateway.wire.buckets import BackOff, Buckets
from gateway.wire.handshake import HandshakeError

PAIR_TO_WHOLE = 10  # a source, or an identity from anywhere, may be wrong so many times as often


class Rules(msgspec.Struct, frozen=True):
    """How much is admitted. 0 takes a rule away."""

    handshakes: int = 1000  # at once
    handshakes_per_source: int = 100  # of these, of one address
    upgrades_per_minute: int = 300  # requests of one address
    wrong_passwords: int = 5  # of one identity from one address, before it has to wait
    reconnects_per_minute: int = 60  # of one identity, authenticated
    flap_ban: float = 60.0  # seconds
    exempt: tuple[str, ...] = ("127.0.0.0/8", "::1/128")  # addresses that many stations share


def source_of(address: object) -> str:
    """The address that is counted: all of IPv4, the network's half of IPv6."""
    host = str(address[0]) if isinstance(address, tuple) and address else ""
    host = host.partition("%")[0]
    if ":" not in host:
        return host
    parsed = ipaddress.IPv6Address(host)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(parsed) >> 64 << 64))


class Admission:
    """Counts by source and identity, in tables that cannot grow without bound.

    An unknown identity is treated as a known one is, so that nobody learns which there are.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._exempt = [ipaddress.ip_network(network) for network in rules.exempt]
        self._handshakes: Counter[str] = Counter()  # no more of them than `handshakes`
        self._upgrades = Buckets(rules.upgrades_per_minute)
        self._reconnects = Buckets(rules.reconnects_per_minute)
        self._seen = Buckets(1)  # within the last minute
        self._banned: dict[str, float] = {}
        free = rules.wrong_passwords
        self._wrong_pairs = BackOff(free)
        self._wrong_sources = BackOff(PAIR_TO_WHOLE * free)
        self._wrong_identities = BackOff(PAIR_TO_WHOLE * free)

    def is_exempt(self, source: str) -> bool:
        """Whether this address stands for many stations, so that it says nothing of one."""
        if not source:
            return True
        address = ipaddress.ip_address(source)
        return any(address in network for network in self._exempt)

    # By source, before a byte was read

    def enter(self, source: str, now: float) -> bool:
        """Count a connection in; False if its source has enough, or owes too many requests."""
        if not self.is_exempt(source):
            is_full = 0 < self.rules.handshakes_per_source <= self._handshakes[source]
            if is_full or self._upgrades.wait(source, now) > 30.0:
                return False
        self._handshakes[source] += 1
        return True

    def leave(self, source: str) -> None:
        """Its handshake is over."""
        self._handshakes[source] -= 1
        if self._handshakes[source] <= 0:
            del self._handshakes[source]

    # By source and identity, before anything costly

    def ask(self, source: str, identity: str, now: float) -> None:
        """A request was read. Raises HandshakeError (429) for whoever comes too often."""
        if not self.is_exempt(source):
            wait = self._upgrades.wait(source, now)
            self._upgrades.take(source, now)
            _refuse_for(wait, "rate_limited")
        _refuse_for(self._banned.get(identity, now) - now, "flapping")

    def attempt(self, source: str, identity: str, now: float) -> None:
        """A password is to be hashed. Raises HandshakeError (429) after too many wrong ones.

        It counts as wrong from now on, or many could be tried at once.
        """
        wait = self._wrong_pairs.wait(f"{source} {identity}", now)
        wait = max(wait, self._wrong_identities.wait(identity, now))
        if not self.is_exempt(source):
            wait = max(wait, self._wrong_sources.wait(source, now))
        _refuse_for(wait, "locked_out")
        self._wrong_pairs.failed(f"{source} {identity}", now)
        self._wrong_identities.failed(identity, now)
        self._wrong_sources.failed(source, now)

    def unjudged(self, source: str, identity: str) -> None:
        """Nobody knows whether that password was wrong."""
        self._wrong_pairs.undo(f"{source} {identity}")
        self._wrong_identities.undo(identity)
        self._wrong_sources.undo(source)

    def right(self, source: str, identity: str) -> None:
        """That password was right."""
        self._wrong_pairs.forgive(f"{source} {identity}")
        self._wrong_identities.forgive(identity)
        self._wrong_sources.undo(source)

    def connected(self, identity: str, now: float) -> None:
        """A station is served. If that happens too often it is banned from the next time on.

        Only whoever was let in can have an identity banned, or anybody could.
        """
        if self._reconnects.wait(identity, now) > 0.0:
            self._banned = {one: until for one, until in self._banned.items() if until > now}
            self._banned[identity] = now + self.rules.flap_ban
        self._reconnects.take(identity, now)
        self._seen.take(identity, now)

    def has_come_lately(self, identity: str, now: float) -> bool:
        """Whether this station was let in within the last minute."""
        return self._seen.wait(identity, now) > 0.0


def _refuse_for(seconds: float, outcome: str) -> None:
    if seconds > 0.0:
        raise HandshakeError(429, outcome, retry_after=seconds)
