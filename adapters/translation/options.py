"""The options of the translation, with the defaults of the specification's section 21."""

from typing import Literal, TypeAlias

import msgspec

Switch: TypeAlias = Literal["on", "off"]
Capability: TypeAlias = Literal["auto", "on", "off"]


class Connector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of `topology`: a 1.6 connector, and the EVSE and connector it is in 2.0.1."""

    connector: int
    evse: int
    evse_connector: int = 1
    type: str | None = None


class TokenRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An idTag in which `pattern` (a regular expression) is found is an id token of this type."""

    pattern: str
    type: str


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an operator may decide about the translation; the specification says what each does."""

    link_policy: Literal["mirror", "buffer"] = "mirror"
    security_ext: Capability = "auto"
    pnc: Capability = "auto"
    default_token_type: str = "Central"
    token_rules: tuple[TokenRule, ...] = ()
    long_token_policy: Literal["alias", "reject", "truncate"] = "alias"
    anonymous_id_tag: str = "ANONYMOUS"
    topology: tuple[Connector, ...] | Literal["discover"] = ()
    custom_data: Switch = "off"
    forward_unmapped: Literal["off", "datatransfer"] = "off"
    json_vendors: tuple[str, ...] = ()
    reset_immediate_as: Literal["Hard", "Soft"] = "Hard"
    reset_soft_as: Literal["OnIdle", "Immediate"] = "OnIdle"
    unlock_stops_tx: Switch = "on"
    orphan_stop: Literal["ended_only", "full"] = "ended_only"
    stop_at: Literal["tx_end", "authorization_end"] = "tx_end"
    provision: Literal["meter", "full", "off"] = "meter"
    report_chunk: int = 25
    offline_unknown: Literal["Invalid", "Accepted"] = "Invalid"
    journal_limit: int = 1_048_576
    lenient_inbound: Switch = "on"
    allow_unsigned_downgrade: Switch = "off"
    ensure_boot: Switch = "on"
    supply_phases: int = 3
    evse_power_w: int = 22000
    error_vendor_id: str = ""
    identity_map: dict[str, str] = {}
    allow_downgrade: Switch = "off"
    allow_migration: Switch = "off"
    pin_proxy_root: Switch = "off"
    pnc_emaid_only: Switch = "off"
    customer_clear_cache: Switch = "off"
    orphan_timeout: float | Literal["off"] = "off"
    discover: Switch = "off"
    identifiers: Literal["random", "counted"] = "random"
