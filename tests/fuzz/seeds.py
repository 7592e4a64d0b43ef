#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Seeds for the fuzzers, all made here: seeds.py FOLDER."""
import ctypes
import ctypes.util
import os
import sqlite3
import struct
import sys
import tempfile
import zlib

folder = sys.argv[1]


def seed(target, name, data):
    os.makedirs(os.path.join(folder, target), exist_ok=True)
    with open(os.path.join(folder, target, name), "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def wav(fmt_tag=1, bits=16, channels=1, extra=b"", frames=40):
    block = channels * bits // 8
    fmt = struct.pack("<HHIIHH", fmt_tag, channels, 8000, 8000 * block, block, bits)
    body = b"WAVE" + chunk(b"fmt ", fmt) + extra + chunk(b"data", bytes(range(256))[:block * frames] or b"\0" * block)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def aiff(kind=b"AIFF", compression=b""):
    def big(name, data):
        return name + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
    comm = struct.pack(">hIh", 1, 20, 16) + bytes([0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0]) + compression
    body = kind + big(b"COMM", comm) + big(b"SSND", struct.pack(">II", 0, 0) + bytes(40))
    return b"FORM" + struct.pack(">I", len(body)) + body


def caf():
    desc = struct.pack(">d4sIIIII", 8000.0, b"lpcm", 0, 2, 1, 1, 16)
    return (b"caff" + struct.pack(">HH", 1, 0) + b"desc" + struct.pack(">q", 32) + desc
            + b"data" + struct.pack(">q", 44) + bytes(44))


def w64():
    def guid(name, tail):
        return name + bytes.fromhex(tail)
    rest = "f3acd3118cd100c04f8edb8a"
    fmt = guid(b"fmt ", rest) + struct.pack("<Q", 40) + struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    data = guid(b"data", rest) + struct.pack("<Q", 24 + 40) + bytes(40)
    body = guid(b"wave", rest) + fmt + data
    return guid(b"riff", "2e91cf11a5d628db04c10000") + struct.pack("<Q", 24 + len(body)) + body


def rf64():
    fmt = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 100, 40, 20, 0))
    return b"RF64\xff\xff\xff\xffWAVE" + ds64 + fmt + b"data\xff\xff\xff\xff" + bytes(40)


def au():
    return b".snd" + struct.pack(">IIIII", 24, 40, 3, 8000, 1) + bytes(40)


for target in ("audio", "container"):
    seed(target, "pcm16.wav", wav())
    seed(target, "pcm24.wav", wav(bits=24, channels=2, frames=20))
    seed(target, "float.wav", wav(fmt_tag=3, bits=32))
    seed(target, "ulaw.wav", wav(fmt_tag=7, bits=8))
    seed(target, "cue.wav", wav(extra=chunk(b"cue ", struct.pack("<I", 1) + bytes(24))
                                + chunk(b"LIST", b"INFOINAM\4\0\0\0abc\0")))
    seed(target, "a.aiff", aiff())
    seed(target, "a.aifc", aiff(b"AIFC", b"sowt\0\0"))
    seed(target, "a.caf", caf())
    seed(target, "a.w64", w64())
    seed(target, "a.rf64", rf64())
    seed(target, "a.au", au())


def vorbis(*comments):
    return (struct.pack("<I", 4) + b"mine" + struct.pack("<I", len(comments))
            + b"".join(struct.pack("<I", len(text)) + text for text in comments))


