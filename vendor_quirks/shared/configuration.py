"""Configuration keys and their values, as stations of 1.6 spell them."""

from vendor_quirks.command import Retry
from vendor_quirks.quirk import Match, Quirk, both
from vendor_quirks.repairs.keynames import LowerCase, StandardCase, booleans
from vendor_quirks.repairs.keys import Spelling, ValueOf, alias

TOLD = ("ChangeConfiguration", "GetConfiguration")
LISTED = "GetConfigurationResponse"

OFFLINE_TO, OFFLINE_FROM = alias("AllowOfflineTxForUnknownId", "AllowOffLineTxForUnknownId")
INVALID_TO, INVALID_FROM = alias("StopTransactionOnInvalidId", "StopTransactionOnInvalid")
DIGITS_TO, DIGITS_FROM = booleans("1", "0")
TITLES_TO, TITLES_FROM = booleans("True", "False")
CAPITALS_TO, CAPITALS_FROM = booleans("TRUE", "FALSE")

RATE_UNITS = {
    **dict.fromkeys(("w", "watt", "watts", "power"), "Power"),
    **dict.fromkeys(("a", "amp", "amps", "ampere", "amperes", "current"), "Current"),
}


def _units(value: str) -> str:
    """The standard's words; as it is, where one is not understood."""
    words = [RATE_UNITS.get(one.strip().lower(), "") for one in value.split(",")]
    return ",".join(words) if all(words) else value


def _trimmed(value: str) -> str:
    return ",".join(one.strip() for one in value.split(","))


QUIRKS = (
    Quirk(
        name="shared.configuration-key-case",
        match=Match(),
        version="1.6",
        why="Spells standard keys in another case, and knows them in no other: HeartBeatInterval.",
        seen="sap-labs-france/ev-server's station templates; evcc-io/evcc#18215, PR#16186",
        catalogue=(
            "heartbeat-key-camelcase",
            "connectiontimeout-key-case",
            "legrand-key-odd-case",
            "schneider-config-keys-lowercase",
        ),
        signs=(b'"key":',),
        to_station=both(TOLD, Spelling()),
        from_station={LISTED: (StandardCase(),)},
    ),
    Quirk(
        name="shared.rate-unit-words",
        match=Match(),
        version="1.6",
        why="Lists the units of its profiles as W and A, not as Power and Current.",
        seen="evcc-io/evcc charger/ocpp/cp_setup.go; lbbrhzn/ocpp ocppv16.py",
        catalogue=("rateunit-key-value-w",),
        from_station={LISTED: (ValueOf("ChargingScheduleAllowedChargingRateUnit", _units),)},
    ),
    Quirk(
        name="shared.feature-profiles-with-blanks",
        match=Match(),
        version="1.6",
        why="Puts blanks between its feature profiles, and a CSMS finds only the first.",
        seen="lbbrhzn/ocpp#500, evcc-io/evcc#17836: CTEK Chargestorm Connected 2, Amperfied",
        catalogue=("featureprofiles-with-blanks",),
        from_station={LISTED: (ValueOf("SupportedFeatureProfiles", _trimmed),)},
    ),
    Quirk(
        name="generic.heartbeat-key-of-15",
        match=Match(opt_in=True),
        version="1.6",
        why="Knows HeartbeatInterval only as HeartBeatInterval, as OCPP 1.5 had it.",
        seen="sap-labs-france/ev-server commit 5ac26ca07: Schneider, Bender, ABB, Legrand, Webasto",
        catalogue=("heartbeat-key-camelcase",),
        command=(
            Retry(
                action="ChangeConfiguration",
                when={"key": "HeartbeatInterval"},
                put={"key": "HeartBeatInterval"},
                on_status=("NotSupported", "Rejected"),
            ),
        ),
    ),
    Quirk(
        name="legrand.offline-key-spelling",
        match=Match(vendor="Legrand"),
        version="1.6",
        why="Calls a standard key AllowOffLineTxForUnknownId, and knows it by no other name.",
        seen="sap-labs-france/ev-server's station templates: 059015 with V01.01.91/V01.01.90",
        catalogue=("legrand-key-odd-case",),
        confidence="medium",
        to_station=both(TOLD, OFFLINE_TO),
        from_station={LISTED: (OFFLINE_FROM,)},
    ),
    Quirk(
        name="schneider.keys-in-lower-case",
        match=(
            Match(vendor="Schneider Electric", model="MONOBLOCK"),
            Match(vendor="Schneider Electric", model="EVlink Smart Wallbox"),
        ),
        version="1.6",
        why="Takes its configuration keys in lower case only.",
        seen="sap-labs-france/ev-server's station templates (3.2.0.12 to 3.3.0.10); evcc PR#16186",
        catalogue=("schneider-config-keys-lowercase",),
        to_station=both(TOLD, LowerCase()),
    ),
    Quirk(
        name="bender.booleans-as-digits",
        match=(Match(vendor="Bender GmbH Co. KG"), Match(vendor="Webasto")),
        version="1.6",
        why="Says and takes 1 and 0 where the standard has true and false.",
        seen="sap-labs-france/ev-server's templates; NHP-ESCo/ocpp-middleware ConfigurationParam",
        catalogue=("config-boolean-spelling",),
        to_station={"ChangeConfiguration": DIGITS_TO},
        from_station={LISTED: DIGITS_FROM},
    ),
    Quirk(
        name="delta.booleans-as-titles",
        match=Match(vendor="DELTA"),
        version="1.6",
        why="Says and takes True and False where the standard has true and false.",
        seen="sap-labs-france/ev-server's station templates",
        catalogue=("config-boolean-spelling",),
        to_station={"ChangeConfiguration": TITLES_TO},
        from_station={LISTED: TITLES_FROM},
    ),
    Quirk(
        name="vestel.booleans-in-capitals",
        match=Match(vendor="VESTEL"),
        version="1.6",
        why="Says TRUE, and sometimes False, where the standard has true and false.",
        seen="evcc-io/evcc#15726: EVC04",
        catalogue=("config-boolean-spelling", "vestel-getconfiguration-maxkeys-1"),
        to_station={"ChangeConfiguration": CAPITALS_TO},
        from_station={LISTED: CAPITALS_FROM},
    ),
    Quirk(
        name="grizzle.invalid-id-key-spelling",
        match=Match(identity="GRS-*"),
        version="1.6",
        why="Calls a standard key StopTransactionOnInvalid, and knows it by no other name.",
        seen="lbbrhzn/ocpp#899: Grizzl-E Smart v2",
        catalogue=("grizzle-key-typo-and-secret",),
        to_station=both(TOLD, INVALID_TO),
        from_station={LISTED: (INVALID_FROM,)},
    ),
)
