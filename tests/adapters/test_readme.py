"""adapters/README.md: its table is made from the table of translations, and is current.

To renew it: `.venv/bin/python tests/adapters/test_readme.py`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adapters.frame import Version
from adapters.payload import encode
from adapters.translation import (
    FROM_CSMS,
    FROM_STATION,
    availability,
    boot,
    certificates,
    charging,
    composite,
    configuration,
    costs,
    device_events,
    discovery,
    firmware,
    installed,
    local,
    local_list,
    logs,
    meter_values,
    plug_and_charge,
    remote_control,
    reports,
    reservation,
    security,
    start_stop,
    status,
    stops,
    transaction_event,
    transfer,
    triggers,
    variables,
)
from adapters.translation.conversation import Entry, Table, Untranslatable

README = Path(__file__).parents[2] / "adapters/README.md"
BEGIN, END = "<!-- the table begins -->\n", "<!-- the table ends -->\n"

# What a conversation is like; the words are explained in the README.
KINDS: dict[Any, str] = {
    availability.v16_change: "stateful",
    availability.v16_clear_cache: "exact",
    availability.v16_reset: "stateful",
    availability.v16_unlock: "stateful",
    availability.v201_change: "stateful",
    availability.v201_clear_cache: "exact",
    availability.v201_reset: "stateful",
    availability.v201_unlock: "stateful",
    boot.v16_authorize: "stateful",
    boot.v16_boot: "partial",
    boot.v16_heartbeat: "exact",
    boot.v201_authorize: "stateful",
    boot.v201_boot: "partial",
    boot.v201_heartbeat: "exact",
    charging.v16_clear: "stateful",
    charging.v16_set: "stateful",
    charging.v201_clear: "stateful",
    charging.v201_set: "stateful",
    composite.v16_schedule: "partial",
    composite.v201_schedule: "partial",
    certificates.v16_delete: "exact",
    certificates.v16_install: "exact",
    certificates.v16_installed: "partial",
    certificates.v16_sign: "exact",
    certificates.v16_signed: "exact",
    certificates.v201_delete: "exact",
    certificates.v201_install: "exact",
    certificates.v201_installed: "exact",
    certificates.v201_sign: "exact",
    certificates.v201_signed: "exact",
    costs.v201_updated: "stateful",
    configuration.v16_change: "stateful",
    configuration.v16_get: "stateful",
    device_events.v201_station: "partial",
    discovery.v201_report: "local",
    installed.v201_report: "local",
    firmware.v16_signed_status: "exact",
    firmware.v16_signed_update: "stateful",
    firmware.v16_status: "stateful",
    firmware.v16_update: "stateful",
    firmware.v201_status: "stateful",
    firmware.v201_update: "partial",
    local.transaction_status: "local",
    local_list.v16_send: "stateful",
    local_list.v16_version: "stateful",
    local_list.v201_send: "partial",
    local_list.v201_version: "partial",
    logs.v16_diagnostics_status: "stateful",
    logs.v16_get: "stateful",
    logs.v16_get_diagnostics: "stateful",
    logs.v16_log_status: "exact",
    logs.v201_get: "stateful",
    logs.v201_log_status: "stateful",
    meter_values.v201_station: "stateful",
    plug_and_charge.v201_any: "exact",
    remote_control.v16_start: "partial",
    remote_control.v16_stop: "stateful",
    remote_control.v201_start: "partial",
    remote_control.v201_stop: "stateful",
    reports.v201_base_report: "stateful",
    reports.v201_report: "stateful",
    reservation.v16_cancel: "exact",
    reservation.v16_reserve: "stateful",
    reservation.v201_cancel: "stateful",
    reservation.v201_reserve: "stateful",
    security.v16_event: "exact",
    security.v201_event: "exact",
    start_stop.meter_values: "stateful",
    start_stop.start_transaction: "stateful",
    status.v16_station: "stateful",
    status.v201_station: "stateful",
    stops.stop_transaction: "stateful",
    transaction_event.v201_station: "stateful",
    transfer.v16_csms: "stateful",
    transfer.v16_station: "exact",
    transfer.v201_csms: "exact",
    transfer.v201_station: "exact",
    triggers.v16_trigger: "stateful",
    triggers.v201_trigger: "stateful",
    variables.v201_get: "stateful",
    variables.v201_set: "stateful",
}
ANSWERED_HERE: tuple[tuple[str, tuple[Table, ...]], ...] = (
    ("local", (local.TO_STATION, local.TO_CSMS)),
)
SIDES: tuple[tuple[str, Table, Version], ...] = (
    ("16_to_201: a 1.6 station says", FROM_STATION, "1.6"),
    ("16_to_201: its 2.0.1 CSMS asks", FROM_CSMS, "2.0.1"),
    ("201_to_16: a 2.0.1 station says", FROM_STATION, "2.0.1"),
    ("201_to_16: its 1.6 CSMS asks", FROM_CSMS, "1.6"),
)


def rendered() -> str:
    """The four tables, one for each pairing and sender."""
    return "\n".join("\n".join(lines(*side)) + "\n" for side in SIDES)


def lines(title: str, table: Table, version: Version) -> Iterator[str]:
    yield f"### {title}\n"
    yield "| action | kind | in | what becomes of it |"
    yield "|---|---|---|---|"
    for (spoken, action), entry in sorted(table.items(), key=lambda row: row[0]):
        if spoken == version:
            kind, where, what = told(entry)
            yield f"| {action} | {kind} | {where} | {what} |"


def told(entry: Entry) -> tuple[str, str, str]:
    """An entry's kind, its file, and what it does."""
    if not isinstance(entry, Untranslatable):
        file = entry.__module__.rpartition(".")[2]
        summary = (entry.__doc__ or "").partition("\n")[0]
        return KINDS[entry], f"`{file}.py` {entry.__name__}", summary
    for kind, tables in ANSWERED_HERE:
        if any(entry in table.values() for table in tables):
            return kind, f"`{kind}.py`", f"{entry.why}; answer: {answered(entry)}"
    raise AssertionError(entry)


def answered(entry: Untranslatable) -> str:
    """The answer as the peer gets it, where it is always the same."""
    if isinstance(entry.answer, str):
        return f"CALLERROR {entry.answer}"
    try:
        return f"`{encode(entry.answer(None)).decode()}`"
    except AttributeError:  # it looks into the request
        return "a refusal of each item"


def test_the_readme_has_the_table_as_it_is() -> None:
    _, begin, rest = README.read_text("utf-8").partition(BEGIN)
    table, end, _ = rest.partition(END)
    assert begin, "the mark before the table"
    assert end, "the mark behind the table"
    assert table == "\n" + rendered() + "\n", "renew it: see the top of this file"


def test_every_conversation_has_a_kind_and_nothing_else_has() -> None:
    entries = [*FROM_STATION.values(), *FROM_CSMS.values()]
    assert {e for e in entries if not isinstance(e, Untranslatable)} == set(KINDS)


if __name__ == "__main__":
    head, _, rest = README.read_text("utf-8").partition(BEGIN)
    README.write_text(f"{head}{BEGIN}\n{rendered()}\n{END}{rest.partition(END)[2]}", "utf-8")
