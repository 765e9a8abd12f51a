"""The rows of a 1.6 station's device model, as reports show them (specification 13.3)."""

from collections.abc import Iterator, Set

from adapters import v16, v201
from adapters.translation import conversions, facts, keys
from adapters.translation.facts import Fact
from adapters.translation.keys import Key
from adapters.translation.memory import Memory
from adapters.translation.scalars import number
from adapters.translation.settings import Listing

STATE, CHOICES = "AvailabilityState", "SupportedLanguages"


def settable(listing: Listing, memory: Memory) -> list[v201.ReportData]:
    """What the operator can set, in the station's order (B07.FR.07)."""
    rows = _rows_of_keys(listing, memory)
    return [row for row in rows if row.variable_attribute[0].mutability != "ReadOnly"]


def full(listing: Listing, memory: Memory) -> list[v201.ReportData]:
    """All that the station lists, in its order, and then what is told of it from here."""
    rows = list(_rows_of_keys(listing, memory))
    shown = {_place(row) for row in rows}
    return rows + [row for row in _rows_of_facts(memory) if _place(row) not in shown]


def summary(memory: Memory) -> list[v201.ReportData]:
    """How the station and its parts are: their states, and the problems that are open."""
    states = [row for row in _rows_of_facts(memory) if row.variable.name == STATE]
    return [*states, *_problems(memory)]


def meeting(criteria: Set[str], listing: Listing, memory: Memory) -> list[v201.ReportData]:
    """What meets one of the criteria; without any, everything. Nothing here is ever Active."""
    rows: list[v201.ReportData] = []
    if not criteria or criteria & {"Available", "Enabled"}:
        rows = full(listing, memory)
    if criteria and "Available" not in criteria:
        disabled = {row.component.name for row in rows if _says_disabled(row)}
        rows = [row for row in rows if row.component.name not in disabled]
    if not criteria or criteria & {"Available", "Problem"}:
        rows = [*rows, *_problems(memory)]
    return rows


def _says_disabled(row: v201.ReportData) -> bool:
    return row.variable.name == "Enabled" and row.variable_attribute[0].value == "false"


def fits(row: v201.ReportData, wanted: v201.ComponentVariable) -> bool:
    """Whether a row is of this component and variable; what is left open fits all."""
    mine, theirs = row.component, wanted.component
    if mine.name.casefold() != theirs.name.casefold() or theirs.instance is not None:
        return False
    if theirs.evse is not None:
        if mine.evse is None or mine.evse.id != theirs.evse.id:
            return False
        if theirs.evse.connector_id not in (None, mine.evse.connector_id):
            return False
    variable = wanted.variable
    if variable is None:
        return True
    if row.variable.name.casefold() != variable.name.casefold():
        return False
    instance = (row.variable.instance or "").casefold()
    return variable.instance is None or variable.instance.casefold() == instance


def _place(row: v201.ReportData) -> tuple[object, ...]:
    evse = row.component.evse
    where = (evse.id, evse.connector_id) if evse else None
    return (*keys.identity(row.component.name, row.variable.name, row.variable.instance), where)


# The station's keys


def _rows_of_keys(listing: Listing, memory: Memory) -> Iterator[v201.ReportData]:
    """Each variable once, where the first key that tells of it stands."""
    shown = set()
    for setting in listing.values():
        for row in _rows_of(setting, listing, memory):
            if _place(row) not in shown:
                shown.add(_place(row))
                yield row


def _rows_of(setting: v16.KeyValue, listing: Listing, memory: Memory) -> Iterator[v201.ReportData]:
    key = keys.find(setting.key)
    if key is None:
        yield _vendor_row(setting, memory)
    elif key.carried == "limit":
        yield _row_of_fact(facts.FACTS[keys.identity_of(key)], 0, memory)
    elif key is keys.ROTATION:
        yield from _rotation_rows(setting, key, memory)
    elif key.carried == "public_key":
        connector = keys.connector_in(setting.key)
        if connector in memory.topology.all_connectors():
            place = v201.EVSE(id=memory.topology.evse_of(connector)[0])
            yield _row(key, setting, v201.Component(name=key.component, evse=place))
    elif key.carried == "choices":
        actual = listing.get("language")
        if actual is None:
            yield _row(key, v16.KeyValue(setting.key, readonly=True), choices=setting.value)
        else:
            yield from _rows_of(actual, listing, memory)
    elif key.name == "Language":
        languages = listing.get(CHOICES.casefold())
        yield _row(key, setting, choices=languages.value if languages else None)
    elif key.carried != "gateway":  # then it is told from here
        yield _row(key, setting)


