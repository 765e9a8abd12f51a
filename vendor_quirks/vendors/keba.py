"""KEBA."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.connectors import OwnerOfTransaction
from vendor_quirks.repairs.currents import CurrentFrom, CurrentKey, CurrentTo
from vendor_quirks.repairs.fields import Each, Replace, When
from vendor_quirks.repairs.tokens import IdTag

KEBA = Match(vendor="Keba AG")
# Its name is not in the evidence: the operator says it, as `keba_current_key` in [quirks.values].
CURRENT = CurrentKey(setting="keba_current_key", per_ampere=1000)

QUIRKS = (
    Quirk(
        name="keba.samples-at-connector-0",
        match=KEBA,
        version="1.6",
        why="Tells the samples of a transaction under connector 0; a CSMS finds none there.",
        seen="sap-labs-france/ev-server, OCPPValidator.ts",
        catalogue=("keba-metervalues-connector-0",),
        from_station={"MeterValues": (OwnerOfTransaction(),)},
    ),
    Quirk(
        name="keba.sum-as-outlet",
        match=KEBA,
        version="1.6",
        why="Tells the sum over a cluster under connector 0 as what one outlet delivered.",
        seen="dallmann-consulting/OCPP.Core, KEBA in real life: KC-P30 with 1.12.0",
        catalogue=("keba-cluster-master-connectors",),
        from_station={
            "MeterValues": (
                When(
                    {"connectorId": 0, "transactionId": None},
                    Each("meterValue.sampledValue", Replace("location", {"Outlet": "Inlet"})),
                ),
            )
        },
    ),
    Quirk(
        name="keba.firmware-as-vendor-id",
        match=KEBA,
        version="1.6",
        why="Says its firmware where the vendor belongs that an error code is looked up by.",
        seen="dallmann-consulting/OCPP.Core, KEBA in real life: KC-P30 with 1.12.0",
        catalogue=("keba-status-vendorid-is-firmware",),
        from_station={
            "StatusNotification": (IdTag(r"\d+\.\d.*", "Keba AG", field="vendorId"),),
        },
    ),
    Quirk(
        name="keba.current-key-in-milliampere",
        match=KEBA,
        version="1.6",
        why="Has the key of its static current limit in milliamperes; 16 would be next to nothing.",
        seen="sap-labs-france/ev-server, KebaChargingStationVendorIntegration.ts",
        catalogue=("keba-power-limit-key-milliamp",),
        to_station={"ChangeConfiguration": (CurrentTo(CURRENT),)},
        from_station={"GetConfigurationResponse": (CurrentFrom(CURRENT),)},
    ),
)