def rich_wav():
    """Every chunk whose meaning is understood."""
    bext = (b"words".ljust(256, b"\0") + b"who".ljust(32, b"\0") + b"ref".ljust(32, b"\0") + b"2026-11-2212:00:00"
            + struct.pack("<QH", 8000, 2) + bytes(64 + 190) + b"A=PCM,F=8000\r\n")
    points = [(1, 5), (2, 20), (3, 39)]
    cue = struct.pack("<I", 3) + b"".join(struct.pack("<II4sIII", number, at, b"data", 0, 0, at) for number, at in points)
    adtl = b"adtl" + chunk(b"labl", struct.pack("<I", 1) + b"one\0") + chunk(b"note", struct.pack("<I", 2) + b"two\0") \
        + chunk(b"ltxt", struct.pack("<II4sHHHH", 3, 7, b"rgn ", 0, 0, 0, 0) + b"x\0")
    info = b"INFO" + b"".join(chunk(name, b"text\0") for name in (b"INAM", b"IART", b"ICMT", b"ICRD", b"ISFT", b"IGNR"))
    smpl = struct.pack("<9I", 0, 0, 125000, 60, 0, 0, 0, 1, 0) + struct.pack("<6I", 1, 0, 4, 30, 0, 0)
    xml = b"<?xml version=\"1.0\"?><BWFXML><SPEED><TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>80</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>" \
        b"</SPEED></BWFXML>"
    id3 = b"ID3\3\0\0\0\0\0\x20TIT2\0\0\0\6\0\0\0title" + bytes(16)
    return wav(extra=chunk(b"bext", bext) + chunk(b"cue ", cue) + chunk(b"LIST", adtl) + chunk(b"LIST", info)
               + chunk(b"smpl", smpl) + chunk(b"iXML", xml) + chunk(b"id3 ", id3) + chunk(b"PEAK", bytes(16))
               + chunk(b"junk", b"abc"))


def rich_aiff():
    def big(name, data):
        return name + struct.pack(">I", len(data)) + data + b"\0" * (len(data) % 2)
    comm = struct.pack(">hIh", 1, 20, 16) + bytes([0x40, 0x0b, 0xfa, 0, 0, 0, 0, 0, 0, 0])
    mark = struct.pack(">H", 2) + struct.pack(">HI", 1, 4) + b"\3one" + struct.pack(">HI", 2, 15) + b"\4four\0"
    comt = struct.pack(">H", 1) + struct.pack(">IHH", 1, 1, 4) + b"word"
    body = (b"AIFF" + big(b"COMM", comm) + big(b"NAME", b"title") + big(b"AUTH", b"who") + big(b"ANNO", b"note")
            + big(b"MARK", mark) + big(b"INST", bytes(20)) + big(b"COMT", comt)
            + big(b"SSND", struct.pack(">II", 0, 0) + bytes(40)) + big(b"ID3 ", b"ID3\3\0\0\0\0\0\0"))
    return b"FORM" + struct.pack(">I", len(body)) + body


def rich_caf():
    def part(name, data):
        return name + struct.pack(">q", len(data)) + data
    desc = struct.pack(">d4sIIIII", 8000.0, b"lpcm", 0, 2, 1, 1, 16)
    info = struct.pack(">I", 2) + b"title\0abc\0artist\0who\0"
    strings = struct.pack(">I", 1) + struct.pack(">Iq", 1, 0) + b"one\0"
    marker = struct.pack(">II", 1, 0) + struct.pack(">IdI", 0, 7.0, 1) + bytes(8) + struct.pack(">I", 0)
    return (b"caff" + struct.pack(">HH", 1, 0) + part(b"desc", desc) + part(b"info", info) + part(b"strg", strings)
            + part(b"mark", marker) + part(b"data", bytes(44)))


def rich_flac(plain):
    """Blocks between the description and the sound of a FLAC file that an encoder made."""
    at = 42
    while not plain[4] & 0x80 and plain[at] & 0x80 == 0:
        at += 4 + int.from_bytes(plain[at + 1:at + 4], "big")
    if not plain[4] & 0x80:
        at += 4 + int.from_bytes(plain[at + 1:at + 4], "big")
    picture = (struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">I", 1) + b"x"
               + struct.pack(">IIIII", 1, 1, 8, 0, 4) + b"abcd")
    sheet = bytes(128) + struct.pack(">Q", 0) + b"\0" + bytes(258) + b"\1" + struct.pack(">QB", 0, 170) + bytes(12 + 14 + 1)

    def block(kind, data, last=False):
        return bytes([kind | (0x80 if last else 0)]) + len(data).to_bytes(3, "big") + data
    return (plain[:4] + bytes([0]) + plain[5:42] + block(4, vorbis(b"TITLE=abc", b"ALBUMARTIST=who", b"odd"))
            + block(6, picture) + block(2, b"ABCDdata") + block(5, sheet) + block(1, bytes(8), True) + plain[at:])


