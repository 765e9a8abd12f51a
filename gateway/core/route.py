"""What the configuration decided for one station's connection."""

from typing import Any, Literal, TypeAlias

import msgspec

from adapters.frame import Version
from adapters.translation.options import Options
from gateway.core.urls import UrlRules
from vendor_quirks.registry import REGISTRY, Registry

# What a shadow's command is answered: no; yes, and nothing happens; or what the station answered
# the primary to the same.
Policy: TypeAlias = Literal["reject", "accept-noop", "replay-primary"]


class Manners(msgspec.Struct, frozen=True):
    """How a CSMS has to be spoken to, where that is not as OCPP has it. Times in seconds."""

    takes_turns: bool = False  # it hears no CALL while one of its own is open
    turn_gap: float = 0.0  # from an answer of either side until it hears the next CALL
    stand_in_after: float = 1.0  # that a CALL has waited for its turn, and asks for no decision
    refuse_after: float = 20.0  # that any other has waited
    busy_codes: frozenset[str] = frozenset()  # of CALLERRORs that mean: not now
    answer_here: frozenset[str] = frozenset()  # actions that it does not know, and says so badly


PLAIN = Manners()


class Upstream(msgspec.Struct, frozen=True):
    """A CSMS as the core sees it: its name, and the only version that is spoken to it."""

    name: str
    version: Version
    baseline: bool = False  # a second instance of the primary: what differs there is noise
    shows_password: bool = False  # it is shown one, as the station's
    manners: Manners = PLAIN


class Shadowing(msgspec.Struct, frozen=True):
    """How shadows are treated; one value for all stations of a segment. Times in seconds."""

    commands: Policy = "reject"
    by_action: dict[str, Policy] = {}  # over `commands`
    replay_within: float = 20.0  # that a command waits for the same one of the primary
    pair_within: float = 60.0  # between two commands that count as the same decision

    def policy(self, action: str) -> Policy:
        """The policy for one action."""
        return self.by_action.get(action, self.commands)


class Route(msgspec.Struct, frozen=True):
    """Which CSMSs hear a station, and how. `version` is the one negotiated with the station."""

    identity: str
    version: Version
    segment: str
    primary: Upstream
    shadows: tuple[Upstream, ...] = ()
    options: Options = Options()
    call_timeout: float = 30.0  # seconds a CSMS has to answer
    quirks_off: frozenset[str] = frozenset()
    quirks_on: frozenset[str] = frozenset()  # those that no nameplate can tell
    quirks_observe: frozenset[str] = frozenset()  # those that only count what they would do
    quirk_values: dict[str, Any] = {}  # what some quirks must be told, by its name
    registry: Registry = REGISTRY
    shadowing: Shadowing = Shadowing()
    urls: UrlRules = UrlRules()  # where the station may be sent
    security_profile: int = 0  # with which the station came
    learns_passwords: bool = False  # it proves itself by one, and that may be changed
