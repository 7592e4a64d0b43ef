# SPDX-License-Identifier: GPL-3.0-or-later
"""A walker and a writer of audio containers for the tests, apart from the program's own.

    chunks(path)                        [(id, begin of the payload, its size)], with the samples' chunk as "data"
    write(kind, path, Sound, before, after)   WAV, RF64, W64, AIFF, CAF with chunks [(id, bytes)] around the samples"""
import struct
from collections import namedtuple

from sbtest import np, slurp

# samples: bytes, little-endian; float: whether they are
Sound = namedtuple("Sound", "rate channels bits float samples")

W64_RIFF = b"riff" + bytes.fromhex("2e91cf11a5d628db04c10000")
W64_LIST = b"list" + bytes.fromhex("2f91cf11a5d628db04c10000")
W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")


def _riff(raw, order):
    at, found, wide = 12, [], None
    while at + 8 <= len(raw):
        name, size = raw[at:at + 4].decode("latin-1"), struct.unpack(order + "I", raw[at + 4:at + 8])[0]
        if name == "ds64":
            wide = struct.unpack("<Q", raw[at + 16:at + 24])[0]
        if name == "data" and size == 0xffffffff:
            size = wide if wide is not None else len(raw) - at - 8
        size = min(size, len(raw) - at - 8)
        found.append((name, at + 8, size))
        at += 8 + size + size % 2
    return found


def _w64(raw):
    at, found = 40, []
    while at + 24 <= len(raw):
        size = min(struct.unpack("<Q", raw[at + 16:at + 24])[0] - 24, len(raw) - at - 24)
        name = "LIST" if raw[at:at + 16] == W64_LIST else raw[at:at + 4].decode("latin-1")
        found.append((name, at + 24, size))
        at = (at + 24 + size + 7) // 8 * 8
    return found


def _caf(raw):
    at, found = 8, []
    while at + 12 <= len(raw):
        name, size = raw[at:at + 4].decode("latin-1"), struct.unpack(">q", raw[at + 4:at + 12])[0]
        size = len(raw) - at - 12 if size < 0 else size
        found.append((name, at + 16, size - 4) if name == "data" else (name, at + 12, size))
        at += 12 + size
    return found


def chunks(path):
    raw = slurp(path)
    if raw[:4] in (b"RIFF", b"RF64", b"BW64"):
        return _riff(raw, "<")
    if raw[:16] == W64_RIFF:
        return _w64(raw)
    if raw[:4] == b"FORM":
        return [("data", at + 8, size - 8) if name == "SSND" else (name, at, size) for name, at, size in _riff(raw, ">")]
    assert raw[:4] == b"caff", path
    return _caf(raw)


def payload(path, name, which=0):
    """The bytes of a chunk; None: not there."""
    found = [(at, size) for id, at, size in chunks(path) if id == name]
    return slurp(path)[found[which][0]:found[which][0] + found[which][1]] if len(found) > which else None


def read_sound(path):
    """The samples of a WAV, RF64 or BW64 of whole bytes, integer or float; None: something else."""
    fmt, data = payload(path, "fmt "), payload(path, "data")
    tag, channels, rate, _, _, bits = struct.unpack("<HHIIHH", fmt[:16])
    tag = struct.unpack("<H", fmt[24:26])[0] if tag == 0xfffe else tag
    return Sound(rate, channels, bits, tag == 3, data) if tag in (1, 3) else None


def swapped(sound):
    width = sound.bits // 8
    return np.frombuffer(sound.samples, "u1").reshape(-1, width)[:, ::-1].tobytes()


def _even(name, body, order):
    return name.encode("latin-1") + struct.pack(order + "I", len(body)) + body + bytes(len(body) % 2)


def _fmt(sound):
    align = sound.channels * sound.bits // 8
    return struct.pack("<HHIIHH", 3 if sound.float else 1, sound.channels, sound.rate, sound.rate * align, align,
                       sound.bits)


def _wav(sound, before, after, wide):
    inner = b"".join(_even(name, body, "<") for name, body in before)
    outer = b"".join(_even(name, body, "<") for name, body in after)
    data = sound.samples + bytes(len(sound.samples) % 2)
    body = _even("fmt ", _fmt(sound), "<") + inner + b"data"
    if not wide:
        body = b"WAVE" + body + struct.pack("<I", len(sound.samples)) + data + outer
        return b"RIFF" + struct.pack("<I", len(body)) + body
    frames = len(sound.samples) // (sound.channels * sound.bits // 8)
    size = 4 + 36 + len(body) + 4 + len(data) + len(outer)
    ds64 = _even("ds64", struct.pack("<QQQI", size, len(sound.samples), frames, 0), "<")
    return b"RF64\xff\xff\xff\xffWAVE" + ds64 + body + b"\xff\xff\xff\xff" + data + outer


def _w64_file(sound, before):
    def chunk(name, body):
        guid = W64_LIST if name == "LIST" else name.encode() + W64_TAIL
        return guid + struct.pack("<Q", 24 + len(body)) + body + bytes(-len(body) % 8)

    body = b"wave" + W64_TAIL + chunk("fmt ", _fmt(sound)) + b"".join(chunk(*each) for each in before)
    body += b"data" + W64_TAIL + struct.pack("<Q", 24 + len(sound.samples)) + sound.samples
    return W64_RIFF + struct.pack("<Q", 24 + len(body)) + body


def _extended(rate):
    power = rate.bit_length() - 1
    return struct.pack(">HQ", power + 16383, rate << (63 - power))


def _aiff(sound, before, after):
    frames = len(sound.samples) // (sound.channels * sound.bits // 8)
    comm = struct.pack(">HIH", sound.channels, frames, sound.bits) + _extended(sound.rate)
    if sound.float:
        comm += (b"fl32" if sound.bits == 32 else b"fl64") + b"\0\0"
    body = (b"AIFC" + _even("FVER", b"\xa2\x80\x51\x40", ">")) if sound.float else b"AIFF"
    body += _even("COMM", comm, ">") + b"".join(_even(*each, ">") for each in before)
    body += _even("SSND", bytes(8) + swapped(sound), ">") + b"".join(_even(*each, ">") for each in after)
    return b"FORM" + struct.pack(">I", len(body)) + body


def _caf_file(sound, before, after):
    def chunk(name, body):
        return name.encode("latin-1") + struct.pack(">q", len(body)) + body

    align = sound.channels * sound.bits // 8
    desc = struct.pack(">d4sIIIII", sound.rate, b"lpcm", int(sound.float), align, 1, sound.channels, sound.bits)
    return (b"caff\0\1\0\0" + chunk("desc", desc) + b"".join(chunk(*each) for each in before) +
            chunk("data", bytes(4) + swapped(sound)) + b"".join(chunk(*each) for each in after))


def write(kind, path, sound, before=(), after=()):
    """W64 has nothing behind its samples."""
    made = {"wav": lambda: _wav(sound, before, after, False), "rf64": lambda: _wav(sound, before, after, True),
            "w64": lambda: _w64_file(sound, [*before, *after]), "aiff": lambda: _aiff(sound, before, after),
            "caf": lambda: _caf_file(sound, before, after)}[kind]()
    with open(path, "wb") as out:
        out.write(made)
