"""Connectors of 1.6 and EVSEs of 2.0.1: one place under two names."""

import pytest

from adapters.errors import PayloadError
from adapters.frame import Version
from adapters.translation.memory import MOST_CONNECTORS, Memory
from adapters.translation.options import Connector, Options
from adapters.translation.records import Station
from adapters.translation.topology import Topology

TWO_ON_ONE = (Connector(1, 1, 1, "cCCS2"), Connector(2, 1, 2, "cG105"), Connector(3, 2))


def test_by_default_each_connector_is_an_evse_of_its_own() -> None:
    topology = Topology((), Station(highest_connector=2), "1.6")
    assert topology.evse_of(2) == (2, 1)
    assert topology.connectors_of(2) == [2]
    assert topology.connector_of(2, 1) == 2
    assert topology.connector_of(2, 2) is None
    assert topology.connectors_of(3) == []
    assert topology.connectors_of(0) == []
    assert topology.all_connectors() == [1, 2]


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_configured_place_goes_there_and_back(version: Version) -> None:
    topology = Topology(TWO_ON_ONE, Station(), version)
    for row in TWO_ON_ONE:
        assert topology.evse_of(row.connector) == (row.evse, row.evse_connector)
        assert topology.connector_of(row.evse, row.evse_connector) == row.connector
        assert topology.type_of(row.connector) == (row.type or "")
    assert topology.connectors_of(1) == [1, 2]
    assert topology.connector_of(1, 3) is None
    assert topology.connectors_of(9) == []


def test_what_is_discovered_is_numbered_in_order_and_keeps_its_number() -> None:
    station = Station()
    topology = Topology("discover", station, "2.0.1")
    assert topology.connector_of(2, 1) is None  # nothing is assumed of a 2.0.1 station
    assert topology.discovered({(2, 1), (1, 2), (1, 1)})
    assert [topology.connector_of(*place) for place in ((1, 1), (1, 2), (2, 1))] == [1, 2, 3]
    assert topology.discovered({(1, 3), (2, 1)})
    assert topology.connector_of(1, 3) == 4
    assert topology.connector_of(2, 1) == 3
    assert not topology.discovered({(1, 1)})
    assert topology.append(3, 1) == 5
    assert station.highest_connector == 5


@pytest.mark.parametrize("number", [-1, MOST_CONNECTORS + 1, 2**63, 10**60])
def test_a_connector_that_no_station_has_is_refused_before_anything_is_kept(number: int) -> None:
    memory = Memory("CS-1", Options(), {}, 0.0)
    with pytest.raises(PayloadError) as caught:
        memory.connector(number)
    assert caught.value.code == "PropertyConstraintViolation"
    assert not memory.connectors
    assert memory.topology.all_connectors() == []
