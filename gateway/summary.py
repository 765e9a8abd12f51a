"""What a configuration would run, for a person to read before it runs."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from gateway import expiry
from gateway.addresses import endpoint, host_port, is_loopback
from gateway.passwords import PREFIX
from gateway.settings import Config, Secret

PROFILES = ("open to everyone", "Basic", "Basic with TLS", "client certificates")
KEYS = {  # of the configuration, where the metric has another word
    "listener": "certificate", "listener_other": "other_certificate", "client": "certificate",
}  # fmt: skip


def summary(config: Config, now: float) -> str:
    """The ways of a station through the gateway, and what deserves a second look at this time."""
    listen = config.listen
    versions = {csms.name: csms.version for csms in config.csms}
    lines = [
        f"stations  {listen.url.rstrip('/')}/<identity>, security profile "
        f"{listen.security_profile} ({PROFILES[listen.security_profile]})"
    ]
    lines += [f"CSMS      {csms.name}, OCPP {csms.version}, {csms.url}" for csms in config.csms]
    for segment in config.segment:
        who = segment.match.identity if segment.match else "every other station"
        shadows = ", ".join(f"{name} ({versions[name]})" for name in segment.shadows)
        also = f", in the shadow {shadows}" if shadows else ""
        primary = f"{segment.primary} ({versions[segment.primary]})"
        lines.append(f"segment   {segment.name}: {who} -> {primary}{also}")
    if config.worker.count > 1:
        lines.append(f"workers   {config.worker.count}, and a supervisor")
    lines += [f"store     {config.store.url}", f"admin     http://{config.admin.listen}"]
    lines += [f"warning   {warning}" for warning in warnings(config, now)]
    return "\n".join(lines)


def warnings(config: Config, now: float) -> Iterator[str]:
    """What is allowed, but perhaps not meant; `now` is Unix time."""
    listen, place = config.listen, endpoint(config.listen.url)
    is_public = not is_loopback(place.host)
    if is_public and listen.security_profile == 0:
        yield f"listen.security_profile is 0: whoever reaches {place.host} is taken for a station"
    if is_public and listen.security_profile == 1:
        yield "listen.security_profile is 1: passwords cross the network unencrypted"
    if any(not secret.value.startswith(PREFIX) for secret in listen.credentials.values()):
        yield "listen.credentials has plain passwords: use what `ocpp-gateway hash-password` gives"
    for csms in config.csms:
        far = endpoint(csms.url)
        shows_one = csms.password is not None or csms.station_credentials
        if shows_one and not far.tls and not is_loopback(far.host):
            yield f"csms {csms.name}: its password crosses the network unencrypted"
    if config.store.url.startswith("memory:"):
        yield "store.url is memory: transactions that are open at a restart are lost"
    if not is_loopback(host_port(config.admin.listen)[0]):
        yield "admin.listen is no loopback address: metrics are open to whoever reaches it"
    yield from endings(config, now)


def endings(config: Config, now: float) -> Iterator[str]:
    """Files of TLS that end soon, and those that tell no end."""
    known = expiry.ends(config)
    for which, csms, end in expiry.near(known, now):
        word, day = "has ended" if end < now else "ends", datetime.fromtimestamp(end, UTC).date()
        then = ": then nobody is let in" if which == "client_crl" else ""
        yield f"{_key(which, csms)} {word} on {day}{then}"
    for which, csms in sorted(expiry.files(config).keys() - known.keys()):
        yield f"{_key(which, csms)} tells no end: is it PEM, and the right file?"


def _key(which: str, csms: str) -> str:
    name = KEYS.get(which, which)
    return f"csms {csms}: {name}" if csms else f"listen.{name}"


def effective(config: Config) -> str:
    """Every key with the value that applies, defaults included and secrets hidden."""
    return "\n".join(f"{key} = {value}" for key, value in flattened("", config))


def flattened(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """The leaves of a tree of values, in the notation of the file where it has one."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from flattened(f"{key}.{name}" if key else name, inner)
    elif isinstance(value, tuple) and value and isinstance(value[0], msgspec.Struct):
        for index, inner in enumerate(value):
            yield from flattened(f"{key}[{index}]", inner)
    elif isinstance(value, Secret):
        yield key, repr(value)
    elif value is None:
        yield key, "(none)"
    else:
        plain = str(value) if isinstance(value, Path) else value
        yield key, msgspec.json.encode(plain).decode()
