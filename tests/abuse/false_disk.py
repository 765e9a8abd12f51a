"""A disk that forgets what was not synced, or fails: SQLite's own file methods, in between.

The default VFS of this process is changed while a `FalseDisk` is in use (sqlite.org/vfs.html): its
`xOpen` hands out files whose `xWrite`, `xTruncate` and `xSync` come by here.
"""

import _sqlite3
import ctypes
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

IOERR_FSYNC, IOERR_WRITE, FULL = 1034, 778, 13

_file, _void = ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p
_OPEN = ctypes.CFUNCTYPE(ctypes.c_int, _void, ctypes.c_char_p, _file, ctypes.c_int, _void)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, _file, _void, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, _file, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, _file, ctypes.c_int)


class Vfs(ctypes.Structure):
    """The beginning of sqlite3_vfs."""

    _fields_ = (
        ("numbers", ctypes.c_int * 3),
        ("pointers", _void * 3),  # next, name, application data
        ("open", _OPEN),
    )


class Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("close", _void),
        ("read", _void),
        ("write", _WRITE),
        ("truncate", _TRUNCATE),
        ("sync", _SYNC),
        ("others", _void * 13),
    )


class Image:
    """One file: what it holds, what a disk would hold, and what lies between."""

    def __init__(self, kept: bytes) -> None:
        self.durable = bytearray(kept)
        self.pending: list[tuple[int, bytes | None]] = []  # None: cut off there

    def after_power_loss(self, random: Random) -> bytes:
        """What is synced is there; of the rest this or that, and one write perhaps in part."""
        result = bytearray(self.durable)
        for at, data in self.pending:
            if random.random() < 0.5:
                part = data if data is None or random.random() < 0.7 else data[: len(data) // 2]
                _apply(result, at, part)
        return bytes(result)


def _apply(image: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del image[at:]
        return
    image.extend(bytes(max(0, at - len(image))))
    image[at : at + len(data)] = data


class FalseDisk:
    """While it is entered, SQLite's files are its. `fault` is what writing or syncing returns."""

    def __init__(self) -> None:
        self.files: dict[str, Image] = {}
        self.fault_of_write = self.fault_of_sync = 0
        self.on_write: Callable[[], None] = lambda: None
        self._names: dict[int, str] = {}
        self._keep: list[Any] = []

    def __enter__(self) -> "FalseDisk":
        find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
        find.restype = ctypes.POINTER(Vfs)
        self._vfs = find(None).contents
        self._open = _OPEN.from_buffer_copy(self._vfs.open)
        self._vfs.open = _OPEN(self._opened)
        return self

    def __exit__(self, *exc: object) -> None:
        self._vfs.open = self._open

    def after_power_loss(self, folder: Path, random: Random) -> Path:
        """The files as they are found afterwards, in a folder; the path of the database."""
        folder.mkdir(parents=True)
        for name, image in self.files.items():
            if not name.endswith("-shm") and Path(name).exists():  # deletions are synced
                (folder / Path(name).name).write_bytes(image.after_power_loss(random))
        return folder / "state.db"

    def _opened(self, vfs: Any, name: bytes | None, file: Any, flags: int, out: Any) -> int:
        status: int = self._open(vfs, name, file, flags, out)
        if status == 0 and name is not None and file[0]:
            before = Methods.from_address(file[0])
            mine = Methods.from_buffer_copy(before)
            mine.write = _WRITE(self._write(before))
            mine.truncate = _TRUNCATE(self._truncate(before))
            mine.sync = _SYNC(self._sync(before))
            self._keep.append(mine)  # SQLite has but an address of it
            self._names[ctypes.addressof(file.contents)] = name.decode()
            path = Path(name.decode())
            self.files.setdefault(name.decode(), Image(path.read_bytes()))
            file[0] = ctypes.addressof(mine)
        return status

    def _image(self, file: Any) -> Image:
        return self.files[self._names[ctypes.addressof(file.contents)]]

    def _write(self, before: Methods) -> Callable[..., int]:
        def write(file: Any, data: int, size: int, at: int) -> int:
            if self.fault_of_write:
                return self.fault_of_write
            self._image(file).pending.append((at, ctypes.string_at(data, size)))
            self.on_write()
            return int(before.write(file, data, size, at))

        return write

    def _truncate(self, before: Methods) -> Callable[..., int]:
        def truncate(file: Any, size: int) -> int:
            self._image(file).pending.append((size, None))
            return int(before.truncate(file, size))

        return truncate

    def _sync(self, before: Methods) -> Callable[..., int]:
        def sync(file: Any, flags: int) -> int:
            if self.fault_of_sync:
                return self.fault_of_sync
            image = self._image(file)
            for at, data in image.pending:
                _apply(image.durable, at, data)
            image.pending.clear()
            return int(before.sync(file, flags))

        return sync
