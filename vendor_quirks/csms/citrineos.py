"""CitrineOS."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.fields import Default, Drop, DropField, Each, Truncate
from vendor_quirks.repairs.transactions import MintTransactionId

# OCPP 2.0.1 part 2, ChargingStationType: characters at most.
LENGTHS = {"model": 20, "vendorName": 50, "serialNumber": 25, "firmwareVersion": 50}
MODEM = ("iccid", "imsi")

QUIRKS = (
    Quirk(
        name="csms.citrineos-no-station-samples",
        match=Match(opt_in=True),
        side="csms",
        why="Refuses the samples of the station as a whole, evseId 0, as against its schema.",
        seen="citrineos/citrineos-core PR#995",
        catalogue=("citrineos-evseid-0-rejected",),
        lossy=True,
        answer_here=(AnswerHere(action="MeterValues", when={"evseId": 0}),),
    ),
    Quirk(
        name="csms.citrineos-wants-request-id",
        match=Match(opt_in=True),
        side="csms",
        why="Refuses the status of firmware and logs that nobody asked for, so has no requestId.",
        seen="citrineos/citrineos-core PR#784",
        catalogue=("citrineos-requestid-required",),
        to_csms={
            "FirmwareStatusNotification": (Default("requestId", 0),),
            "LogStatusNotification": (Default("requestId", 0),),
        },
    ),
    Quirk(
        name="csms.citrineos-boot-crashes",
        match=Match(opt_in=True),
        side="csms",
        why="Ends, or says nothing, at a boot with null or with a text that is too long.",
        seen="citrineos/citrineos#131, #41",
        catalogue=("citrineos-boot-field-crash",),
        confidence="medium",
        lossy=True,
        to_csms={
            "BootNotification": (
                Each("chargingStation", Drop((*LENGTHS, "modem"), (None,))),
                Each("chargingStation.modem", Drop(MODEM, (None,))),
                *(Each("chargingStation", Truncate(f, n)) for f, n in LENGTHS.items()),
                *(Each("chargingStation.modem", Truncate(field, 20)) for field in MODEM),
            )
        },
    ),
    Quirk(
        name="csms.citrineos-start-half-answered",
        match=Match(opt_in=True),
        side="csms",
        why="Answers a start with a status alone; the station has no transaction to go on with.",
        seen="citrineos/citrineos#166: 1.0",
        catalogue=("citrineos-starttransaction-conf-incomplete",),
        from_csms={
            "StartTransactionResponse": (
                MintTransactionId(),
                Default("idTagInfo", {"status": "$status"}),
                Each("idTagInfo", Default("status", "Accepted")),
            )
        },
    ),
    Quirk(
        name="csms.start-answer-with-status",
        match=Match(opt_in=True),
        side="csms",
        why="Adds a status to the answer of a start; some stations then find no transaction in it.",
        seen="mikuso/ocpp-rpc#82",
        catalogue=("startconf-extra-status",),
        confidence="low",
        lossy=True,
        from_csms={"StartTransactionResponse": (DropField("status"),)},
    ),
)
