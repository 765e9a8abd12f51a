"""One or more of every kind of repair, for the properties that all of them must have."""

from decimal import Decimal

from vendor_quirks.quirk import Repair
from vendor_quirks.repairs import fields, keys, moments, profiles, samples, tokens, transactions

METER = "meterValue.sampledValue"
OF_SAMPLES: list[Repair] = [
    samples.SplitPhaseSuffix(),
    samples.Phase("*", {"L1-N": "L1", "N": ""}),
    samples.UnitScale("Energy.*", "kWh", "Wh", Decimal(1000)),
    samples.UnitScale("*", "Wh", "kWh", Decimal("0.001")),
    samples.DefaultUnit({"Energy*": "Wh", "*": "W"}),
    samples.DefaultUnit({"*": "W"}, version="2.0.1"),
    samples.RoundValue("*", 0),
    fields.Trim("value"),
    fields.Coerce("value", "text"),
    fields.Coerce("value", "number"),
    fields.MapEnum("unit", frozenset({"Celsius", "Wh"}), {"c": "Celsius"}, keep_in="x"),
    fields.Drop(("unit", "phase"), ("", None, "null")),
]
CODEC = keys.Codec(into={"1": "true"}, out_of={"true": "1"}, factor=Decimal(10))

EVERY: list[Repair] = [
    *(fields.Each(METER, one) for one in OF_SAMPLES),
    *(fields.Each("transactionData.sampledValue", one) for one in OF_SAMPLES),
    samples.DropSamples({"value": ("", None)}),
    samples.DropSamples({"unit": "kWh"}, keep_empty=True),
    samples.DropEmptyMeters(),
    fields.Replace("unit", {"C": "Celsius"}),
    fields.SetTo("stackLevel", 0),
    fields.Default("timestamp", "$@now", absent=(None, "")),
    fields.Default("connectorId", "$@only_connector"),
    fields.Truncate("idTag", 3),
    fields.Trim("idTag", ' "'),
    fields.Drop(("idTag", "timestamp"), ("", None, 0, "null")),
    fields.DropField("phase"),
    fields.DropUnknown(frozenset({"meterValue", "transactionData"})),
    fields.RenameKey("x", "idTag"),
    fields.RightCase(("meterValue", "idTag", "X")),
    fields.Coerce("connectorId", "integer"),
    fields.Coerce("transactionId", "text"),
    fields.Coerce("value", "boolean"),
    fields.Round("value", 1),
    fields.Round("limit", 0, down=True),
    fields.When({"connectorId": 1}, fields.SetTo("x", 1)),
    moments.Moment(absent=True, not_before=946_684_800.0, zone="zone", within=86400.0),
    moments.Moment(),
    moments.Respelled("timestamp"),
    transactions.FillTransactionId(),
    transactions.FillTransactionId(wrong=True, absent=True),
    transactions.DropTransactionId(),
    transactions.RegisterOffset(),
    transactions.ClampMeterStop(),
    tokens.IdTag("([0-9A-F]+)_.*", r"\1"),
    tokens.IdTagTable("tags"),
    tokens.IdTagTable("tags", back=True),
    tokens.IdTagSetting("tag"),
    tokens.IdTagSetting("tag", pattern="[0-9A-F]{4}"),
    *keys.alias("HeartbeatInterval", "HeartBeatInterval"),
    *keys.alias("x", "", CODEC),
    keys.Spelling(),
    keys.Listed("HeartbeatInterval", "300", over=True),
    keys.ValueOf("*", str.strip),
    keys.AllowedMeasurands(frozenset({"Voltage"})),
    keys.Clamp("x", 30, 300),
    *(
        fields.Each("csChargingProfiles", one)
        for one in (
            profiles.Profile(stack_level=0, purposes={"x": "y"}, start="past", decimals=1),
            profiles.Profile(unit="W", least=Decimal(6), zero="keep", steps=(6, 8, 10)),
            profiles.Profile(unit="A", start="drop", most_periods=1, no_phases=True),
        )
    ),
]
