"""What a configuration must fulfil beyond the types of its values."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from ipaddress import ip_network
from math import isfinite
from os.path import isdir, isfile
from pathlib import Path
from typing import Any, TypeAlias

from adapters import v16, v201
from adapters.translation.options import Options
from gateway.addresses import Endpoint, endpoint, host_port, is_loopback
from gateway.core.effects import STATION
from gateway.core.plain_answers import answerable
from gateway.passwords import PREFIX, parsed
from gateway.quirk_choice import name_problems
from gateway.settings import Config, Csms, Listen, Segment, Urls
from vendor_quirks.registry import Registry

Problem: TypeAlias = tuple[str, Any, str]  # key, found, expected

FILES = (
    "certificate", "private_key", "other_certificate", "other_private_key", "client_ca",
    "client_crl",
)  # fmt: skip
POSITIVE = ("journal_limit", "report_chunk", "supply_phases", "evse_power_w")


def problems(config: Config, registry: Registry) -> Iterator[Problem]:
    """Everything that is wrong."""
    yield from listen_problems(config.listen)
    yield from exempt_problems(config.admission.exempt)
    yield from csms_problems(config.csms)
    yield from translation_problems("translation", config.translation)  # segments inherit these
    yield from quirk_problems(config, registry)
    yield from segment_problems(config)
    yield from downgrade_problems(config)
    yield from shadow_problems(config)
    yield from url_problems("urls", config.urls)
    yield from store_problems(config)
    try:
        host_port(config.admin.listen)
    except ValueError as error:
        yield "admin.listen", config.admin.listen, str(error)


def store_problems(config: Config) -> Iterator[Problem]:
    """Where records survive: in a file of their own."""
    url = config.store.url
    if url.startswith("memory:"):
        return
    file = Path(url.removeprefix("sqlite://")).absolute()
    if not url.startswith("sqlite://") or isdir(file):
        yield "store.url", url, "sqlite:///absolute/path/of/state.db or memory:"
        return
    evidence = config.shadow.evidence or file.with_name("evidence.db")
    if evidence.absolute() == file:
        yield "shadow.evidence", str(evidence), "another file than the store's"


def listen_problems(listen: Listen) -> Iterator[Problem]:
    """The address, its security profile, and what that profile needs."""
    try:
        place = endpoint(listen.url)
    except ValueError as error:
        yield "listen.url", listen.url, str(error)
        return
    yield from profile_problems(listen, place)
    yield from chain_problems(listen, place)
    yield from file_problems("listen", listen, FILES)
    for identity, secret in listen.credentials.items():
        key = f"listen.credentials.{identity}"
        if not identity:
            yield key, identity, "an identity"
        if not secret.value:
            yield key, "", "a password"
        if secret.value.startswith(PREFIX):
            try:
                parsed(secret.value)
            except ValueError as error:
                yield key, "", str(error)


def profile_problems(listen: Listen, place: Endpoint) -> Iterator[Problem]:
    """OCPP's security profiles: 1 is Basic, 2 Basic with TLS, 3 TLS with client certificates."""
    profile = listen.security_profile
    if profile >= 2 and not place.tls:
        yield "listen.security_profile", profile, "a wss:// URL in listen.url, or profile 0 or 1"
    if profile == 1 and place.tls:
        yield "listen.security_profile", profile, "2, since listen.url is wss://"
    for key in ("certificate", "private_key"):
        if place.tls != (getattr(listen, key) is not None):
            scheme = "wss://" if place.tls else "ws://"
            needed = "a PEM file" if place.tls else "nothing"
            yield f"listen.{key}", getattr(listen, key), f"{needed}, since listen.url is {scheme}"
    if profile == 3 and listen.client_ca is None:
        yield "listen.client_ca", None, "a PEM file of who signs the stations' certificates"
    if profile in (1, 2) and not listen.credentials:
        yield "listen.credentials", {}, f"passwords of the stations, as profile {profile} asks"


def chain_problems(listen: Listen, place: Endpoint) -> Iterator[Problem]:
    """A second chain is beside a first one, and whole; the rest of profile 3 needs profile 3."""
    is_whole = (listen.other_certificate is None) == (listen.other_private_key is None)
    if not is_whole or (listen.other_certificate is not None and not place.tls):
        expected = "other_certificate and other_private_key with a wss:// URL, or neither"
        yield "listen.other_certificate", listen.other_certificate, expected
    for key in ("client_crl", "organisation", "certificate_names"):
        if getattr(listen, key) and listen.security_profile != 3:
            yield f"listen.{key}", getattr(listen, key), "nothing, or security_profile = 3"


