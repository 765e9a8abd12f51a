"""Threat: a station that is locked out, or let in with a password that was replaced (A01)."""

import base64
import signal
from typing import Any

import msgspec
import pytest
import trio
from wsproto import ConnectionType

from gateway.core.effects import Learn, Persist, Send
from gateway.core.route import Route, Upstream
from gateway.core.trust import Learnt, learnt_in
from gateway.passwords import Passwords, hashed
from gateway.settings import Secret
from gateway.testing.bench import Bench
from gateway.wire.handshake import HandshakeError
from gateway.wire.newcomer import Newcomer
from gateway.wire.vouching import vouched
from tests.abuse.commands import to_station
from tests.endtoend.gateway_process import Gateway
from tests.endtoend.sessions import CSMS_ANSWERS, boot
from tests.endtoend.stage import Stage
from tests.endtoend.talker import Talker
from tests.endtoend.wire_csms import WireCsms
from tests.endtoend.wire_end import SUBPROTOCOLS, RefusedError, WireEnd
from tests.planted import PASSWORDS

OLD, NEW, NEWER = (PASSWORDS[name].encode() for name in ("old", "new", "newer"))
DIGITS = NEW.hex()


def change(key: str = "AuthorizationKey", value: str = DIGITS, number: str = "1") -> list[Any]:
    """A 1.6 CSMS sets a password."""
    return [2, number, "ChangeConfiguration", {"key": key, "value": value}]


def bench(**route: Any) -> Bench:
    """A station that proves itself by a password, and a CSMS of its version."""
    return Bench("same16", {}, security_profile=1, learns_passwords=True, **route)


def hash_made(stage: Bench, digest: str, over: str = "over") -> list[Any]:
    """The rim has hashed what it was told to; what the station hears then."""
    assert stage.session is not None
    stage.effects = []
    stage._perform(stage.session.hashed(digest, over, stage.now))
    return to_station(stage._said())


def learnt(stage: Bench) -> Learnt:
    """What the store holds."""
    found = learnt_in(stage.shelf.records)
    assert found is not None
    return found


def test_a_new_password_is_durable_before_the_station_hears_of_it() -> None:
    stage = bench()
    assert not stage.hear("backend", change())
    assert stage.effects == [Learn(NEW)]
    assert hash_made(stage, "h1") == [change()]
    kinds = [type(effect) for effect in stage.effects]
    assert kinds.index(Persist) < kinds.index(Send)
    assert all(effect.wait for effect in stage.effects if isinstance(effect, Persist))
    assert learnt(stage) == Learnt("over", told=("h1",))
    assert NEW not in b"".join(stage.shelf.records[""].values())


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ([3, "1", {"status": "Accepted"}], ("h1",)),
        ([3, "1", {"status": "RebootRequired"}], ("h1",)),
        ([3, "1", {"status": "Rejected"}], ()),
        ([3, "1", {"status": "NotSupported"}], ()),
        ([4, "1", "InternalError", "", {}], ()),
    ],
)
def test_what_the_station_answers_decides(answer: list[Any], kept: tuple[str, ...]) -> None:
    stage = bench()
    stage.hear("backend", change())
    hash_made(stage, "h1")
    assert stage.hear("charger", answer) == [{"to": "backend", "frame": answer}]
    assert learnt(stage).told == kept


def test_an_answer_that_is_lost_leaves_both_good_and_a_late_no_only_the_old_one() -> None:
    stage = bench()
    stage.hear("backend", change())
    hash_made(stage, "h1")
    assert stage.event("backend", "advance", seconds=31)[0]["frame"][:3] == [4, "1", "GenericError"]
    assert learnt(stage).good == ("h1", "over")
    assert not stage.hear("charger", [3, "1", {"status": "Rejected"}])
    assert learnt(stage).good == ("over",)


def test_one_after_the_other_and_none_is_forgotten_before_one_was_seen() -> None:
    stage = bench()
    stage.hear("backend", change())
    stage.hear("backend", change(value=NEWER.hex(), number="2"))
    assert not stage.effects  # one password at a time
    hash_made(stage, "h1")
    assert stage.effects[-1] == Learn(NEWER)
    hash_made(stage, "h2")
    assert learnt(stage).good == ("h2", "h1", "over")
    assert learnt(stage).seen("h1").good == ("h1",)
    assert learnt(stage).seen("over") == learnt(stage)


