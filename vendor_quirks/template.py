"""Payloads to make, as data: values as they are, or taken from elsewhere.

    {"type": "Soft"}                         the value itself
    {"transactionId": "$@transaction"}       a fact of the situation, see where.py
    {"connectorId": "$connectorId"}          a field of the CALL, by its dotted path
    {"idTag": "$@setting.free_id_tag"}       a value of the configuration
    {"startSchedule": "$@now"}               the time, `$@now-60` a minute ago

A field whose value is not known is left out.
"""

import re
from datetime import UTC, datetime
from typing import Any

from vendor_quirks.situation import Payload, Situation
from vendor_quirks.where import at

NOW = re.compile(r"@now([+-][0-9]{1,6})?")


def filled(template: dict[str, Any], payload: Payload, known: Situation) -> Payload:
    """The fields of a template with their values."""
    made = {field: _value(value, payload, known) for field, value in template.items()}
    return {field: value for field, value in made.items() if value is not None}


def _value(value: Any, payload: Payload, known: Situation) -> Any:
    if isinstance(value, dict):
        return filled(value, payload, known)
    if isinstance(value, list | tuple):
        return [_value(each, payload, known) for each in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    if moment := NOW.fullmatch(value[1:]):
        return spelled(known.now + int(moment[1] or 0))
    return at(value[1:], payload, known)


def spelled(moment: float) -> str:
    """A moment as every station and CSMS reads it: UTC, whole seconds, Z."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
