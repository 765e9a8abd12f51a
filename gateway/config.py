"""Reading the configuration, and what it decides for a station."""

import hashlib
import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache, partial
from os.path import isdir
from pathlib import Path
from typing import Any

import msgspec

from adapters.frame import Version
from gateway.addresses import leg_url
from gateway.config_checks import problems
from gateway.config_errors import explained, shown
from gateway.core.route import PLAIN, Manners, Route, Shadowing, Upstream
from gateway.core.urls import UrlRules
from gateway.quirk_choice import QuirkFileError, registry_of, scopes_of, wanted
from gateway.settings import Config, ConfigError, Csms, Listen, Secret, Segment, Store, Urls
from vendor_quirks.registry import REGISTRY, Registry

__all__ = ["Config", "ConfigError", "Csms", "Segment", "dial_url", "load", "route", "segment_of"]

SUBPROTOCOLS: dict[str, Version] = {"ocpp1.6": "1.6", "ocpp2.0.1": "2.0.1"}
SQLITE = "sqlite://"


def load(path: Path | str) -> Config:
    """Read and check a configuration. Paths in it start at its folder. Raises ConfigError."""
    path = Path(path)
    document = read_toml(path)
    try:
        config = convert(document, path.parent)
        config = convert(with_inherited_options(document), path.parent)
    except msgspec.ValidationError as error:
        raise explained(path, error, document) from None
    config = msgspec.structs.replace(
        config,
        listen=with_credentials(config.listen, path),
        csms=tuple(with_password(path, i, csms) for i, csms in enumerate(config.csms)),
        store=Store(url=absolute_url(config.store.url, path.parent)),
    )
    for key, found, expected in problems(config, quirks_in(config)):
        raise ConfigError(path, key, shown(key, found), expected)
    return config


def quirks_in(config: Config) -> Registry:
    """Our quirks and the operator's own. Raises ConfigError."""
    folder = config.quirks.folder
    if folder is not None and not isdir(folder):
        raise ConfigError(folder, "", "nothing", "a folder (quirks.folder)")
    try:
        return registry_of(folder)
    except QuirkFileError as error:
        raise ConfigError(error.path, error.key, "something else", error.expected) from None


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as it is written. Raises ConfigError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        found = error.strerror or str(error)
        raise ConfigError(path, "", f"a problem ({found})", "a file that can be read") from None
    except UnicodeDecodeError as error:
        found = f"a byte that is no UTF-8 at offset {error.start}"
        raise ConfigError(path, "", found, "TOML, which is UTF-8") from None
    except (ValueError, RecursionError) as error:  # what is nested or counted too far, too
        raise ConfigError(path, "", f"no TOML ({error})", "TOML 1.0") from None


def convert(document: dict[str, Any], folder: Path) -> Config:
    """The document as values. Raises msgspec.ValidationError."""
    return msgspec.convert(document, Config, dec_hook=partial(decoded, folder))


def decoded(folder: Path, kind: type[Any], value: Any) -> Any:
    """A path or a secret out of the text that stands for it."""
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError("Expected a text that is not empty, and without NUL")
    return folder / value if kind is Path else Secret(value)


def with_inherited_options(document: dict[str, Any]) -> dict[str, Any]:
    """Each segment's translation and URLs: the common ones, its own over them, key by key."""
    segments = document["segment"]
    for table in ("translation", "urls"):
        common = document.get(table, {})
        segments = [
            {**segment, table: {**common, **segment.get(table, {})}} for segment in segments
        ]
    return {**document, "segment": segments}


def with_credentials(listen: Listen, path: Path) -> Listen:
    """The stations' passwords of the table and of the file together."""
    if listen.credentials_file is None:
        return listen
    document = read_toml(listen.credentials_file)
    try:
        hook = partial(decoded, path.parent)
        credentials = msgspec.convert(document, dict[str, Secret], dec_hook=hook)
    except msgspec.ValidationError:
        expected = 'lines of the form "identity" = "password"'
        raise ConfigError(listen.credentials_file, "", "something else", expected) from None
    return msgspec.structs.replace(listen, credentials=listen.credentials | credentials)


def with_password(path: Path, index: int, csms: Csms) -> Csms:
    """The password that a CSMS gets, out of its file if it has one."""
    if csms.password_file is None:
        return csms
    key = f"csms[{index}].password_file"
    if csms.password is not None:
        raise ConfigError(path, key, "a password besides", "password or password_file, not both")
    try:
        password = csms.password_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        found = f"{csms.password_file} ({type(error).__name__})"
        raise ConfigError(path, key, found, "a text file that can be read") from None
    if not password:
        raise ConfigError(path, key, f"{csms.password_file}, empty", "a password in it")
    return msgspec.structs.replace(csms, password=Secret(password))


