"""Which 1.6 connector is which EVSE and connector of 2.0.1 (specification 2.4)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Literal

from adapters.errors import PayloadError
from adapters.frame import Version
from adapters.translation.options import Connector
from adapters.translation.records import Station, TopologyRow

MOST_CONNECTORS = 1000  # 1.6 numbers them without gaps, and all up to the highest are asked


class Topology:
    """The connectors of one station under both numberings.

    A 1.6 station's connector n is by default EVSE n, connector 1 (D-16): the only mapping that
    never makes two of its transactions compete for one EVSE. A 2.0.1 station's connectors get a
    number when they are known, and keep it (D-17).
    """

    __slots__ = ("_has_default", "is_configured", "rows", "station")

    def __init__(
        self,
        configured: Sequence[Connector] | Literal["discover"],
        station: Station,
        version: Version,
    ) -> None:
        self.station, self._has_default = station, version == "1.6"
        self.is_configured = bool(configured) and configured != "discover"
        if self.is_configured:
            self.rows = [
                TopologyRow(row.connector, row.evse, row.evse_connector, row.type or "")
                for row in configured
                if isinstance(row, Connector)
            ]
        else:
            self.rows = station.topology

    @property
    def is_known(self) -> bool:
        """Whether an EVSE that is not listed can be refused."""
        return self.is_configured or self.station.topology_known

    def evse_of(self, connector: int) -> tuple[int, int]:
        """The EVSE and connector of a 1.6 connector."""
        for row in self.rows:
            if row.connector == connector:
                return row.evse, row.evse_connector
        return connector, 1

    def connectors_of(self, evse: int) -> list[int]:
        """The 1.6 connectors of an EVSE; none if it does not exist."""
        if self.rows or not self._has_default:
            return [row.connector for row in self.rows if row.evse == evse]
        highest = self.station.highest_connector
        return [evse] if evse > 0 and (not highest or evse <= highest) else []

    def connector_of(self, evse: int, evse_connector: int | None) -> int | None:
        """The 1.6 connector at an EVSE (and connector); None if there is none."""
        for row in self.rows:
            if row.evse == evse and row.evse_connector == (evse_connector or row.evse_connector):
                return row.connector
        if self.rows or not self._has_default:
            return None
        found = self.connectors_of(evse)
        return found[0] if found and evse_connector in (None, 1) else None

    def type_of(self, connector: int) -> str:
        """The configured connector type, empty if unknown."""
        return next((row.type for row in self.rows if row.connector == connector), "")

    def all_connectors(self) -> list[int]:
        """Every connector known, by its 1.6 number."""
        if self.rows or not self._has_default:
            return [row.connector for row in self.rows]
        return list(range(1, self.station.highest_connector + 1))

    def discovered(self, found: AbstractSet[tuple[int, int]]) -> bool:
        """Number the connectors of a 2.0.1 station; what has a number keeps it (D-17)."""
        known = {(row.evse, row.evse_connector) for row in self.rows}
        for evse, evse_connector in sorted(found - known)[: max(MOST_CONNECTORS - len(known), 0)]:
            self.append(evse, evse_connector)
        return bool(found - known)

    def met(self, connector: int) -> None:
        """A 1.6 station speaks of a connector that is not listed: it is an EVSE of its own."""
        listed = self.rows and self._has_default
        if not listed or not connector or any(row.connector == connector for row in self.rows):
            return
        is_taken = any(row.evse == connector for row in self.rows)
        evse = max(row.evse for row in self.rows) + 1 if is_taken else connector
        self.rows.append(TopologyRow(connector, evse))

    def append(self, evse: int, evse_connector: int) -> int:
        """Give a connector that was not known the next 1.6 number. Raises PayloadError."""
        number = max((row.connector for row in self.rows), default=0) + 1
        if number > MOST_CONNECTORS:
            raise PayloadError("PropertyConstraintViolation", "no station has so many connectors")
        self.rows.append(TopologyRow(number, evse, evse_connector))
        self.station.highest_connector = max(self.station.highest_connector, number)
        return number
