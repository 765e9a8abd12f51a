"""Charge Amps."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.quirk import Match, Payload, Quirk
from vendor_quirks.repairs.keys import alias
from vendor_quirks.situation import Situation

PHASES = "ACPhaseSwitchingSupported"
TO_PHASES, FROM_PHASES = alias("ConnectorSwitch3to1PhaseSupported", PHASES)
OTHERS = ("ChargePointMaxProfile", "TxDefaultProfile")


def for_the_transaction(payload: Payload, known: Situation) -> int:
    """A profile of any purpose, as one of the transaction that runs."""
    profile = payload.get("csChargingProfiles")
    running = known.transaction_at(payload.get("connectorId"))
    if not isinstance(profile, dict) or profile.get("chargingProfilePurpose") not in OTHERS:
        return 0
    if running is None or running.id is None:
        return 0
    profile["chargingProfilePurpose"] = "TxProfile"
    profile["transactionId"] = running.id
    payload["connectorId"] = running.connector
    return 1


QUIRKS = (
    Quirk(
        name="charge-amps.phase-switch-key",
        match=Match(keys=(PHASES,)),
        version="1.6",
        why="Says by a key of its own whether it can switch phases.",
        seen="evcc-io/evcc PR#16244, charger/ocpp/const.go: Halo",
        catalogue=("chargeamps-phase-switch-key",),
        from_station={"GetConfigurationResponse": (FROM_PHASES,)},
        to_station={"GetConfiguration": (TO_PHASES,), "ChangeConfiguration": (TO_PHASES,)},
    ),
    Quirk(
        name="charge-amps.halo-profiles-of-transactions-only",
        match=Match(opt_in=True),
        version="1.6",
        why="Halo takes a limit only for the transaction that runs, and cannot unlock anything.",
        seen="lbbrhzn/ocpp#878: Halo with 169",
        catalogue=("chargeamps-halo-profile-limits",),
        confidence="medium",
        lossy=True,
        to_station={"SetChargingProfile": (for_the_transaction,)},
        answer_here=(
            AnswerHere(action="UnlockConnector", of="csms", response={"status": "NotSupported"}),
        ),
        needs=frozenset({"transactions"}),
    ),
)