def absolute_url(url: str, folder: Path) -> str:
    """The store's URL with an absolute path, where it names a file."""
    if not url.startswith(SQLITE) or url == SQLITE:
        return url
    return f"{SQLITE}{(folder / url.removeprefix(SQLITE)).absolute()}"


def segment_of(config: Config, identity: str) -> Segment | None:
    """The first segment that matches a station."""
    for segment in config.segment:
        if segment.match is None or fnmatchcase(identity, segment.match.identity):
            return segment
    return None


def route(
    config: Config, identity: str, offered: Sequence[str], registry: Registry = REGISTRY
) -> Route | None:
    """Where a station's connection goes, given the subprotocols that it offers.

    None: no segment is for this station, or it offers subprotocols and speaks neither of ours.
    """
    segment = segment_of(config, identity)
    if segment is None:
        return None
    csms = config.named(segment.primary)
    primary = upstream_of(csms)
    version = chosen_version(offered, primary.version, config.listen.default_version)
    if version is None:
        return None
    scopes = scopes_of(config.quirks, csms.quirks, segment.quirks, identity)
    off, on, observed = wanted(scopes, registry.names)
    return Route(
        identity=identity,
        version=version,
        segment=segment.name,
        primary=primary,
        shadows=shadows_of(config, segment, identity),
        options=segment.translation,
        call_timeout=config.timeouts.call,
        quirks_off=off,
        quirks_on=on,
        quirks_observe=observed,
        quirk_values=config.quirks.values,
        registry=registry,
        shadowing=Shadowing(
            commands=config.shadow.commands,
            by_action=config.shadow.by_action,
            replay_within=config.shadow.replay_within,
            pair_within=config.shadow.pair_within,
        ),
        urls=url_rules(segment.urls),
        security_profile=config.listen.security_profile,
        learns_passwords=config.listen.security_profile in (1, 2),
    )


@lru_cache(maxsize=256)
def url_rules(urls: Urls) -> UrlRules:
    """The same as the core sees it; names of hosts are in lower case there."""
    return UrlRules(
        schemes=tuple(scheme.lower() for scheme in urls.schemes),
        hosts=tuple(host.lower() for host in urls.hosts),
        inner=urls.inner,
        credentials=urls.credentials == "allow",
        gateway=tuple(name.lower() for name in urls.gateway),
    )


@lru_cache(maxsize=256)
def upstream_of(csms: Csms) -> Upstream:
    """A CSMS as the core sees it. The password that is its station's may be changed by it."""
    has_password = csms.password is not None or csms.empty_password
    shows_password = has_password and not csms.user
    return Upstream(
        csms.name, csms.version, csms.baseline, shows_password, manners=manners_of(csms)
    )


def manners_of(csms: Csms) -> Manners:
    """How a CSMS has to be spoken to."""
    if csms.turns == "free" and not csms.busy_codes and not csms.answer_here:
        return PLAIN
    return Manners(
        takes_turns=csms.turns == "strict",
        turn_gap=csms.turn_gap if csms.turns == "strict" else 0.0,
        stand_in_after=csms.stand_in_after,
        refuse_after=csms.refuse_after,
        busy_codes=frozenset(csms.busy_codes),
        answer_here=frozenset(csms.answer_here),
    )


def shadows_of(config: Config, segment: Segment, identity: str) -> tuple[Upstream, ...]:
    """The shadows that hear a station; none if it is not in the share that they hear."""
    if not is_sampled(identity, segment.shadow_share):
        return ()
    return tuple(upstream_of(config.named(name)) for name in segment.shadows)


def is_sampled(identity: str, share: float) -> bool:
    """Whether a station is in a share of all: always the same ones, and more in a larger share."""
    digest = hashlib.blake2b(identity.encode(), digest_size=8).digest()
    return int.from_bytes(digest) < share * 2**64


def chosen_version(offered: Sequence[str], wanted: Version, default: Version) -> Version | None:
    """The version that needs no translation, if the station offers it."""
    versions = [SUBPROTOCOLS[name] for name in offered if name in SUBPROTOCOLS]
    if not offered:
        return default
    if wanted in versions:
        return wanted
    return versions[0] if versions else None


def dial_url(csms: Csms, route: Route) -> str:
    """Where a CSMS expects this station, under the identity that it has there."""
    url = leg_url(csms.url, route.options.identity_map.get(route.identity, route.identity))
    return f"{url}/" if csms.trailing_slash else url