seed("meta", "rich.wav", rich_wav())
seed("meta", "rich.aiff", rich_aiff())
seed("meta", "rich.caf", rich_caf())
seed("meta", "a.w64", w64())
seed("meta", "a.rf64", rf64())


class Info(ctypes.Structure):
    _fields_ = [("frames", ctypes.c_int64), ("rate", ctypes.c_int), ("channels", ctypes.c_int), ("format", ctypes.c_int),
                ("sections", ctypes.c_int), ("seekable", ctypes.c_int)]


def encoded_seeds():
    """A small sound in every container and coding that this machine's libsndfile writes."""
    name = ctypes.util.find_library("sndfile")
    if not name:
        return
    sndfile = ctypes.CDLL(name)
    sndfile.sf_open.restype = ctypes.c_void_p
    sndfile.sf_open.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(Info)]
    sndfile.sf_writef_short.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    sndfile.sf_close.argtypes = [ctypes.c_void_p]
    containers = list(range(0x01, 0x25))
    codings = list(range(0x01, 0x08)) + list(range(0x10, 0x14)) + [0x20, 0x21, 0x22, 0x23, 0x24, 0x30, 0x31, 0x32, 0x40, 0x41,
                                                                   0x42, 0x50, 0x51, 0x60, 0x64, 0x70, 0x71, 0x72, 0x73, 0x82]
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "seed").encode()
        for container in containers:
            for coding in codings:
                for channels, n_frames in ((1, 60), (2, 700)):
                    info = Info(0, 8000, channels, container << 16 | coding, 0, 0)
                    if not sndfile.sf_format_check(ctypes.byref(info)):
                        continue
                    handle = sndfile.sf_open(path, 0x20, ctypes.byref(info))
                    if not handle:
                        continue
                    count = n_frames * channels
                    sound = (ctypes.c_short * count)(*[(i * 7919) % 20011 - 10000 for i in range(count)])
                    sndfile.sf_writef_short(handle, sound, n_frames)
                    sndfile.sf_close(handle)
                    with open(path, "rb") as file:
                        if channels == 1 and container in (0x17, 0x20, 0x23):
                            seed("meta", f"sf-{container:02x}-{coding:02x}", file.read())
                            file.seek(0)
                            if container == 0x17:
                                seed("meta", f"rich-{coding:02x}.flac", rich_flac(file.read()))
                                file.seek(0)
                        seed("audio", f"sf-{container:02x}-{coding:02x}-{channels}", file.read())


encoded_seeds()
seed("audio", "head.flac", b"fLaC\x80\0\0\x22" + struct.pack(">HH", 4096, 4096) + bytes(6) + bytes.fromhex("01f400f0000000140000")
     + bytes(16))
seed("audio", "head.ogg", b"OggS\0\2" + bytes(20) + b"\1\x1e\1vorbis" + bytes(22))

OPS = [
    '{"id":"a","kind":"box","from_s":1,"to_s":1.5,"low_hz":100,"high_hz":900,"gain_db":"-inf"}',
    '{"id":"b","kind":"stroke","points":[[0.1,440],[0.2,880,0.5,0.7]],"radius_s":0.05,"radius_hz":150,"gain_db":-12,"soft":0.5}',
    '{"id":"c","kind":"lasso","points":[[0,0],[1,0],[1,4000]],"gain_db":-6,"channels":[0],"edge":"strict"}',
    '{"id":"d","kind":"harmonics","from_s":0,"to_s":2,"f0_hz":50,"count":12,"radius_hz":4,"gain_db":"-inf","mode":"restore"}',
]
seed("ops", "octaves.json", '{"version":1,"ops":[{"kind":"stroke","points":[[1,440],[0.2,0,500,0.7]],"radius_s":0.01,'
     '"radius_oct":50,"gain_db":-12}]}')
