"""What the configuration decided for one station's connection."""

import msgspec

from adapters.frame import Version
from adapters.translation.options import Options


class Upstream(msgspec.Struct, frozen=True):
    """A CSMS as the core sees it: its name, and the only version that is spoken to it."""

    name: str
    version: Version


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
