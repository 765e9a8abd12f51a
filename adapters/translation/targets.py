"""Variables of a 2.0.1 station, as the gateway itself names them for a 1.6 CSMS (13.4)."""

import re
from collections.abc import Iterator

import msgspec

from adapters import v201
from adapters.translation import keys
from adapters.translation.keys import Key
from adapters.translation.memory import Memory

# Component[#instance][@evse[:connector]].Variable[#instance]: any variable, by a key of its own.
_DOTTED = re.compile(
    r"([^.#@]+)(?:#([^.@]+))?(?:@([0-9]{1,5})(?::([0-9]{1,5}))?)?\.([^#]+)(?:#(.+))?"
)
# What would set something that belongs to one leg (D-28).
_OF_A_LEG = frozenset(
    keys.identity(*names)
    for names in (
        ("SecurityCtrlr", "BasicAuthPassword"),
        ("SecurityCtrlr", "SecurityProfile"),
        ("OCPPCommCtrlr", "NetworkConfigurationPriority"),
    )
)
# 1.6 has one interval where 2.0.1 has another for the end of a transaction.
ALSO_SETS = {
    "ClockAlignedDataInterval": "TxEndedInterval",
    "MeterValueSampleInterval": "TxEndedInterval",
}


class Target(msgspec.Struct, frozen=True, gc=False):
    """One variable of a station."""

    component: str
    variable: str
    instance: str | None = None  # of the variable
    evse: int | None = None
    connector: int | None = None
    component_instance: str | None = None

    @property
    def where(self) -> v201.Component:
        """The component that it is of."""
        place = None
        if self.evse is not None:
            place = v201.EVSE(id=self.evse, connector_id=self.connector)
        return v201.Component(name=self.component, instance=self.component_instance, evse=place)

    @property
    def what(self) -> v201.Variable:
        """The variable alone."""
        return v201.Variable(name=self.variable, instance=self.instance)

    @property
    def is_of_a_leg(self) -> bool:
        """Whether each leg has its own, so that a CSMS must not set the station's."""
        return keys.identity(self.component, self.variable, self.instance) in _OF_A_LEG

    def folded(self) -> "Target":
        """The same in any spelling."""
        return Target(
            self.component.casefold(),
            self.variable.casefold(),
            self.instance and self.instance.casefold(),
            self.evse,
            self.connector,
            self.component_instance and self.component_instance.casefold(),
        )


def named(result: v201.GetVariableResult | v201.SetVariableResult) -> Target:
    """The variable that a result is of, in any spelling."""
    component, variable = result.component, result.variable
    evse = component.evse
    return Target(
        component.name,
        variable.name,
        variable.instance,
        evse.id if evse else None,
        evse.connector_id if evse else None,
        component.instance,
    ).folded()


def dotted(name: str) -> Target | None:
    """The variable that a dotted key addresses."""
    found = _DOTTED.fullmatch(name)
    if found is None:
        return None
    component, instance, evse, connector, variable, of_variable = found.groups()
    return Target(
        component,
        variable,
        of_variable,
        int(evse) if evse else None,
        int(connector) if connector else None,
        instance,
    )


def rotation_of(number: int, memory: Memory) -> Target:
    """The phase rotation of a connector; of the station's supply, if it is 0."""
    if number == 0:
        return Target("ChargingStation", keys.ROTATION.variable)
    evse, connector = memory.topology.evse_of(number)
    return Target(keys.ROTATION.component, keys.ROTATION.variable, None, evse, connector)


def read(name: str, key: Key, memory: Memory) -> Iterator[Target]:
    """The variables that a key is; one for each connector where 2.0.1 has it so."""
    known = memory.topology.all_connectors()
    if key is keys.ROTATION:
        yield from (rotation_of(number, memory) for number in [0, *known])
    elif key.carried == "public_key":
        if (number := keys.connector_in(name)) in known:
            yield Target(key.component, key.variable, None, memory.topology.evse_of(number)[0])
    else:
        yield Target(key.component, key.variable, key.instance or keys.language_in(name) or None)


def written(key: Key) -> Iterator[Target]:
    """The variables that writing a key sets; the first one decides."""
    yield Target(key.component, key.variable, key.instance or None)
    if key.name in ALSO_SETS:
        yield Target(key.component, ALSO_SETS[key.name])
