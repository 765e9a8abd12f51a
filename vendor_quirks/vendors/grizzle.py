"""Grizzl-E, made by United Chargers."""

from vendor_quirks.quirk import Match, Quirk
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
)