def exempt_problems(exempt: tuple[str, ...]) -> Iterator[Problem]:
    """Networks, as they are written."""
    for index, network in enumerate(exempt):
        try:
            ip_network(network)
        except ValueError as error:
            expected = f"a network like 10.1.0.0/16 ({error})"
            yield f"admission.exempt[{index}]", network, expected


def file_problems(table: str, section: Any, keys: tuple[str, ...]) -> Iterator[Problem]:
    """Files that are named must be there."""
    for key in keys:
        path: Path | None = getattr(section, key)
        if path is not None and not isfile(path):
            yield f"{table}.{key}", str(path), "a file that can be read"


def csms_problems(csmss: tuple[Csms, ...]) -> Iterator[Problem]:
    """At least one CSMS, each with a name and a place of its own."""
    if not csmss:
        yield "csms", [], "at least one [[csms]]"
    seen: set[str] = set()
    for index, csms in enumerate(csmss):
        table = f"csms[{index}]"
        if csms.name == STATION:
            yield f"{table}.name", csms.name, "another name: this one means the station's own leg"
        if csms.name in seen:
            yield f"{table}.name", csms.name, "a name that no other CSMS has"
        seen.add(csms.name)
        try:
            place = endpoint(csms.url)
        except ValueError as error:
            yield f"{table}.url", csms.url, str(error)
            continue
        yield from credential_problems(table, csms, place.tls)
        yield from manners_problems(table, csms)


def credential_problems(table: str, csms: Csms, has_tls: bool) -> Iterator[Problem]:
    """What the gateway shows to a CSMS, and whom it trusts."""
    if ":" in csms.user:
        yield f"{table}.user", csms.user, "a name without a colon: HTTP Basic ends it there"
    if csms.user and csms.password is None and not csms.empty_password:
        yield f"{table}.password", None, "a password or password_file for this user"
    if csms.empty_password and (csms.password is not None or csms.station_credentials):
        expected = "false, since there are other credentials"
        yield f"{table}.empty_password", True, expected
    if csms.station_credentials and csms.password is not None:
        yield f"{table}.station_credentials", True, "false, since there is a password of ours"
    if (csms.certificate is None) != (csms.private_key is None):
        yield f"{table}.certificate", csms.certificate, "both certificate and private_key, or none"
    for key in ("ca", "certificate"):
        if getattr(csms, key) is not None and not has_tls:
            yield f"{table}.{key}", str(getattr(csms, key)), "nothing, or a wss:// URL"
    yield from file_problems(table, csms, ("ca", "certificate", "private_key"))


def manners_problems(table: str, csms: Csms) -> Iterator[Problem]:
    """Actions that can be answered without the CSMS, and codes that mean nothing else."""
    can_be = answerable(csms.version)
    for index, action in enumerate(csms.answer_here):
        if action not in can_be:
            expected = f"an action that needs no decision: {', '.join(sorted(can_be))}"
            yield f"{table}.answer_here[{index}]", action, expected
    for index, code in enumerate(csms.busy_codes):
        if not code.isidentifier():
            yield f"{table}.busy_codes[{index}]", code, 'a CALLERROR code like "RpcFrameworkError"'


def segment_problems(config: Config) -> Iterator[Problem]:
    """Segments that can be reached, and CSMSs that exist."""
    if not config.segment:
        yield "segment", [], "at least one [[segment]]"
    names: set[str] = set()
    catches_all = ""
    for index, segment in enumerate(config.segment):
        table = f"segment[{index}]"
        if catches_all:
            expected = f'a place before "{catches_all}", which matches every station'
            yield table, segment.name, expected
        if segment.name in names:
            yield f"{table}.name", segment.name, "a name that no other segment has"
        names.add(segment.name)
        if segment.match is not None and not segment.match.identity:
            yield f"{table}.match.identity", "", 'a glob like "PILOT-*"'
        if segment.match is None or segment.match.identity == "*":
            catches_all = segment.name
        yield from leg_problems(table, segment, {csms.name for csms in config.csms})
        yield from translation_problems(f"{table}.translation", segment.translation)
        yield from url_problems(f"{table}.urls", segment.urls)


