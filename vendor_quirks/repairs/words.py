"""The words that OCPP 1.6 has for samples, and for why a transaction ended (section 7)."""

from typing import Any

from vendor_quirks.where import Is

UNITS = frozenset(
    {
        "Wh", "kWh", "varh", "kvarh", "W", "kW", "VA", "kVA", "var", "kvar", "A", "V", "K",
        "Celcius", "Celsius", "Fahrenheit", "Percent",
    }
)  # fmt: skip
CONTEXTS = frozenset(
    {
        "Interruption.Begin", "Interruption.End", "Other", "Sample.Clock", "Sample.Periodic",
        "Transaction.Begin", "Transaction.End", "Trigger",
    }
)  # fmt: skip
PHASES = frozenset(
    {
        "L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1",
    }
)  # fmt: skip
LOCATIONS = frozenset({"Body", "Cable", "EV", "Inlet", "Outlet"})
MEASURANDS = frozenset(
    {
        "Current.Export", "Current.Import", "Current.Offered", "Energy.Active.Export.Register",
        "Energy.Active.Import.Register", "Energy.Reactive.Export.Register",
        "Energy.Reactive.Import.Register", "Energy.Active.Export.Interval",
        "Energy.Active.Import.Interval", "Energy.Reactive.Export.Interval",
        "Energy.Reactive.Import.Interval", "Frequency", "Power.Active.Export",
        "Power.Active.Import", "Power.Factor", "Power.Offered", "Power.Reactive.Export",
        "Power.Reactive.Import", "RPM", "SoC", "Temperature", "Voltage",
    }
)  # fmt: skip
REASONS = frozenset(
    {
        "DeAuthorized", "EmergencyStop", "EVDisconnected", "HardReset", "Local", "Other",
        "PowerLoss", "Reboot", "Remote", "SoftReset", "UnlockCommand",
    }
)  # fmt: skip


def none_of(words: frozenset[str], what: str) -> Is:
    """The condition that a field is there and holds none of these."""

    def test(found: Any) -> bool:
        return found is not None and not (isinstance(found, str) and found in words)

    return Is(f"no {what} of 1.6", test)
