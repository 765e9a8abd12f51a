"""Zaptec, native OCPP and through its cloud."""

from vendor_quirks.answers import AnswerHere, RateLimit
from vendor_quirks.quirk import Match, Quirk

QUIRKS = (
    Quirk(
        name="zaptec.firmware-from-its-maker",
        match=Match(opt_in=True),
        version="1.6",
        why="Ignores which firmware it is to load and when: its maker's cloud decides.",
        seen="docs.zaptec.com, supported commands of the cloud: Pro and Go",
        catalogue=("zaptec-updatefirmware-ignored",),
        answer_here=(
            AnswerHere(
                action="UpdateFirmware",
                of="csms",
                then=("FirmwareStatusNotification", {"status": "DownloadFailed"}),
            ),
        ),
    ),
    Quirk(
        name="zaptec.no-diagnostics",
        match=Match(opt_in=True),
        version="1.6",
        why="Has no GetDiagnostics, and says so by an error that a CSMS tries again after.",
        seen="docs.zaptec.com, changelog: Pro with native OCPP 7.5.4.0",
        catalogue=("zaptec-native-no-fault-status",),
        confidence="medium",
        answer_here=(AnswerHere(action="GetDiagnostics", of="csms"),),
    ),
    Quirk(
        name="zaptec.eager-samples",
        match=Match(opt_in=True),
        version="1.6",
        why="Tells samples whenever its power changes, however long the interval is.",
        seen="docs.zaptec.com, OCPP configuration: Go with native OCPP",
        catalogue=("zaptec-go-eager-metervalues",),
        confidence="medium",
        lossy=True,
        answer_here=(
            RateLimit(
                action="MeterValues",
                period=30.0,
                # Never the first and the last of a transaction, and nothing that is signed.
                when={
                    "meterValue.sampledValue.context": (None, "Sample.Periodic"),
                    "meterValue.sampledValue.format": (None, "Raw"),
                },
                key=("connectorId",),
            ),
        ),
    ),
)