def test_a_password_that_the_operator_changed_meanwhile_has_the_last_word() -> None:
    kept = Passwords({"A": Secret(hashed(OLD))})
    told = Learnt(kept.configured("A"), told=(hashed(NEW),))
    assert kept.is_right("A", b"A", NEW, told)
    assert kept.is_right("A", b"A", NEW.hex().encode(), told)
    assert kept.proof("A") == told.told[0]
    assert kept.is_right("A", b"A", OLD, told)
    over = kept.renewed({"A": Secret(hashed(NEWER))})
    assert not over.is_right("A", b"A", NEW, told)
    assert over.is_right("A", b"A", NEWER, told)
    gone = kept.renewed({})
    assert not gone.is_right("A", b"A", NEW, told)


def test_a_plain_password_of_a_trial_can_be_replaced_too() -> None:
    kept = Passwords({"A": Secret(OLD.decode())})
    told = Learnt(kept.configured("A"), current=hashed(NEW))
    assert kept.is_right("A", b"A", NEW, told)
    assert not Passwords({"A": Secret(OLD.decode())}).is_right("A", b"A", OLD, told)
    assert OLD.decode() not in kept.configured("A")


def test_a_password_whose_successor_was_seen_elsewhere_is_good_no_more() -> None:
    kept, told = Passwords({"A": Secret(hashed(OLD))}), hashed(NEW)
    route = Route("A", "1.6", "all", Upstream("far", "1.6"), learns_passwords=True)
    learnt = Learnt(kept.configured("A"), told=(told,))
    assert kept.is_right("A", b"A", OLD, learnt)
    early = Newcomer(profile=1, proof=kept.proof("A"))
    records = {"": {"password": msgspec.json.encode(learnt)}}
    assert vouched(route, early, records, kept) == {"security": b'{"profile":1}'}
    seen = vouched(route, Newcomer(profile=1, proof=told), records, kept)
    assert seen["password"] == msgspec.json.encode(learnt.seen(told))
    records[""] |= seen
    assert kept.is_known("A", b"A", OLD)  # this worker has not heard of it
    with pytest.raises(HandshakeError) as refused:
        vouched(route, early, records, kept)
    assert refused.value.status == 401
    assert not kept.is_known("A", b"A", OLD)


def test_a_station_of_201_has_its_password_among_other_variables() -> None:
    stage = Bench("same201", {}, security_profile=2, learns_passwords=True)
    names = (("SecurityCtrlr", "BasicAuthPassword"), ("OCPPCommCtrlr", "HeartbeatInterval"))
    places = [{"component": {"name": c}, "variable": {"name": v}} for c, v in names]
    data = [place | {"attributeValue": NEW.decode()} for place in places]
    stage.hear("backend", [2, "1", "SetVariables", {"setVariableData": data}])
    assert stage.effects == [Learn(NEW)]
    hash_made(stage, "h1")
    rows = [
        places[1] | {"attributeStatus": "Accepted"},
        places[0] | {"attributeStatus": "Rejected"},
    ]
    stage.hear("charger", [3, "1", {"setVariableResult": rows}])
    assert learnt(stage).told == ()


def test_where_no_password_is_asked_for_none_is_kept() -> None:
    stage = Bench("same16", {})
    assert to_station(stage.hear("backend", change())) == [change()]
    assert [type(effect) for effect in stage.effects] == [Send]


# With sockets


def header(identity: str, password: bytes) -> tuple[bytes, bytes]:
    """HTTP Basic."""
    return b"Authorization", b"Basic " + base64.b64encode(identity.encode() + b":" + password)


class WaryCsms(WireCsms):
    """Lets nobody in who does not show the password that it wants."""

    wanted: bytes = OLD

    async def _meet(self, stream: trio.abc.Stream) -> None:
        end = WireEnd(stream, ConnectionType.SERVER)
        await end.request()
        identity = end.target.rpartition("/")[2]
        if end.headers.get(b"authorization") != header(identity, self.wanted)[1]:
            await end.reject(401)
            return
        await end.accept(SUBPROTOCOLS[self.version])
        self._into.send_nowait(end)
        await trio.sleep_forever()