seed("ops", "all.json", '{"version":1,"grid":{"n_fft":2048,"hop":512,"window":"hann"},"ops":[' + ",".join(OPS) + "]}")
for i, op in enumerate(OPS):
    seed("ops", f"{i}.json", '{"version":1,"ops":[' + op + "]}")

SCHEMA = """PRAGMA application_id = 1397637714; PRAGMA user_version = 2;
    CREATE TABLE project (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
    CREATE TABLE operation (position INTEGER PRIMARY KEY, id TEXT NOT NULL, json TEXT NOT NULL);
    CREATE TABLE step (position INTEGER PRIMARY KEY, kind TEXT NOT NULL, edit INTEGER NOT NULL);
    CREATE TABLE view (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE marker (position INTEGER PRIMARY KEY, from_s REAL, to_s REAL, low_hz REAL, high_hz REAL, label TEXT);"""


def add_edits(db, first, end):
    for i in range(first, end):
        db.execute("INSERT INTO operation VALUES (?, ?, ?)", (i + 1, f"i{i}", OPS[i % 4].replace('"id":"', f'"id":"{i}')))
        db.execute("INSERT INTO step VALUES (?, 'add', ?)", (i + 1, i))
        db.execute("INSERT INTO marker VALUES (?, 1, 2, NULL, 5, 'x')", (i + 1,))
    db.execute("INSERT OR REPLACE INTO project VALUES ('n_done', ?)", (end,))
    db.commit()


def whole_file(path):
    with open(path, "rb") as file:
        return file.read()


with tempfile.TemporaryDirectory() as work:
    for n in (0, 3, 60):
        path = os.path.join(work, f"{n}.db")
        db = sqlite3.connect(path)
        db.executescript(f"PRAGMA page_size = {512 if n < 60 else 4096};" + SCHEMA)
        settings = dict(source_path=b"/a.wav", source_fingerprint=b"00", source_size_bytes=9, rate=8000, channels=1,
                        n_frames=99, n_fft=64, hop=16, window=b"hann", n_done=n)
        db.executemany("INSERT INTO project VALUES (?, ?)", settings.items())
        add_edits(db, 0, n)
        db.close()
        seed("project", f"{n}.sonobrush", whole_file(path))
        db = sqlite3.connect(path)  # from here on into a log, as a session is kept
        db.executescript("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;")
        for i in range(3):
            add_edits(db, n + i, n + i + 1)
        base = whole_file(path)
        seed("log", f"{n}", struct.pack("<I", len(base)) + base + whole_file(path + "-wal"))
        db.close()


def npy(descr, order, shape, data):
    header = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}"
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + data


for target in ("npy", "png"):
    seed(target, "f4.npy", npy("<f4", False, "(33, 26)", bytes(33 * 26 * 4)))
    seed(target, "u1.npy", npy("|u1", True, "(33, 26)", bytes(33 * 26)))
    seed(target, "f8.npy", npy(">f8", False, "(1, 3, 2)", bytes(48)))
    seed(target, "c8.npy", npy("<c8", True, "(3, 2)", bytes(48)))


def png(width, height, kind, raw):
    def part(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    return (b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
            + part(b"IDAT", zlib.compress(raw)) + part(b"IEND", b""))


seed("png", "grey.png", png(26, 33, 0, (b"\0" + bytes(range(26))) * 33))
seed("png", "rgb.png", png(26, 33, 2, (b"\1" + bytes(78)) * 33))
seed("labels", "a.txt", "0.5\t1.25\thello\n\\\t100\t900\n2\t2\tpoint\n")
seed("labels", "a.csv", "start_s,end_s,low_hz,high_hz,label\n0,1,,,a\n1,2,100,200,\"b, \"\"c\"\"\"\n")
