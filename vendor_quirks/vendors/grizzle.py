"""Grizzl-E, made by United Chargers."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs.asking import AskForAll
from vendor_quirks.repairs.fields import Replace
from vendor_quirks.repairs.samples import of_samples
from vendor_quirks.repairs.text import CloseBrackets, Respell

QUIRKS = (
    Quirk(
        name="grizzle.missing-array-open",
        match=Match(identity="GRS-*"),
        version="1.6",
        why="Answers GetConfiguration of an unknown key with an array that is only closed.",
        seen="lbbrhzn/ocpp#1652: Grizzl-E Smart with firmware of 2025",
        catalogue=("grizzle-missing-array-open",),
        raw_text=(Respell(rb'"configurationKey"\s*:\s*\]', b'"configurationKey":[]'),),
    ),
    Quirk(
        name="grizzle.truncated-json",
        match=Match(identity="GRS-*"),
        version="1.6",
        why="Cuts the answer to GetConfiguration of an unknown key before its closing brackets.",
        seen="known misbehaviours, grizzle-truncated-json",
        catalogue=("grizzle-truncated-json",),
        raw_text=(CloseBrackets(),),
    ),
    Quirk(
        name="grizzle.keys-only-all-at-once",
        match=Match(identity="GRS-*"),
        version="1.6",
        why="Refuses to be asked for some configuration keys, and lists them all.",
        seen="lbbrhzn/ocpp#899: Grizzl-E Smart v2",
        catalogue=("grizzle-getconfiguration-with-keys-refused",),
        command=(AskForAll(),),
    ),
    Quirk(
        name="grizzle.export-for-import",
        match=Match(identity="GRS-*"),
        version="1.6",
        why="Tells the current into the car as one out of it.",
        seen="lbbrhzn/ocpp#176: Grizzl-E Smart with 05.51",
        catalogue=("grizzle-current-export-for-import",),
        from_station=of_samples("1.6", Replace("measurand", {"Current.Export": "Current.Import"})),
    ),
)
