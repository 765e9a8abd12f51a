"""CALLs of a CSMS in which something lacks, is too much, or is of the wrong type."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.command import Retry, Split
from vendor_quirks.quirk import Match, Quirk, both
from vendor_quirks.repairs.fields import Coerce, Default, Each, When
from vendor_quirks.repairs.talks import ListInPortions
from vendor_quirks.repairs.tokens import IdTagSetting
from vendor_quirks.where import Is

WITH_NUMBERS = (
    "CancelReservation",
    "ChangeAvailability",
    "ClearChargingProfile",
    "GetCompositeSchedule",
    "RemoteStartTransaction",
    "RemoteStopTransaction",
    "ReserveNow",
    "SetChargingProfile",
    "TriggerMessage",
    "UnlockConnector",
)
NUMBERS = ("connectorId", "transactionId", "reservationId")


def _is_other(found: object) -> bool:
    return not (isinstance(found, str) and found.casefold().startswith("etrel"))


QUIRKS = (
    Quirk(
        name="shared.numbers-as-text",
        match=Match(),
        side="csms",
        why='Says a number as text, "connectorId":"0", and the station refuses the CALL.',
        seen="Enel X Way developer support hub, OCPP page",
        catalogue=("enelx-connectorid-string",),
        confidence="medium",
        signs=tuple(f'"{field}":"'.encode() for field in NUMBERS),
        from_csms=both(WITH_NUMBERS, *(Coerce(field, "integer") for field in NUMBERS)),
    ),
    Quirk(
        name="shared.boot-answer-without-interval",
        match=Match(),
        side="csms",
        why="Accepts a boot without interval; a station then beats as fast as it can.",
        seen="kubarskii/OCPP-J-CP-Simulator#14; EVerest/libocpp PR#519",
        catalogue=("boot-conf-without-interval",),
        confidence="medium",
        from_csms={"BootNotificationResponse": (Default("interval", 300),)},
    ),
    Quirk(
        name="csms.remote-start-without-id-tag",
        match=Match(opt_in=True),
        side="csms",
        why="Starts a free session from afar without the id tag that the station has to have.",
        seen="lorenzodonini/ocpp-go#277",
        catalogue=("csms-no-idtag",),
        confidence="medium",
        from_csms={"RemoteStartTransaction": (IdTagSetting("free_charging_tag"),)},
    ),
    Quirk(
        name="csms.no-empty-id-token",
        match=Match(opt_in=True),
        side="csms",
        why="Takes the empty token of a start by button for a missing one, and ends the session.",
        seen="lorenzodonini/ocpp-go#223; citrineos/citrineos-core PR#964",
        catalogue=("noauthorization-empty-idtoken",),
        to_csms=both(
            ("Authorize", "TransactionEvent"),
            Each(
                "idToken",
                When(
                    {"type": "NoAuthorization"}, IdTagSetting("free_charging_tag", field="idToken")
                ),
            ),
        ),
    ),
    Quirk(
        name="csms.list-version-zero",
        match=Match(opt_in=True),
        side="csms",
        why="Clears a local list by an empty one of version 0, which some stations refuse.",
        seen="ChargeTimeEU/Java-OCA-OCPP#202, PR#201: OCTT",
        catalogue=("octt-list-version-zero",),
        confidence="medium",
        command=(
            Retry(
                action="SendLocalList",
                when={"listVersion": 0, "updateType": "Full"},
                put={"listVersion": 1},
                on_status=("Failed", "VersionMismatch", "NotSupported"),
            ),
        ),
    ),
    Quirk(
        name="csms.large-messages",
        match=Match(opt_in=True),
        side="csms",
        why="Sends messages that are larger than what the station can receive.",
        seen="EVerest/libocpp PR#569",
        catalogue=("csms-large-message",),
        confidence="medium",
        command=(
            Split("GetVariables", "getVariableData", 10, ("getVariableResult",)),
            Split("SetVariables", "setVariableData", 10, ("setVariableResult",)),
            ListInPortions(version="versionNumber", size=20),
        ),
    ),
    Quirk(
        name="csms.post-boot-state",
        match=Match(opt_in=True),
        side="csms",
        why="Tells each booted station its last state by DataTransfer, which few know to answer.",
        seen="jeethjoseph/ocpp-server docs/firmware/post-boot-state-spec.md",
        catalogue=("postbootstate-datatransfer",),
        lossy=True,
        answer_here=(
            AnswerHere(
                action="DataTransfer",
                of="csms",
                when={"vendorId": "VOLTLYNC", "messageId": "PostBootState"},
                response={"status": "UnknownMessageId"},
            ),
        ),
    ),
    Quirk(
        name="csms.etrel-datatransfer",
        match=Match(opt_in=True),
        side="csms",
        why="Steers every station by DataTransfer that only Etrel's own understand.",
        seen="Etrel's documentation of its OCPP extensions",
        catalogue=("etrel-csms-datatransfer",),
        confidence="medium",
        lossy=True,
        answer_here=(
            AnswerHere(
                action="DataTransfer",
                of="csms",
                when={"vendorId": "Etrel", "@vendor": Is("another make", _is_other)},
                response={"status": "UnknownVendorId"},
            ),
        ),
    ),
)
