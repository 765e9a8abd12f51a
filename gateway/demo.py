"""The main job, played once for people to read: two stations, two CSMSs, a crash in the middle."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from gateway.demo_cast import CONFIG, Autel, Huawei, free_port, legacy_csms, new_csms
from gateway.demo_report import Report, say, title
from gateway.testing.fakes import FakeCsms

READY_WITHIN = 15.0  # seconds that the gateway has to start


class Stage:
    """The gateway, as a process of its own that can be killed, and the CSMSs behind it."""

    def __init__(self, folder: Path, new: FakeCsms, legacy: FakeCsms) -> None:
        self.folder, self.new, self.legacy = folder, new, legacy
        self.port, self.admin = free_port(), free_port()
        self.url = f"ws://127.0.0.1:{self.port}/ocpp"
        self.report = Report(f"127.0.0.1:{self.admin}")
        self._process: subprocess.Popen[bytes] | None = None

    def write_config(self) -> Path:
        """The configuration of this run."""
        path = self.folder / "gateway.toml"
        text = CONFIG.format(
            port=self.port, admin=self.admin, new=self.new.url, legacy=self.legacy.url
        )
        path.write_text(text, encoding="utf-8")
        return path

    async def start(self) -> None:
        """Start the gateway and wait until it takes stations."""
        command = [sys.executable, "-m", "gateway.cli", "run", "--config", str(self.write_config())]
        with (self.folder / "gateway.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: ASYNC220 (it outlives every task)
                command, stdin=subprocess.DEVNULL, stderr=log
            )
        with trio.move_on_after(READY_WITHIN):
            while not await self.report.is_ready():
                if self._process.poll() is not None:
                    break
                await trio.sleep(0.05)
            else:
                return
        raise RuntimeError(f"the gateway does not start:\n{self.log()}")

    def log(self) -> str:
        """What the gateway logged."""
        return (self.folder / "gateway.log").read_text(errors="replace")[-2000:]

    async def kill(self) -> None:
        """kill -9: nothing is flushed, nothing is said."""
        assert self._process is not None
        await self.report.collect()  # what was counted so far would be lost with the process
        self._process.send_signal(signal.SIGKILL)
        await trio.to_thread.run_sync(self._process.wait)

    async def stop(self) -> None:
        """End the gateway as an operator would, and insist if it does not."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            with trio.move_on_after(10):
                await trio.to_thread.run_sync(process.wait, abandon_on_cancel=True)
        finally:
            process.kill()
            process.wait()


async def play(stage: Stage) -> bool:
    """The story. Whether it ended as it must."""
    huawei, autel = Huawei(stage), Autel(stage)
    title("Two stations charge a car each; the CSMS that decides speaks the other version")
    async with huawei.online(), autel.online():
        await huawei.begins()
        await autel.begins()
    title("The gateway is killed (kill -9) in the middle of both transactions, and started again")
    await stage.kill()
    say("gateway", "gone; the cars go on charging, the stations keep their messages")
    await stage.start()
    say("gateway", "back, on the same store")
    async with huawei.online(), autel.online():
        await huawei.goes_on()
        title("A CSMS in the shadow gives commands; nobody hears them")
        await huawei.is_not_reset()
        title("A remote stop comes from the legacy CSMS, for the 2.0.1 station")
        await autel.is_stopped()
        title("The 1.6 station stops at its card reader")
        await huawei.stops()
    await stage.report.collect()
    stage.report.print_table()
    return stage.report.verdict([*huawei.checks(), *autel.checks()])


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """CSMSs and a gateway on free ports of the loopback, gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="ocpp-gateway-demo-") as folder:
        async with trio.open_nursery() as nursery:
            new, legacy = new_csms(), legacy_csms()
            await nursery.start(new.serve)
            await nursery.start(legacy.serve)
            stage = Stage(Path(folder), new, legacy)
            try:
                await stage.start()
                yield stage
            finally:
                with trio.CancelScope(shield=True):
                    await stage.stop()
            nursery.cancel_scope.cancel()


async def _run(keep_running: bool) -> bool:
    async with staged() as stage:
        went_well = await play(stage)
        if keep_running:
            print(f"\nStill running: stations connect to {stage.url}/<identity>;", end=" ")
            print(f"metrics at http://127.0.0.1:{stage.admin}/metrics. Ctrl-C ends it.", flush=True)
            await trio.sleep_forever()
        return went_well
    raise AssertionError("the stage returns or raises")


def main(*, keep_running: bool = False) -> int:
    """Play the demo; the exit status is 0 if everything ended under its right id."""
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    went_well = True
    try:
        went_well = trio.run(_run, keep_running)
    except* KeyboardInterrupt:
        print("ended", flush=True)
    return 0 if went_well else 1
