"""Threat: passwords that are guessed, and hashing that is made to cost us the processor."""

import base64
import time

import pytest
import trio

from gateway.passwords import hashed
from tests.abuse.siege import STRANGERS, Siege, request
from tests.endtoend.gateway_process import ACCESS
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_end import RefusedError, dialled

pytestmark = pytest.mark.trio

PASSWORD = "a password of sixteen"
AT_ONCE = 20


def basic(identity: str, password: str) -> str:
    """The header line."""
    pair = base64.b64encode(f"{identity}:{password}".encode()).decode()
    return f"Authorization: Basic {pair}\r\n"


def listening(*identities: str, admission: str = "exempt = []") -> str:
    """Profile 1, and these stations."""
    kept = hashed(PASSWORD.encode())
    lines = "\n".join(f'"{identity}" = "{kept}"' for identity in ("CANARY", *identities))
    return f"security_profile = 1\n[admission]\n{admission}\n[listen.credentials]\n{lines}\n"


async def station(stage: Stage, around_port: int, identity: str) -> Talker:
    """One that knows its password."""
    pair = base64.b64encode(f"{identity}:{PASSWORD}".encode())
    headers = [(b"Authorization", b"Basic " + pair)]
    end = await dialled(around_port, f"/ocpp/{identity}", headers=headers)
    talker = Talker(end)
    stage.nursery.start_soon(talker.listen)
    return talker


async def guess(around: Siege, identities: list[str], sources: list[str], times: int) -> list[int]:
    """So many wrong passwords; the statuses."""
    statuses: list[int] = []
    turns = iter(range(times))

    async def worker() -> None:
        for turn in turns:
            identity = identities[turn % len(identities)]
            data = request(identity, headers=basic(identity, f"guess number {turn}"))
            statuses.append(await around.status(data, sources[turn % len(sources)]))

    async with trio.open_nursery() as nursery:
        for _ in range(AT_ONCE):
            nursery.start_soon(worker)
    return statuses


async def guessed(stage: Stage, identities: list[str], sources: list[str], times: int) -> None:
    """Nearly all are turned away unread, and whoever is right gets in."""
    gateway = await stage.gateway(
        await stage.csms("far", "1.6"), listen=listening(*identities, "RIGHT")
    )
    canary = await station(stage, gateway.port, "CANARY")
    around = Siege(gateway, canary)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(around.beat)
        began, busy = time.monotonic(), around.cpu
        statuses = await guess(around, identities, sources, times)
        took, busy = time.monotonic() - began, around.cpu - busy
        assert set(statuses) <= {401, 429, 0}
        hashes = statuses.count(401)
        # Five are free, and a few seconds bring a few more.
        assert hashes <= (5 + 4) * len(identities) * len(sources)
        assert busy < 0.5 * took + hashes * 0.015 + 0.5
        other = await station(stage, gateway.port, "RIGHT")
        assert "currentTime" in await other.call("Heartbeat", {})
        assert max(around.waits) < 1.0
        nursery.cancel_scope.cancel()
    assert (await around.outcomes()).get("locked_out", 0) > 0


async def test_many_guesses_for_one_identity_are_not_even_hashed(stage: Stage) -> None:
    await guessed(stage, ["VICTIM"], STRANGERS[:1], 200)


async def test_many_guesses_for_many_identities_are_not_even_hashed(stage: Stage) -> None:
    await guessed(stage, [f"VICTIM-{n}" for n in range(20)], STRANGERS[:2], 400)


@pytest.mark.soak
async def test_five_thousand_guesses_are_not_even_hashed(stage: Stage) -> None:
    await guessed(stage, [f"VICTIM-{n}" for n in range(50)], STRANGERS[:4], 5000)


async def test_a_guesser_locks_nobody_out_who_was_right_before(stage: Stage) -> None:
    listen = listening("VICTIM")
    gateway = await stage.gateway(await stage.csms("far", "1.6"), listen=listen)
    around = Siege(gateway, await station(stage, gateway.port, "VICTIM"))
    statuses = await guess(around, ["VICTIM"], STRANGERS[:40], 120)
    assert 429 in statuses
    again = await station(stage, gateway.port, "VICTIM")
    assert "currentTime" in await again.call("Heartbeat", {})


async def test_a_guesser_does_not_lock_the_station_out_at_another_address(stage: Stage) -> None:
    gateway = await stage.gateway(await stage.csms("far", "1.6"), listen=listening("VICTIM"))
    around = Siege(gateway, await station(stage, gateway.port, "CANARY"))
    statuses = await guess(around, ["VICTIM"], STRANGERS[:1], 60)
    assert statuses.count(429) > 40
    assert await around.status(request("VICTIM", headers=basic("VICTIM", PASSWORD))) == 101


async def test_a_long_password_is_not_hashed(stage: Stage) -> None:
    gateway = await stage.gateway(await stage.csms("far", "1.6"), listen=listening())
    around = Siege(gateway, await station(stage, gateway.port, "CANARY"))
    busy = around.cpu
    for _ in range(30):
        data = request("CANARY", headers=basic("CANARY", "x" * 9000))
        assert await around.status(data) == 401
    assert around.cpu - busy < 0.5


async def test_an_unknown_identity_cannot_be_told_from_a_known_one(stage: Stage) -> None:
    gateway = await stage.gateway(
        await stage.csms("far", "1.6"), listen=listening(admission="wrong_passwords = 0")
    )
    around = Siege(gateway, await station(stage, gateway.port, "CANARY"))
    said: dict[str, set[bytes]] = {"CANARY": set(), "NOBODY": set()}
    took: dict[str, list[float]] = {"CANARY": [], "NOBODY": []}
    for _ in range(40):
        for identity in said:
            data = request(identity, headers=basic(identity, "a wrong password"))
            began = time.perf_counter()
            said[identity].add(await around.answer(data))
            took[identity].append(time.perf_counter() - began)
    assert said["CANARY"] == said["NOBODY"]
    assert len(said["CANARY"]) == 1
    middle = {name: sorted(times)[len(times) // 2] for name, times in took.items()}
    assert abs(middle["CANARY"] - middle["NOBODY"]) < 0.3 * max(middle.values())


async def test_lock_outs_are_the_same_for_known_and_unknown_identities(stage: Stage) -> None:
    gateway = await stage.gateway(await stage.csms("far", "1.6"), listen=listening())
    around = Siege(gateway, await station(stage, gateway.port, "CANARY"))
    for identity in ("CANARY", "NOBODY"):
        data = request(identity, headers=basic(identity, "a wrong password"))
        found = [await around.status(data, STRANGERS[0]) for _ in range(7)]
        assert found == [401] * 5 + [429] * 2, identity
    with pytest.raises(RefusedError):
        await dialled(gateway.port, "/ocpp/CANARY")
    assert ACCESS not in STRANGERS