def _rotation_rows(setting: v16.KeyValue, key: Key, memory: Memory) -> Iterator[v201.ReportData]:
    for connector, rotation in conversions.told_rotations(setting.value or "").items():
        component = v201.Component(name="ChargingStation")
        if connector:
            if connector not in memory.topology.all_connectors():
                continue
            evse, evse_connector = memory.topology.evse_of(connector)
            place = v201.EVSE(id=evse, connector_id=evse_connector)
            component = v201.Component(name=key.component, evse=place)
        one = v16.KeyValue(setting.key, setting.readonly, rotation)
        yield _row(key, one, component)


def _row(
    key: Key,
    setting: v16.KeyValue,
    component: v201.Component | None = None,
    choices: str | None = None,
) -> v201.ReportData:
    """The row of a key that the standards know."""
    is_fixed = setting.readonly or key.access == "R"
    mutability: v201.Mutability = "ReadOnly" if is_fixed else "ReadWrite"
    value = setting.value if key.access != "W" else None
    if value is not None:
        value = conversions.to_201(key, value)
    return v201.ReportData(
        component=component or v201.Component(name=key.component),
        variable=v201.Variable(
            name=key.variable, instance=key.instance or keys.language_in(setting.key) or None
        ),
        variable_attribute=[_attribute(value, "WriteOnly" if key.access == "W" else mutability)],
        variable_characteristics=v201.VariableCharacteristics(
            data_type=key.data,
            supports_monitoring=False,
            unit=key.unit or None,
            values_list=choices or key.choices or None,
        ),
    )


def _vendor_row(setting: v16.KeyValue, memory: Memory) -> v201.ReportData:
    moves = keys.says_where_to_connect(setting.key) and memory.options.allow_migration == "off"
    kind = conversions.kind_of(setting.value)
    value = None if setting.value is None else conversions.plain(kind, setting.value)
    mutability: v201.Mutability = "ReadOnly" if setting.readonly or moves else "ReadWrite"
    return v201.ReportData(
        component=v201.Component(name=keys.CUSTOM),
        variable=v201.Variable(name=setting.key),
        variable_attribute=[_attribute(value, mutability)],
        variable_characteristics=v201.VariableCharacteristics(
            data_type=kind, supports_monitoring=False
        ),
    )


def _attribute(value: str | None, mutability: v201.Mutability) -> v201.VariableAttribute:
    return v201.VariableAttribute(
        type="Actual",
        value=value,
        mutability=mutability,
        persistent=True if mutability == "ReadWrite" else None,
    )


# What is told from here


def _rows_of_facts(memory: Memory) -> Iterator[v201.ReportData]:
    for fact in facts.STATION_FACTS:
        if (row := _row_of_fact(fact, 0, memory)) and _says_anything(row):
            yield row
    connectors = memory.topology.all_connectors()
    for evse in sorted({memory.topology.evse_of(connector)[0] for connector in connectors}):
        place = v201.EVSE(id=evse)
        rows = (_row_of_fact(fact, evse, memory, place) for fact in facts.EVSE_FACTS)
        yield from filter(_says_anything, rows)
    for connector in connectors:
        evse, evse_connector = memory.topology.evse_of(connector)
        place = v201.EVSE(id=evse, connector_id=evse_connector)
        rows = (_row_of_fact(fact, connector, memory, place) for fact in facts.CONNECTOR_FACTS)
        yield from filter(_says_anything, rows)


def _says_anything(row: v201.ReportData) -> bool:
    told = row.variable_characteristics
    return row.variable_attribute[0].value is not None or bool(told and told.max_limit is not None)


def _row_of_fact(
    fact: Fact, of: int, memory: Memory, place: v201.EVSE | None = None
) -> v201.ReportData:
    limit = fact.limit(memory, of) if fact.limit else None
    return v201.ReportData(
        component=v201.Component(name=fact.component, evse=place),
        variable=v201.Variable(name=fact.variable, instance=fact.instance or None),
        variable_attribute=[_attribute(fact.stands_at(memory, of), "ReadOnly")],
        variable_characteristics=v201.VariableCharacteristics(
            data_type=fact.data,
            supports_monitoring=False,
            unit=fact.unit or None,
            max_limit=number(limit) if limit else None,
            values_list=fact.choices or None,
        ),
    )


def _problems(memory: Memory) -> Iterator[v201.ReportData]:
    """The faults that were reported and not taken back; two may be one variable."""
    open_ = {
        (connector.number, problem.component, problem.variable): None
        for connector in memory.connectors.values()
        for problem in connector.problems
    }
    for connector, component, variable in open_:
        place = None
        if connector:
            evse, evse_connector = memory.topology.evse_of(connector)
            place = v201.EVSE(id=evse, connector_id=evse_connector)
        yield v201.ReportData(
            component=v201.Component(name=component, evse=place),
            variable=v201.Variable(name=variable),
            variable_attribute=[_attribute("true", "ReadOnly")],
            variable_characteristics=v201.VariableCharacteristics(
                data_type="boolean", supports_monitoring=False
            ),
        )
