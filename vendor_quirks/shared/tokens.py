"""Id tags that a station decorates, overruns, or takes from its own list only."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Each
from vendor_quirks.repairs.tokens import (
    IdTag,
    IdTagOfStation,
    IdTagOfTransaction,
    IdTagPart,
    IdTagSetting,
    IdTagTable,
    of_tags,
)

TABLE = IdTagTable("station_tags")  # the CSMS's tag -> the station's

QUIRKS = (
    Quirk(
        name="shared.id-tag-with-null",
        match=Match(),
        version="1.6",
        why='Joins what two readers said, so that a card\'s tag ends with ";NULL".',
        seen="sap-labs-france/ev-server b35fd0242, cb29de322, OCPPValidator.ts",
        catalogue=("idtag-payment-terminal-semicolon",),
        signs=(b';NULL"',),
        from_station=of_tags(IdTag(r"([^;]+);NULL", r"\1")),
    ),
    Quirk(
        name="shared.dummy-id-tag",
        match=Match(),
        version="1.6",
        why="Charges for free under a tag of its maker's, which no CSMS knows.",
        seen="evcc-io/evcc#26837: Mennekes AMTRON 4Business",
        catalogue=("mennekes-autostart-dummy-tag",),
        lossy=True,
        signs=(b'"Autostart"', b'"4DriversApp"'),
        from_station=of_tags(IdTagSetting("free_charging_tag", "Autostart|4DriversApp")),
    ),
    Quirk(
        name="generic.id-tag-of-two-halves",
        match=Match(opt_in=True),
        version="1.6",
        why="Joins a payment terminal's and a reader's tag; one of them, always the same, counts.",
        seen="sap-labs-france/ev-server cb29de322, OCPPValidator.ts",
        catalogue=("idtag-payment-terminal-semicolon",),
        lossy=True,
        from_station=of_tags(IdTagPart(";", "id_tag_half")),
    ),
    Quirk(
        name="generic.station-knows-own-tags-only",
        match=Match(opt_in=True),
        version="1.6",
        why="Starts from afar only for tags on its own list: hexadecimal ones, or its cloud's.",
        seen="lbbrhzn/ocpp#514 (Alfen ICU Eve Mini), PR#1832 (myenergi zappi)",
        catalogue=("alfen-idtag-must-be-hex", "zappi-virtual-tag"),
        confidence="medium",
        to_station={
            "RemoteStartTransaction": (TABLE,),
            "ReserveNow": (TABLE,),
            "SendLocalList": (Each("localAuthorizationList", TABLE),),
        },
        from_station=of_tags(IdTagTable("station_tags", back=True)),
    ),
    Quirk(
        name="keba.id-tag-with-serial",
        match=Match(vendor="Keba AG"),
        version="1.6",
        why="Appends the serial number of the station behind it, so no CSMS knows the card.",
        seen="OCPP.Core Real_life_Experiences_KEBA.md: P30 in load management, 1.12.0",
        catalogue=("keba-idtag-serial-suffix",),
        lossy=True,
        from_station=of_tags(IdTag(r"([0-9A-F]+)_.*", r"\1")),
    ),
    Quirk(
        name="alfen.id-tag-is-own-serial",
        match=Match(vendor="Alfen BV"),
        version="1.6",
        why="Starts under its own serial number where plugging in is enough.",
        seen="steve-community/steve#1347: NG910-60023 with 6.5.0-4217",
        catalogue=("alfen-idtag-own-serial",),
        lossy=True,
        from_station=of_tags(IdTagOfStation("free_charging_tag")),
    ),
    Quirk(
        name="ocular.id-tag-overrun",
        match=Match(vendor="BS AC EV Charger"),
        version="1.6",
        why="Reads beyond a tag of 20 characters; its stop is refused, and it charges on.",
        seen="lbbrhzn/ocpp PR#2075, #2030, #1803: BS-EV22 with 448.3251.0Q03197, BS-EV07",
        catalogue=("idtag-overrun-20-chars",),
        lossy=True,
        from_station={"StopTransaction": (IdTagOfTransaction(),)},
    ),
    Quirk(
        name="smartevse.uid-of-six-bytes",
        match=Match(opt_in=True),
        version="1.6",
        why="Its reader gives six of a card's seven bytes, so the tag differs from everyone's.",
        seen="dingo35/SmartEVSE-3.5#98, PR#100: v3 with 1-wire reader",
        catalogue=("smartevse-uid-6-bytes",),
        from_station=of_tags(IdTagTable("full_tags")),
    ),
)
