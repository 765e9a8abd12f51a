"""One worker among several: what a supervisor starts, and ends."""

import argparse
import os
import socket
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import structlog
import trio

from gateway import config as configuration
from gateway import parts
from gateway.core.tally import Tally
from gateway.crew.channel import Channel
from gateway.crew.seat import Seat
from gateway.evidence.keeper import Keeper
from gateway.ops import garbage, logs
from gateway.settings import ConfigError
from gateway.worker import serve

DONE, USAGE = 0, 2


def surroundings() -> dict[str, str]:
    """The environment of a worker: it runs the same files as who starts it, wherever that is."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def command(config: Path, number: int, channel: int, port: int) -> list[str]:
    """How worker `number` is started; `channel` is a descriptor that it inherits."""
    options = {"config": config, "number": number, "channel": channel, "port": port}
    told = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-P", "-m", "gateway.crew.member", *told]


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal, or until the supervisor is gone."""
    parser = argparse.ArgumentParser(prog="ocpp-gateway worker", description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    for name in ("number", "channel", "port"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args(arguments)
    try:
        config = configuration.load(options.config)
        parts.try_out(config)
    except ConfigError as error:
        print(f"ocpp-gateway: worker {options.number}: {error}", file=sys.stderr)
        return USAGE
    logs.set_up(config.log.level, config.log.format)
    structlog.contextvars.bind_contextvars(worker=options.number)
    seat = Seat(Channel(socket.socket(fileno=options.channel)))
    tally, keeper = Tally(), Keeper()
    try:
        keeper.open(config)
        garbage.settle()
        task = partial(serve, seat=seat, port=options.port)
        trio.run(task, config, options.config, seat, tally, keeper)
    finally:
        keeper.close()
        seat.close()
    return DONE


if __name__ == "__main__":
    sys.exit(main())
