"""What is everyone's mends what breaks a schema; what it touches beside that has its reason."""

import pytest

from tests.schema_oracle import faults, schemas
from tests.vendor_quirks.case_files import CASES, Step, kind_of, read
from vendor_quirks.compiled import DIRECTIONS
from vendor_quirks.quirk import Quirk
from vendor_quirks.registry import QUIRKS

# A schema lets these pass; the standard's prose does not, or nothing is lost by it.
ALLOWED_BY_SCHEMA = {
    "shared.empty-optional-text": "an empty text says as much as none",
    "shared.null-as-text": "the word null says as much as none",
    "shared.reservation-zero": "no CSMS is known that has a reservation 0",
    "shared.feature-profiles-in-words": "1.6 section 9.1 has the names in one word",
    "shared.feature-profiles-with-blanks": "1.6 section 9: lists are separated by commas alone",
    "shared.quoted-measurands": "1.6 section 9: lists are separated by commas alone",
    "shared.rate-unit-words": "1.6 section 9.4 has the words",
    "shared.configuration-key-case": "1.6 section 9 has the keys; only what the station spelled",
    "shared.security-event-of-201": "the security whitepaper has the words of 1.6",
    "shared.sample-value-padded": "1.6 section 7.43: a number as text",
    "shared.sample-value-empty": "1.6 section 7.43: a number as text",
    "shared.id-tag-with-null": "no card has a tag that ends so",
    "shared.dummy-id-tag": "only to a tag that the operator names",
    "shared.transaction-id-of-64-bits": "1.6 has integers of 32 bits",
    "shared.zero-transaction-id": "only where no transaction 0 runs",
    "shared.stop-without-transaction-id": "only to the one transaction that runs",
}
EVERYONES = [
    quirk
    for quirk in QUIRKS
    if quirk.is_shared and not all(match.opt_in for match in quirk.matches)
]


def faulty(quirk: Quirk) -> list[Step]:
    """The payloads in its case file that it mends, as somebody says them."""
    steps = read((CASES / f"{quirk.name}.txt").read_text("utf-8"))
    return [
        step
        for step in steps
        if not step.stays and kind_of(quirk, step).startswith(("from_station", "from_csms"))
    ]


def is_allowed(quirk: Quirk, step: Step) -> bool:
    """Whether its schema has nothing against a payload."""
    version, key = step.facts.get("version", "1.6"), kind_of(quirk, step).partition(" ")[2]
    message = key if key.endswith("Response") else f"{key}Request"
    return message in schemas(version) and not faults(version, message, step.text.encode())


@pytest.mark.parametrize("quirk", EVERYONES, ids=lambda quirk: quirk.name)
def test_what_its_schema_allows_is_left_alone_but_for_a_reason(quirk: Quirk) -> None:
    touches_valid = any(is_allowed(quirk, step) for step in faulty(quirk))
    # Between two versions the translation reads it, and decides.
    assert not touches_valid or quirk.untranslated or quirk.name in ALLOWED_BY_SCHEMA


def test_every_reason_is_of_a_quirk_that_is_everyones() -> None:
    assert ALLOWED_BY_SCHEMA.keys() <= {quirk.name for quirk in EVERYONES}
    mending = [quirk for quirk in EVERYONES if any(getattr(quirk, d) for d in DIRECTIONS)]
    assert {quirk.name for quirk in mending} >= ALLOWED_BY_SCHEMA.keys()
