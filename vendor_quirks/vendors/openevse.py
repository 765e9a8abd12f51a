"""OpenEVSE."""

from vendor_quirks.answers import AnswerHere
from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.where import Is


def is_not_plain_http(location: object) -> bool:
    """Whether it is a place to which the station cannot upload."""
    return isinstance(location, str) and not location.lower().startswith("http://")


QUIRKS = (
    Quirk(
        name="openevse.uploads-by-http-only",
        match=Match(vendor="OpenEVSE"),
        version="1.6",
        why="Promises a file for any location, and can upload to one of plain HTTP only.",
        seen="OpenEVSE/openevse_esp32_firmware#790",
        catalogue=("openevse-diagnostics-http-only",),
        confidence="medium",
        lossy=True,  # of what a later firmware may be able to do
        answer_here=(
            AnswerHere(
                action="GetDiagnostics",
                of="csms",
                when={"location": Is("no plain HTTP", is_not_plain_http)},
            ),
        ),
    ),
)