ANSWERS = {"YES": "Accepted", "NO": "Rejected", "LOST": ""}  # what each station says to it


async def changed(stage: Stage, gateway: Gateway, csms: WireCsms, identity: str) -> Talker:
    """The CSMS sets a new password at a station, which answers or does not; the CSMS's end."""
    answer = {"status": ANSWERS[identity]}
    answers = {"ChangeConfiguration": answer} if ANSWERS[identity] else {}
    await stage.station(gateway, identity, answers=answers, headers=[header(identity, OLD)])
    desk = await csms.talker(identity, CSMS_ANSWERS["1.6"])
    payload = {"key": "AuthorizationKey", "value": DIGITS}
    if answers:
        assert await desk.call("ChangeConfiguration", payload) == answer
    else:
        await desk.ask("ChangeConfiguration", payload)
    return desk


@pytest.mark.trio
async def test_nobody_is_locked_out_by_a_new_password_nor_in_by_an_old_one(stage: Stage) -> None:
    csms = await stage.wire_csms("far", "1.6")
    kept = "".join(f'{identity} = "{hashed(OLD)}"\n' for identity in ANSWERS)
    listen = f"security_profile = 1\n[listen.credentials]\n{kept}"
    gateway = await stage.gateway(csms, listen=listen)

    async def comes(identity: str, password: bytes) -> bool:
        try:
            station = await stage.station(gateway, identity, headers=[header(identity, password)])
        except RefusedError as error:
            return error.status != 401  # a refusal for anything else does not count
        await csms.talker(identity, CSMS_ANSWERS["1.6"])
        await station.call("BootNotification", boot("1.6"))
        return True

    desks = [await changed(stage, gateway, csms, identity) for identity in ANSWERS]
    await gateway.until("frames_total", 3, action="ChangeConfiguration", leg="station", type="call")
    await gateway.kill()  # the last answer is lost with the process
    for desk in desks:
        await desk.is_closed()
    await gateway.start()
    for identity, answer in ANSWERS.items():
        assert await comes(identity, OLD)
        assert await comes(identity, NEW) == (answer != "Rejected")
        assert await comes(identity, OLD) == (answer == "Rejected")
    gateway.signal(signal.SIGHUP)
    for identity, answer in ANSWERS.items():
        assert await comes(identity, NEW) == (answer != "Rejected")
    for file in gateway.folder.iterdir():
        assert NEW not in file.read_bytes(), file


SET = {
    "1.6": ("ChangeConfiguration", {"key": "AuthorizationKey", "value": DIGITS}),
    "2.0.1": (
        "SetVariables",
        {
            "setVariableData": [
                {
                    "component": {"name": "SecurityCtrlr"},
                    "variable": {"name": "BasicAuthPassword"},
                    "attributeValue": NEW.decode(),
                }
            ]
        },
    ),
}


@pytest.mark.trio
@pytest.mark.parametrize("version", SET)
async def test_a_csms_is_shown_the_password_that_it_set_or_the_one_before(
    stage: Stage, version: str
) -> None:
    csms = WaryCsms("far", version, stage.nursery)
    await csms.listen()
    gateway = await stage.gateway(csms, csms_keys=f'password = "{OLD.decode()}"\n')
    for wanted in (OLD, NEW, OLD):  # it forgets, at last, that the new one was accepted
        csms.wanted = wanted
        answers = {"ChangeConfiguration": {"status": "Accepted"}}
        station = await stage.station(gateway, "CS-1", answers=answers)
        desk = await csms.talker("CS-1", CSMS_ANSWERS[version])
        assert "Accepted" in str(await desk.call(*SET[version]))
        assert ("ChangeConfiguration" in str(station.heard)) == (version == "1.6")
        await station.end.drop()
        await gateway.settles("stations_connected", 0)


def test_a_record_of_another_time_is_read() -> None:
    stored = {"": {"password": msgspec.json.encode({"over": "x", "later": 1})}}
    assert learnt_in(stored) == Learnt("x")
