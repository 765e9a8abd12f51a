"""What should never be sent, to be sent: frames, texts, requests, answers to requests."""

import os
import struct

LIMIT = 65_536


def frame(head: int, payload: bytes, masked: bool, length: int = -1) -> bytes:
    """A WebSocket frame with any first byte, and any declared length."""
    size = len(payload) if length < 0 else length
    bit = 0x80 if masked else 0
    if size < 126:
        start = bytes((head, bit | size))
    elif size < LIMIT:
        start = bytes((head, bit | 126)) + struct.pack(">H", size)
    else:
        start = bytes((head, bit | 127)) + struct.pack(">Q", size)
    if not masked:
        return start + payload
    key = os.urandom(4)
    return start + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))


def frames(masked: bool) -> dict[str, bytes]:
    """Violations of RFC 6455; `masked` as the side that sends them ought to."""
    return {
        "masked the wrong way": frame(0x81, b"[]", not masked),
        "reserved bit": frame(0xC1, b"[]", masked),
        "reserved opcode": frame(0x83, b"[]", masked),
        "binary": frame(0x82, b"\x00\xff", masked),
        "no utf-8": frame(0x81, b'[2,"1","\xff\xfe",{}]', masked),
        "fragmented ping": frame(0x09, b"x", masked),
        "long ping": frame(0x89, b"x" * 126, masked),
        "continues nothing": frame(0x80, b"[]", masked),
        "begins twice": frame(0x01, b"[", masked) + frame(0x01, b"[", masked),
        "close of one byte": frame(0x88, b"\x03", masked),
        "close with 1005": frame(0x88, struct.pack(">H", 1005), masked),
        "huge": frame(0x81, b"", masked, 2**62),
        "negative": frame(0x81, b"", masked, 2**64 - 1),
        "too large": frame(0x81, b"x" * (LIMIT + 1), masked),
        "many fragments": frame(0x01, b"[", masked) + frame(0x00, b" " * 30_000, masked) * 3,
    }


TEXTS = {
    "nothing": "",
    "no json": "hello",
    "no array": "{}",
    "empty array": "[]",
    "alone": "[2]",
    "no action": '[2,"7"]',
    "no payload": '[2,"7","Heartbeat"]',
    "odd payload": '[2,"7","Heartbeat",[]]',
    "null payload": '[2,"7","Heartbeat",null]',
    "odd action": '[2,"7",5,{}]',
    "unknown action": '[2,"7","MakeCoffee",{}]',
    "odd id": '[2,7,"Heartbeat",{}]',
    "no id": '[2,"","Heartbeat",{}]',
    "long id": f'[2,"{"i" * 300}","Heartbeat",{{}}]',
    "odd kind": '[9,"7","Heartbeat",{}]',
    "answer to nothing": '[3,"never-asked",{}]',
    "error to nothing": '[4,"never-asked","InternalError","",{}]',
    "deep": '[2,"7","DataTransfer",' + "[" * 20_000 + "]" * 20_000 + "]",
    "deep and open": '[2,"7","DataTransfer",' + '{"a":' * 5_000,
    "huge number": '[2,"7","StatusNotification",{"connectorId":1e400}]',
    "long number": '[2,"7","StatusNotification",{"connectorId":' + "9" * 5_000 + "}]",
    "not a number": '[2,"7","StatusNotification",{"connectorId":NaN}]',
    "lone surrogate": '[2,"7","Authorize",{"idTag":"\\ud800"}]',
    "nul": '[2,"7","Authorize",{"idTag":"\\u0000"}]',
    "behind the end": '[2,"7","Heartbeat",{}]]',
    "twice": '[2,"7","Heartbeat",{}][2,"8","Heartbeat",{}]',
    "byte order mark": '\ufeff[2,"7","Heartbeat",{}]',
    "newline in the tag": '[2,"7","Authorize",{"idTag":"a\\nb\\u001b[31m"}]',
    "year zero": '[2,"7","StatusNotification",{"connectorId":1,"errorCode":"NoError",'
    '"status":"Available","timestamp":"0000-00-00T00:00:00Z"}]',
    "wrong types": '[2,"7","StartTransaction",{"connectorId":"one","idTag":5,"meterStart":{}}]',
    "negative": '[2,"7","StopTransaction",{"transactionId":-99999999999999999999,"meterStop":-1,'
    '"timestamp":"9999-12-31T23:59:59Z"}]',
}

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = (
    "GET /ocpp/BAD HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    f"Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
)
REQUESTS = {
    "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "ssh": b"SSH-2.0-OpenSSH_9.6\r\n",
    "no upgrade": b"GET /ocpp/BAD HTTP/1.1\r\nHost: x\r\n\r\n",
    "post": b"POST /ocpp/BAD HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
    "old http": b"GET /ocpp/BAD HTTP/1.0\r\n\r\n",
    "long line": b"GET /ocpp/" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n",
    "many headers": UPGRADE.encode() + b"".join(b"X-%d: y\r\n" % n for n in range(300)) + b"\r\n",
    "high bytes": UPGRADE.encode() + b"Sec-WebSocket-Protocol: \xff\xfe\r\nHost\xe9: \x80\r\n\r\n",
    "wrong version": UPGRADE.replace("Version: 13", "Version: 8").encode() + b"\r\n",
    "no key": UPGRADE.replace(KEY, "").encode() + b"\r\n",
    "two lengths": UPGRADE.encode() + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "nul": b"GET /ocpp/\x00 HTTP/1.1\r\n\r\n",
    "up and out": b"GET /ocpp/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    "half": b"GET /ocpp/BAD HTT",
}
UPGRADED = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
ANSWERS = {
    "silence": b"",
    "no http": b"\x00\x01\x02\x03\r\n\r\n",
    "a page": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "elsewhere": b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "wrong accept": f"{UPGRADED}Sec-WebSocket-Accept: {KEY}\r\n\r\n".encode(),
    "endless header": UPGRADED.encode() + b"X: " + b"y" * 70_000,
    "half": b"HTTP/1.1 101 Swi",
}