def url_problems(table: str, urls: Urls) -> Iterator[Problem]:
    """Schemes and hosts without what stands around them in a URL."""
    for index, scheme in enumerate(urls.schemes):
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme):
            yield f"{table}.schemes[{index}]", scheme, 'a scheme like "https"'
    for key, names in (("hosts", urls.hosts), ("gateway", urls.gateway)):
        for index, name in enumerate(names):
            if not name or re.search(r"[/@\s]", name):
                yield f"{table}.{key}[{index}]", name, "a host, without scheme, port or path"


def leg_problems(table: str, segment: Segment, known: set[str]) -> Iterator[Problem]:
    """A primary and shadows, all different, all configured."""
    one_of = "the name of a [[csms]]: " + ", ".join(sorted(known))
    if segment.primary not in known:
        yield f"{table}.primary", segment.primary, one_of
    seen = {segment.primary}
    for index, shadow in enumerate(segment.shadows):
        key = f"{table}.shadows[{index}]"
        if shadow not in known:
            yield key, shadow, one_of
        if shadow in seen:
            yield key, shadow, "a CSMS that this segment does not have yet"
        seen.add(shadow)


def downgrade_problems(config: Config) -> Iterator[Problem]:
    """No CSMS's leg is less secure than the stations', unless that is wanted.

    A leg that never leaves this machine needs no security profile.
    """
    wanted = config.listen.security_profile
    profiles = {csms.name: profile_of(csms) for csms in config.csms}
    for index, segment in enumerate(config.segment):
        options = segment.translation
        if options.allow_downgrade == "on":
            continue
        for name in (segment.primary, *segment.shadows):
            profile = profiles.get(name)
            if profile is not None and profile < wanted:
                key = "primary" if name == segment.primary else "shadows"
                at_least = f"a CSMS with security profile {wanted} as the stations have, not"
                otherwise = 'or translation.allow_downgrade = "on"'
                yield f"segment[{index}].{key}", name, f"{at_least} {profile}, {otherwise}"


def shadow_problems(config: Config) -> Iterator[Problem]:
    """Actions that there are, and baselines that nobody is decided by."""
    known = v16.ACTIONS.keys() | v201.ACTIONS.keys()
    for action in config.shadow.by_action:
        if action not in known:
            near = get_close_matches(action, known, n=1) or ["Reset"]
            yield f"shadow.by_action.{action}", action, f"an action of OCPP, like {near[0]}"
    baselines = {csms.name for csms in config.csms if csms.baseline}
    for index, segment in enumerate(config.segment):
        if segment.primary in baselines:
            yield f"segment[{index}].primary", segment.primary, "a CSMS that is no baseline"


def profile_of(csms: Csms) -> int | None:
    """The security profile of a CSMS's leg; None where it stays on this machine."""
    try:
        place = endpoint(csms.url)
    except ValueError:
        return None  # a problem of its own
    if is_loopback(place.host):
        return None
    if place.tls:
        return 2 if csms.certificate is None else 3  # a password may come from the CSMS (D-28)
    return 1 if csms.password is not None or csms.station_credentials else 0


def translation_problems(table: str, options: Options) -> Iterator[Problem]:
    """Numbers and patterns whose types alone do not make them usable."""
    for key in POSITIVE:
        if getattr(options, key) <= 0:
            yield f"{table}.{key}", getattr(options, key), "a number above 0"
    patience = options.orphan_timeout
    if patience != "off" and not (patience > 0 and isfinite(patience)):
        yield f"{table}.orphan_timeout", patience, 'a number above 0, or "off"'
    for index, rule in enumerate(options.token_rules):
        try:
            re.compile(rule.pattern)
        except re.error as error:
            key = f"{table}.token_rules[{index}].pattern"
            yield key, rule.pattern, f"a regular expression ({error})"
    if options.topology == "discover":
        return
    connectors = [row.connector for row in options.topology]
    for index, connector in enumerate(connectors):
        if connector < 1 or connector in connectors[:index]:
            key = f"{table}.topology[{index}].connector"
            yield key, connector, "a number from 1 on that no other row has"


def quirk_problems(config: Config, registry: Registry) -> Iterator[Problem]:
    """Wherever quirks are named, they must exist."""
    yield from name_problems("quirks", config.quirks, registry)
    for identity, quirks in config.quirks.station.items():
        yield from name_problems(f"quirks.station.{identity}", quirks, registry)
    for index, csms in enumerate(config.csms):
        yield from name_problems(f"csms[{index}].quirks", csms.quirks, registry)
    for index, segment in enumerate(config.segment):
        yield from name_problems(f"segment[{index}].quirks", segment.quirks, registry)
