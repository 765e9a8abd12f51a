"""go-e."""

from vendor_quirks.command import ErrorAsStatus
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.asking import ErrorAsAnswer, HoldsAlready
from vendor_quirks.repairs.fields import Each, When
from vendor_quirks.repairs.keys import Listed
from vendor_quirks.repairs.moments import Moment
from vendor_quirks.repairs.profiles import Profile, of_profiles

GO_E = Match(vendor="go-e")
MODEL = "go-eCharger*"

QUIRKS = (
    Quirk(
        name="goe.measurands-read-only",
        match=Match(vendor="go-e", firmware_before="59"),
        version="1.6",
        why="Refuses to be asked for measurands that it samples anyway; a CSMS gives up.",
        seen="evcc-io/evcc#6774, #6807; goecharger/go-eCharger-API-v2#126",
        catalogue=("goe-measurands-readonly",),
        command=(HoldsAlready(keys=("MeterValuesSampledData",), more=True),),
    ),
    Quirk(
        name="goe.listed-and-not-implemented",
        match=GO_E,
        version="1.6",
        why="Lists smart charging and firmware, and has no composite schedule and no diagnostics.",
        seen="goecharger/go-eCharger-API-v2, ocpp-en.md",
        catalogue=("goe-no-compositeschedule",),
        command=(ErrorAsStatus("GetCompositeSchedule"), ErrorAsAnswer("GetDiagnostics")),
    ),
    Quirk(
        name="goe.number-of-phases-ignored",
        match=Match(model=MODEL, firmware_before="055.7"),
        version="1.6",
        why="Says that it can switch to one phase by a profile, and charges with all of them.",
        seen="goecharger/go-eCharger-API-v2#154: Gemini 11 kW (V4)",
        catalogue=("goe-numberphases-ignored",),
        lossy=True,
        # Before the next quirk: watts are for as many phases as there will be.
        to_station=of_profiles("1.6", Profile(no_phases=True)),
        from_station={
            "GetConfigurationResponse": (
                Listed("ConnectorSwitch3to1PhaseSupported", "false", over=True),
            )
        },
    ),
    Quirk(
        name="goe.no-limits-in-watts",
        match=Match(model=MODEL),
        version="1.6",
        why="Knows limits in amperes only.",
        seen="goecharger/go-eCharger-API-v2#190",
        catalogue=("goe-numberphases-ignored",),
        to_station=of_profiles("1.6", Profile(unit="A")),
    ),
    Quirk(
        name="goe.profile-without-transaction",
        match=GO_E,
        version="1.6",
        why="Accepts a TxProfile while no transaction runs, and never applies it.",
        seen="goecharger/go-eCharger-API-v2#249, #105: Gemini flex with 56.8",
        catalogue=("goe-profile-accepted-no-effect",),
        confidence="medium",
        lossy=True,  # what was for one transaction holds for all then
        to_station={
            "SetChargingProfile": (
                When(
                    {
                        "csChargingProfiles.chargingProfilePurpose": "TxProfile",
                        "@transaction": None,
                    },
                    Each(
                        "csChargingProfiles",
                        Profile(purposes={"TxProfile": "TxDefaultProfile"}, no_transaction=True),
                    ),
                    needs=frozenset({"transactions"}),
                ),
            )
        },
    ),
    Quirk(
        name="goe.clock-of-its-own",
        match=GO_E,
        version="1.6",
        why="Need not take its time from the CSMS, and then drifts away from it.",
        seen="goecharger/go-eCharger-API-v2, ocpp-en.md: ocppt",
        catalogue=("goe-clock-from-backend-optional",),
        confidence="medium",
        lossy=True,
        # A status is told when it changes. Samples and starts may be hours old, and stay.
        from_station={"StatusNotification": (Moment(within=300.0),)},
    ),
)
