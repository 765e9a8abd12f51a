"""Grizzl-E, made by United Chargers."""

from vendor_quirks.quirk import Match, Quirk
from vendor_quirks.repairs import Respell

QUIRKS = (
    Quirk(
        name="grizzle.missing-array-open",
        match=Match(identity="GRS-*", version="1.6"),
        why="Answers GetConfiguration of an unknown key with an array that is only closed.",
        seen="lbbrhzn/ocpp#1652: Grizzl-E Smart with firmware of 2025",
        raw_text=(Respell(rb'"configurationKey"\s*:\s*\]', b'"configurationKey":[]'),),
    ),
)
