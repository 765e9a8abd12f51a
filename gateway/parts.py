"""What the parts of a worker are made of, and what a reload changes: all from the configuration."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from gateway import config as configuration
from gateway.addresses import endpoint
from gateway.evidence.keeper import path_of
from gateway.limits import Limits
from gateway.settings import Config, ConfigError, Listen
from gateway.wire import tls
from gateway.wire.admission import Admission, Rules
from gateway.wire.dialer import Csms
from gateway.wire.reception import Entrance


def limits_of(config: Config) -> Limits:
    """The bounds of every connection."""
    return Limits(message=config.listen.message_limit, ping_interval=config.listen.ping_interval)


def csmss_of(config: Config) -> dict[str, Csms]:
    """How to reach each CSMS. Raises ConfigError for certificates that are of no use."""
    return {
        csms.name: Csms(
            url=csms.url,
            version=csms.version,
            slash="/" if csms.trailing_slash else "",
            user=csms.user,
            password=_password(csms),
            tls=_csms_tls(csms) if endpoint(csms.url).tls else None,
            shows_station=csms.station_credentials,
            dials_per_second=csms.dials_per_second / config.worker.count,  # of all together
            short_lived=csms.short_lived,
        )
        for csms in config.csms
    }


def try_out(config: Config) -> None:
    """Read every certificate and key. Raises ConfigError for those that are of no use."""
    csmss_of(config)
    entrance_of(config)


def entrance_of(config: Config) -> Entrance:
    """What is asked of stations. Raises ConfigError for certificates that are of no use."""
    listen = config.listen
    place = endpoint(listen.url)
    return Entrance(
        base=place.path,
        profile=listen.security_profile,
        tls=_station_tls(listen) if place.tls else None,
        holders=tls.Holders(listen.organisation, listen.certificate_names),
        within=listen.handshake_timeout,
    )


def admission_of(config: Config) -> Admission:
    """Who may knock, and how often."""
    return Admission(Rules(**msgspec.structs.asdict(config.admission)))


def needing_restart(old: Config, new: Config) -> list[str]:
    """What a reload does not change, though the file has."""
    fixed = ("worker", "store", "admin", "log", "timeouts")
    timeouts = msgspec.structs.replace(old.timeouts, call=new.timeouts.call)  # a route's own
    old = msgspec.structs.replace(old, timeouts=timeouts)
    changed = [name for name in fixed if getattr(old, name) != getattr(new, name)]
    kept = ("url", "message_limit", "ping_interval")
    at_entrance = [key for key in kept if getattr(old.listen, key) != getattr(new.listen, key)]
    changed += [f"listen.{key}" for key in at_entrance]
    return changed + ["shadow.evidence"] * (path_of(old) != path_of(new))


def _station_tls(listen: Listen) -> ssl.SSLContext:
    pairs = (
        (listen.certificate, listen.private_key),
        (listen.other_certificate, listen.other_private_key),
    )
    chains = [(str(certificate), str(key)) for certificate, key in pairs if certificate and key]
    ca = str(listen.client_ca) if listen.security_profile == 3 else None
    revoked = str(listen.client_crl) if listen.client_crl else None
    with _explained("listen"):
        return tls.server_context(chains, ca, revoked, listen.tls_minimum)


def _password(csms: configuration.Csms) -> str | None:
    if csms.password is None:
        return "" if csms.empty_password else None
    return csms.password.value


def _csms_tls(csms: configuration.Csms) -> ssl.SSLContext:
    files = (csms.ca, csms.certificate, csms.private_key)
    with _explained(f"csms {csms.name}"):
        return tls.client_context(*(str(file) if file else None for file in files))


@contextmanager
def _explained(table: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        expected = "PEM; of a private key that its certificate is for, without a passphrase"
        raise ConfigError(table, "", str(error), expected) from error
