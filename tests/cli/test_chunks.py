# SPDX-License-Identifier: GPL-3.0-or-later
"""What an export leaves alone, seen from outside: bytes of the same container, samples of every recording, chunks and
their times in another container or a part."""
import json
import os
import re
import struct
import subprocess

import containers
import sbtest
from containers import Sound, chunks, payload, read_sound, write
from sbtest import np, main, CliTest, slurp, DATA

sbtest.need_numpy()

RATE = 48000
BEXT_TIME = 338


def noise(n, channels=2, bits=24, is_float=False, seed=1):
    rng = np.random.default_rng(seed)
    if is_float:
        return rng.uniform(-0.5, 0.5, n * channels).astype("<f4" if bits == 32 else "<f8").tobytes()
    return rng.integers(0, 256, n * channels * bits // 8, dtype="u1").tobytes()


def bext(time=RATE * 3600, history=b"A=PCM,F=48000,W=24,M=stereo,T=first!\r\n"):
    return struct.pack("<256s32s32s10s8sQH", b"A garden", b"Recorder", b"ref", b"2026-01-02", b"03:04:05", time,
                       1).ljust(602, b"\0") + history


def cue(points):
    return struct.pack("<I", len(points)) + b"".join(
        struct.pack("<II4sIII", number, frame, b"data", 0, 0, frame) for number, frame in points)


def labels(points):
    text = b"adtl"
    for number, name in points:
        body = struct.pack("<I", number) + name + b"\0"
        text += b"labl" + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)
    return text


def smpl(loops):
    return struct.pack("<9I", 0, 0, 20833, 60, 0, 0, 0, len(loops), 0) + b"".join(
        struct.pack("<6I", i, 0, start, end, 0, 0) for i, (start, end) in enumerate(loops))


def ixml(time):
    text = (f"<BWFXML><SPEED><TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>{time >> 32}</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>"
            f"<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>{time & 0xffffffff}</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO></SPEED>"
            f"</BWFXML>").encode()
    return text + b"\n" * (len(text) % 2)


def info(**texts):
    body = b"INFO"
    for name, text in texts.items():
        text = text.encode() + b"\0"
        body += name.encode() + struct.pack("<I", len(text)) + text + bytes(len(text) % 2)
    return body


class Chunks(CliTest):
    def ops(self, from_s=None, to_s=None, low_hz=0, high_hz=0):
        box = {"kind": "box", "from_s": from_s, "to_s": to_s, "low_hz": low_hz, "high_hz": high_hz, "gain_db": "-inf"}
        path = self.path("ops.json")
        with open(path, "w") as out:
            json.dump({"version": 1, "ops": [box] if to_s else []}, out)
        return path

    def painted(self, path, name, *options, sound=None):
        """Exports with one box in the middle; (path, told).  sound: what the file holds, where that is known."""
        if sound is None:
            told = json.loads(self.do("info", "--json", path))
            n_frames, rate = told["frames"], told["rate_hz"]
        else:
            n_frames, rate = len(sound.samples) // (sound.channels * sound.bits // 8), sound.rate
        length, nyquist = n_frames / rate, rate / 2
        out, ops = self.path(name), self.ops(0.4 * length, 0.6 * length, 0.1 * nyquist, 0.5 * nyquist)
        return out, self.do("edit", path, "--ops", ops, "-o", out, "--removed", self.path("r.wav"), "--report", *options)

    def check_cmp(self, path, out, told, frame_bytes):
        """Bytes differ only inside frames of which something was removed, as many as the report says."""
        a, b = np.frombuffer(slurp(path), "u1"), np.frombuffer(slurp(out), "u1")
        self.assertEqual(len(a), len(b), path)
        _, begin, size = [each for each in chunks(path) if each[0] == "data"][0]
        where = np.flatnonzero(a != b)
        if len(where) == 0:  # a recording that begins with silence
            self.assertIn("frames changed   0 of", told)
            return False
        self.assertTrue(begin <= where[0] and where[-1] < begin + size, path)
        changed = np.unique((where - begin) // frame_bytes)
        removed = np.flatnonzero(sbtest.read_wav(self.path("r.wav"))[1].any(axis=1))
        self.assertEqual(len(np.setdiff1d(changed, removed)), 0, path)
        self.assertIn("frames changed   %d of" % len(changed), told)
        self.assertIn("Everything else is identical to the recording, byte for byte: checked.", told)
        return True

    # ---- the same container ----

    def listed(self):
        """The WAVs of the table that are there; some are made from others and may be missing."""
        sbtest.need_in_test(os.path.isdir(os.path.join(DATA, "real")), "the folder of shared recordings (SB_SHARED_DATA)")
        with open(os.path.join(DATA, "real", "WAV_CHUNKS.tsv")) as table:
            names = [line.split("\t")[0] for line in table.read().splitlines()[1:]]
        names = [name for name in names if os.path.exists(os.path.join(DATA, "real", name))]
        self.assertGreater(len(names), 12)
        return names

    def test_recordings_with_chunks(self):
        for name in self.listed():
            path = os.path.join(DATA, "real", name)
            sound = read_sound(path)
            if sound is None:  # ADPCM has no samples of its own to keep
                continue
            out, told = self.painted(path, "out" + os.path.splitext(name)[1], sound=sound)
            self.assertTrue(self.check_cmp(path, out, told, sound.channels * sound.bits // 8), path)

    def odd(self, name, body, frame_bytes, unused=0):
        """In place all the same: nothing but samples changes, and their unused low bits stay 0."""
        path = self.path(name)
        with open(path, "wb") as out:
            out.write(body)
        out, told = self.painted(path, "out-" + name)
        a, b = np.frombuffer(body, "u1"), np.frombuffer(slurp(out), "u1")
        self.assertEqual(len(a), len(b), name)
        where = np.flatnonzero(a != b)
        _, begin, size = [each for each in chunks(path) if each[0] == "data"][0]
        self.assertTrue(len(where) > 1000 and begin <= where[0] and where[-1] < begin + size, name)
        self.assertIn("frames changed   %d of" % len(np.unique((where - begin) // frame_bytes)), told)
        self.assertIn("Everything else is identical to the recording, byte for byte", told)
        return b[begin:begin + size]

    def test_valid_bits(self):
        """24 bits in 32, 20 in 24, 12 in 16: with the header's word for it, or by a width that is no whole bytes."""
        n, ids = 9000, "<HHIIHH"

        def wav(bits, valid, extensible):
            size = (bits + 7) // 8
            raw = np.frombuffer(noise(n, 2, 8 * size), "u1").reshape(-1, size).copy()
            unused = 8 * size - valid
            raw[:, 0] &= 0xff << unused & 0xff
            fmt = struct.pack(ids, 0xfffe if extensible else 1, 2, RATE, RATE * 2 * size, 2 * size, bits)
            if extensible:
                fmt += struct.pack("<HHIH", 22, valid, 3, 1) + bytes.fromhex("000000001000800000aa00389b71")
            rest = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"JUNK" + struct.pack("<I", 6) + b"junk!!"
            rest += b"data" + struct.pack("<I", raw.size) + raw.tobytes()
            return b"RIFF" + struct.pack("<I", len(rest)) + rest, size, (1 << unused) - 1

        for bits, valid, extensible in ((32, 24, True), (24, 20, True), (16, 12, True), (20, 20, False), (12, 12, False)):
            body, size, low = wav(bits, valid, extensible)
            samples = self.odd("v%d-%d.wav" % (bits, valid), body, 2 * size).reshape(-1, size)
            self.assertFalse((samples[:, 0] & low).any(), bits)

    def test_samples_first(self):
        """AIFF whose samples stand before their description, and one of 12 bits."""
        raw = np.frombuffer(noise(9000, 2, 16), "u1").reshape(-1, 2).copy()
        raw[:, 1] &= 0xf0

        def chunk(name, body):
            return name + struct.pack(">I", len(body)) + body

        for bits in (16, 12):
            comm = chunk(b"COMM", struct.pack(">HIH", 2, 9000, bits) + struct.pack(">HQ", 16383 + 15, RATE << 48))
            ssnd = chunk(b"SSND", bytes(8) + raw.tobytes())
            for order in ((ssnd, comm), (comm, ssnd)):
                body = b"AIFF" + b"".join(order)
                samples = self.odd("first%d.aiff" % bits, b"FORM" + struct.pack(">I", len(body)) + body, 4).reshape(-1, 2)
                self.assertEqual(bool((samples[:, 1] & 0xf).any()), bits == 16)

    def test_long_chunks_of_rf64(self):
        """A chunk whose size stands in ds64's table ends there: what follows is not part of it."""
        sound = noise(9000, 2, 16)
        table = struct.pack("<QQQI", 0, len(sound), 9000, 1) + b"BIGC" + struct.pack("<Q", 8)
        body = b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<I", len(table)) + table
        body += b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, RATE, RATE * 4, 4, 16) + b"data\xff\xff\xff\xff" + sound
        body += b"BIGC\xff\xff\xff\xff12345678" + b"axml" + struct.pack("<I", 4) + b"<a/>"
        path, out = self.path("long.rf64"), self.path("long.w64")
        with open(path, "wb") as file:
            file.write(body)
        self.do("edit", path, "--ops", self.ops(), "-o", out)
        self.assertEqual(payload(out, "BIGC"), b"12345678")
        self.assertEqual(payload(out, "axml"), b"<a/>")
        listed = json.loads(self.do("info", "--json", path))["chunks"]
        self.assertEqual([(each["id"], each["size_bytes"]) for each in listed][-2:], [("BIGC", 8), ("axml", 4)])

    def test_lost_power(self):
        """A recorder that never wrote the lengths: read to the end, told, and exported as a sound file."""
        sound = noise(9000, 2, 16)
        for riff in (0, 0xffffffff):
            head = b"RIFF" + struct.pack("<I", riff) + b"WAVE" + b"bext" + struct.pack("<I", len(bext())) + bext()
            head += b"fmt " + struct.pack("<IHHIIHH", 16, 1, 2, RATE, RATE * 4, 4, 16) + b"data" + bytes(4)
            path = self.path("lost.wav")
            with open(path, "wb") as file:
                file.write(head + sound)
            told = json.loads(self.do("info", "--json", path))
            self.assertEqual(told["frames"], 9000)
            self.assertIn("never wrote the length", told["note"])
            self.assertIn("read to the end of the file", self.do("info", path))
            for ops in (self.ops(), None):
                out = self.path("out.wav")
                report = self.do("edit", path, "--ops", ops, "-o", out, "--report") if ops else self.painted(path, "out.wav")[1]
                self.assertIn("(its header was never finished), so the file was written anew", report)
                self.assertEqual(struct.unpack("<I", slurp(out)[4:8])[0], os.path.getsize(out) - 8)
                self.assertEqual(len(payload(out, "data")), len(sound))
                self.assertEqual(payload(out, "bext"), bext())
                self.assertEqual(payload(out, "data") == sound, ops is not None)
            with open(path, "wb") as file:
                file.write(head)
            self.refused("edit", path, "--ops", self.ops(), "-o", self.path("no.wav"), says="holds no sound")

    def test_written_anew(self):
        """What cannot be overwritten in place is told, and why."""
        sound = noise(9000, 2, 16)
        comm = struct.pack(">HIH", 2, 8000, 16) + struct.pack(">HQ", 16383 + 15, RATE << 48)  # 1000 frames too few
        rest = b"AIFFCOMM" + struct.pack(">I", 18) + comm + b"SSND" + struct.pack(">I", len(sound) + 8) + bytes(8) + sound
        path = self.path("lie.aiff")
        with open(path, "wb") as file:
            file.write(b"FORM" + struct.pack(">I", len(rest)) + rest)
        told = self.painted(path, "out.aiff")[1]
        self.assertIn("Everything outside the painted part is identical to the recording's", told)
        self.assertIn("(its header can be understood in two ways), so the file was written anew", told)
        flac = self.path("in.flac")
        self.do("edit", path, "--ops", self.ops(), "-o", flac)
        self.assertIn("(its samples are compressed), so the file was written anew", self.painted(flac, "out.flac")[1])

    def test_recordings_in_other_wrappings(self):
        """Each recording in two of the four, in the long run in all."""
        kinds, n = ("rf64", "aiff", "w64", "caf"), 0
        for number, name in enumerate(self.listed()):
            sound = read_sound(os.path.join(DATA, "real", name))
            if sound is None:
                continue
            frame_bytes = sound.channels * sound.bits // 8
            sound = sound._replace(samples=sound.samples[:50001 * frame_bytes])
            for kind in kinds if os.environ.get("SB_LONG_TESTS") else kinds[number % 2 * 2:][:2]:
                seed = len(name) + len(kind)
                before = [("od%d " % i, noise(seed + i, 1, 8, seed=i)) for i in range(2)]
                path = self.path("in." + kind)
                if kind == "rf64":  # libsndfile loses its way behind a chunk of odd size
                    before = [(id, body + bytes(len(body) % 2)) for id, body in before]
                write(kind, path, sound, before, [("last", noise(77, 1, 8))])
                out, told = self.painted(path, "out." + kind, sound=sound)
                n += self.check_cmp(path, out, told, frame_bytes)
        self.assertGreater(n, 20)

    def test_unpainted_recordings(self):
        sbtest.need_in_test(os.path.isdir(os.path.join(DATA, "real")), "the folder of shared recordings (SB_SHARED_DATA)")
        n = 0
        for folder in ("real", "real/formats"):
            for name in sorted(os.listdir(os.path.join(DATA, folder))):
                path, ending = os.path.join(DATA, folder, name), os.path.splitext(name)[1]
                if ending.lower() not in (".wav", ".wavex", ".aif", ".aiff", ".caf", ".w64", ".rf64", ".au", ".flac",
                                          ".ogg", ".oga", ".opus", ".mp3"):
                    continue
                out = self.path("out" + ending)
                status, told, why = sbtest.run("edit", path, "--ops", self.ops(), "-o", out, "--report")
                if status and "which cannot hold" in why:
                    continue
                self.assertEqual(status, 0, path + why)
                self.assertRegex(told, "Everything is identical|audio is identical", path)
                self.assertIn("frames changed   0 of", told)
                self.assertEqual(slurp(path), slurp(out), path)
                self.assertEqual(*re.findall(r"SHA-256 +(\w{64})", told))
                os.unlink(out)
                if ending == ".mp3" or "opus" in name:
                    n += 1
                    continue
                # another container: sample for sample, by its own words
                other = self.path("other.caf" if ending.startswith(".wav") else "other.wav")
                told = self.do("edit", path, "--ops", self.ops(), "-o", other, "--report")
                if ending not in (".ogg", ".oga") and "adpcm" not in name:
                    self.assertRegex(told, "Everything is identical|audio is identical", path)
                n += 1
        self.assertGreater(n, 45)

    # ---- another container ----

    def full(self, n=20000):
        """A WAV with everything."""
        sound = Sound(RATE, 2, 24, False, noise(n))
        before = [("bext", bext()), ("iXML", ixml(RATE * 3600)), ("own ", b"seven!!")]
        after = [("cue ", cue([(1, 3000), (2, 9000), (7, 15000)])),
                 ("LIST", labels([(1, b"one"), (2, b"two"), (7, b"seven")])),
                 ("LIST", info(INAM="Morning", IART="Anna")), ("smpl", smpl([(100, 200), (8000, 9000)]))]
        path = self.path("full.wav")
        write("wav", path, sound, before, after)
        return path, before, after, sound

    def test_riff_family(self):
        path, before, after, _ = self.full()
        for kind in ("rf64", "w64", "wav"):
            out = self.path("out." + kind)
            told = self.do("edit", path, "--ops", self.ops(), "-o", out, "--report", "--subtype",
                           "pcm_32" if kind == "wav" else "pcm_24")
            self.assertNotIn("left out", told)
            self.assertIn("audio is identical", told)
            got = [(id, slurp(out)[at:at + size]) for id, at, size in chunks(out)
                   if id not in ("fmt ", "data", "ds64", "fact")]
            self.assertEqual(sorted(got), sorted(before + after), kind)
            order = [each[0] for each in got if each[0] != "own "]
            self.assertEqual(order, [each[0] for each in before + after if each[0] != "own "], kind)
            again = self.path("again.wav")  # and back
            self.do("edit", out, "--ops", self.ops(), "-o", again, "--subtype", "pcm_24")
            self.assertEqual(payload(again, "data"), payload(path, "data"))
            self.assertEqual(payload(again, "bext"), payload(path, "bext"))

    def test_aiff_and_caf(self):
        path, _, _, sound = self.full()
        aiff, caf, back = self.path("o.aiff"), self.path("o.caf"), self.path("back.wav")
        told = self.do("edit", path, "--ops", self.ops(), "-o", aiff, "--report")
        self.assertIn("left out         bext, iXML, own, smpl", told)
        self.assertEqual(payload(aiff, "NAME"), b"Morning")
        self.assertEqual(payload(aiff, "AUTH"), b"Anna")
        self.assertEqual(payload(aiff, "MARK"), struct.pack(">H", 3) + struct.pack(">HI", 1, 3000) + b"\3one" +
                         struct.pack(">HI", 2, 9000) + b"\3two" + struct.pack(">HI", 3, 15000) + b"\5seven")
        self.assertEqual(payload(aiff, "data"), containers.swapped(sound))
        self.do("edit", path, "--ops", self.ops(), "-o", caf)
        self.assertIn(b"title\0Morning\0", payload(caf, "info"))
        self.assertEqual(struct.unpack(">d", payload(caf, "mark")[8 + 28 + 4:][:8])[0], 9000)
        self.assertIn(b"one\0two\0seven\0", payload(caf, "strg"))
        self.assertEqual(payload(caf, "data"), containers.swapped(sound))
        for kind in (aiff, caf):
            self.do("edit", kind, "--ops", self.ops(), "-o", back)
            self.assertEqual(payload(back, "cue "), cue([(1, 3000), (2, 9000), (3, 15000)]))
            self.assertEqual(payload(back, "LIST", 1), labels([(1, b"one"), (2, b"two"), (3, b"seven")]))
            self.assertIn(b"Morning", payload(back, "LIST"))
            self.assertEqual(payload(back, "data"), sound.samples)

    def test_tags(self):
        path, _, _, _ = self.full()
        flac, ogg = self.path("o.flac"), self.path("o.ogg")
        told = self.do("edit", path, "--ops", self.ops(), "-o", flac, "--report")
        self.assertIn("left out         bext, iXML, own, cue, smpl", told)
        self.assertIn("audio is identical", told)
        told = self.do("edit", path, "--ops", self.ops(), "-o", ogg, "--report")
        self.assertIn("All was encoded anew as Vorbis", told)
        self.assertNotIn("nothing changed", told)
        for out in (flac, ogg):
            head = slurp(out)[:5000].upper()
            self.assertIn(b"TITLE=MORNING", head)
            self.assertIn(b"ARTIST=ANNA", head)
        text = "Grün".encode("utf-16")
        id3 = b"TIT2" + struct.pack(">IH", len(text) + 1, 0) + b"\1" + text
        id3 = b"ID3\3\0\0\0\0\0" + bytes([len(id3)]) + id3
        tagged, out = self.path("tagged.wav"), self.path("tagged.flac")
        write("wav", tagged, Sound(RATE, 1, 16, False, noise(9000, 1, 16)), [], [("id3 ", id3)])
        self.do("edit", tagged, "--ops", self.ops(), "-o", out)
        self.assertTrue("itle=Grün".encode() in slurp(out)[:5000])

    def flac_blocks(self, path):
        """[(type, bytes)] without padding and the stream's description, and where the frames begin."""
        raw, at, found, last = slurp(path), 4, [], False
        self.assertEqual(raw[:4], b"fLaC")
        while not last:
            kind, last, size = raw[at] & 127, raw[at] >> 7, int.from_bytes(raw[at + 1:at + 4], "big")
            if kind not in (0, 1):
                found.append((kind, raw[at + 4:at + 4 + size]))
            at += 4 + size
        self.assertEqual(raw[at], 0xff)
        return found, at

    def test_flac_blocks(self):
        """Pictures, tags that nobody knows, application blocks: byte for byte through painting and cutting."""
        path, _, _, sound = self.full()
        plain, rich = self.path("plain.flac"), self.path("rich.flac")
        self.do("edit", path, "--ops", self.ops(), "-o", plain, "--no-metadata")
        entries = [b"TITLE=Morning", b"SPECIES=Turdus merula", "ORT=München".encode()]
        tags = struct.pack("<I", 4) + b"mine" + struct.pack("<I", len(entries))
        tags += b"".join(struct.pack("<I", len(each)) + each for each in entries)
        blocks = [(2, b"test" + noise(100, 1, 8)), (4, tags), (6, struct.pack(">II", 3, 9) + b"image/png" +
                                                               struct.pack(">6I", 0, 1, 1, 24, 0, 5000) + noise(5000, 1, 8))]
        raw, (_, frames) = slurp(plain), self.flac_blocks(plain)
        with open(rich, "wb") as out:
            out.write(raw[:42] + b"".join(bytes([kind]) + len(body).to_bytes(3, "big") + body for kind, body in blocks) +
                      b"\x81\0\0\x10" + bytes(16) + raw[frames:])
        whole, told = self.painted(rich, "whole.flac")
        self.assertEqual(self.flac_blocks(whole)[0], blocks)
        self.assertNotIn("left out", told)
        part, _ = self.painted(rich, "part.flac", "--from", "0.1", "--to", "0.3")
        self.assertEqual(self.flac_blocks(part)[0], blocks)
        wav, told = self.painted(rich, "out.wav")
        self.assertIn("left out         appl, pict, SPECIES, ORT\n", told)
        self.assertIn(b"Morning", payload(wav, "LIST"))
        again = self.path("again.wav")
        self.do("edit", whole, "--ops", self.ops(), "-o", again)
        self.assertEqual(payload(again, "data"), payload(wav, "data"))
        bare, _ = self.painted(rich, "bare.flac", "--no-metadata")
        self.assertEqual([kind for kind, _ in self.flac_blocks(bare)[0]], [4])  # the encoder's name

    def test_mp3_tags(self):
        """What is in an ID3 tag beyond the usual texts goes into a WAV as it is, and is named where it cannot."""
        path, _, _, _ = self.full()
        plain, rich, two = self.path("plain.mp3"), self.path("rich.mp3"), self.path("two.mp3")
        self.do("edit", path, "--ops", self.ops(), "-o", plain, "--no-metadata")
        frames = [(b"TIT2", b"\0Morning"), (b"TALB", b"\0Birds"), (b"TPE2", b"\0All"), (b"TXXX", b"\0SPECIES\0Turdus"),
                  (b"TXXX", b"\0PLACE\0Wood"), (b"APIC", b"\0image/png\0\3\0" + noise(3000, 1, 8))]
        body = b"".join(id + struct.pack(">IH", len(text), 0) + text for id, text in frames)
        tag = b"ID3\3\0\0" + bytes(len(body) >> shift & 127 for shift in (21, 14, 7, 0)) + body
        with open(rich, "wb") as out:
            out.write(tag + slurp(plain) + b"APETAGEX" + bytes(24))
        told = self.painted(rich, "out.ogg")[1]
        self.assertIn("left out         APE tag, album artist, own text ×2, picture\n", told)
        wav, told = self.painted(rich, "out.wav")
        self.assertIn("left out         APE tag\n", told)
        self.assertEqual(payload(wav, "id3 "), tag)
        aiff, told = self.painted(rich, "out.aiff")
        self.assertIn("left out         APE tag\n", told)  # the album is in its ID3
        self.assertIn("album", self.painted(rich, "out.au")[1])

    def ogg_with(self, path, name, entries):
        """The same stream with other comments, as many pages as they need."""
        table = []
        for byte in range(256):
            value = byte << 24
            for _ in range(8):
                value = (value << 1) ^ (0x04c11db7 if value & 0x80000000 else 0)
            table.append(value & 0xffffffff)

        def page(head, lengths, body, number):
            raw = bytearray(head[:18] + struct.pack("<I", number) + bytes(4) + bytes([len(lengths)]) + bytes(lengths) + body)
            check = 0
            for byte in raw:
                check = (check << 8 & 0xffffffff) ^ table[check >> 24 ^ byte]
            raw[22:26] = struct.pack("<I", check)
            return bytes(raw)

        raw, at, pages = slurp(path), 0, []
        while at < len(raw):
            n = raw[at + 26]
            lengths = list(raw[at + 27:at + 27 + n])
            begin, at = at, at + 27 + n + sum(lengths)
            pages.append((raw[begin:begin + 27], lengths, raw[at - sum(lengths):at]))
        heads = [(length, i) for i, (_, lengths, _) in enumerate(pages[1:4], 1) for length in lengths]
        packets, current, used = [], 0, 0  # the two header packets behind the first page
        for length, i in heads:
            current += length
            if length < 255:
                packets.append(current)
                current, used = 0, i
            if len(packets) == 2:
                break
        setup = b"".join(body for _, _, body in pages[1:used + 1])[packets[0]:packets[0] + packets[1]]
        comments = b"\3vorbis" + struct.pack("<I", 4) + b"mine" + struct.pack("<I", len(entries))
        comments += b"".join(struct.pack("<I", len(each)) + each for each in entries) + b"\1"
        lengths, body = [], comments + setup
        for packet in (comments, setup):
            lengths += [255] * (len(packet) // 255) + [len(packet) % 255]
        new, number, head = [page(*pages[0], 0)], 1, bytearray(pages[1][0])
        while lengths:
            some, lengths = lengths[:255], lengths[255:]
            head[5] = 1 if number > 1 and new and last == 255 else 0
            head[6:14] = bytes(8) if some != [255] * len(some) else b"\xff" * 8
            new.append(page(bytes(head), some, body[:sum(some)], number))
            body, last, number = body[sum(some):], some[-1], number + 1
        for each in pages[used + 1:]:
            new.append(page(*each, number))
            number += 1
        out = self.path(name)
        with open(out, "wb") as file:
            file.write(b"".join(new))
        return out

    def test_ogg_tags(self):
        path, _, _, _ = self.full()
        plain = self.path("plain.ogg")
        self.do("edit", path, "--ops", self.ops(), "-o", plain, "--no-metadata")
        picture = b"METADATA_BLOCK_PICTURE=" + bytes(65 + b % 26 for b in noise(90000, 1, 8))  # two pages and more
        rich = self.ogg_with(plain, "rich.ogg", [b"TITLE=Morning", b"ARTIST=Anna", b"artist=Berta", b"LICENSE=CC0",
                                                 b"SPECIES=Turdus", b"SPECIES=Parus", picture])
        out, told = self.painted(rich, "out.ogg")
        self.assertIn("left out         artist, SPECIES ×2, picture\n", told)
        self.assertIn(b"TITLE=Morning", slurp(out)[:5000])
        self.assertIn("left out         artist, SPECIES ×2, picture, license\n", self.painted(rich, "out.wav")[1])
        self.assertNotIn("left out", self.do("edit", rich, "--ops", self.ops(), "-o", self.path("same.ogg"), "--report"))

    def test_narrower(self):
        """Only what the painting changed is counted; the conversion is told apart."""
        path, _, _, sound = self.full()
        told = self.do("edit", path, "--ops", self.ops(), "-o", self.path("o.wav"), "--subtype", "pcm_16", "--report")
        self.assertIn("frames changed   0 of", told)
        self.assertIn("All samples are converted to 16 bits", told)
        out, told = self.painted(path, "o.wav", "--subtype", "pcm_16")
        raw = np.frombuffer(sound.samples, "u1").astype(np.int32).reshape(-1, 2, 3)
        exact = (raw[..., 0] | raw[..., 1] << 8 | raw[..., 2] << 16)
        plain = np.rint((exact - (exact >> 23 << 24)) / 256).clip(-32768, 32767)
        changed = (np.frombuffer(payload(out, "data"), "<i2").reshape(-1, 2) != plain).any(axis=1)
        removed = sbtest.read_wav(self.path("r.wav"))[1].any(axis=1)
        self.assertFalse((changed & ~removed).any())
        self.assertIn("frames changed   %d of" % changed.sum(), told)

    # ---- a part ----

    def test_part(self):
        path, _, _, sound = self.full()
        whole, _ = self.painted(path, "whole.wav")
        for kind in ("wav", "rf64", "w64"):
            out, told = self.painted(path, "part." + kind, "--from", "0.1", "--to", "0.3")
            first, end = 4800, 14400
            self.assertEqual(payload(out, "data"), payload(whole, "data")[first * 6:end * 6], kind)
            self.assertEqual(payload(out, "cue "), cue([(2, 9000 - first)]))
            lists = [payload(out, "LIST", i) for i in range(2)]
            self.assertIn(labels([(2, b"two")]), lists)
            self.assertIn(info(INAM="Morning", IART="Anna"), lists)
            self.assertEqual(payload(out, "smpl"), smpl([(8000 - first, 9000 - first)])[:36] +
                             struct.pack("<6I", 1, 0, 8000 - first, 9000 - first, 0, 0))
            time = struct.unpack("<Q", payload(out, "bext")[BEXT_TIME:][:8])[0]
            self.assertEqual(time, RATE * 3600 + first)
            self.assertEqual(payload(out, "iXML").rstrip(), ixml(RATE * 3600 + first).rstrip())
            self.assertIn("left out         own", told)
            self.assertIn("of %d" % (end - first), told)
        flac, _ = self.painted(path, "part.flac", "--from", "0.1", "--to", "0.3")
        back = self.path("back.wav")
        self.do("edit", flac, "--ops", self.ops(), "-o", back)
        self.assertEqual(payload(back, "data"), payload(whole, "data")[4800 * 6:14400 * 6])
        for wrong in (("--from", "0.5"), ("--from", "-1"), ("--from", "0.2", "--to", "0.2")):
            self.refused("edit", path, "--ops", self.ops(), "-o", self.path("x.wav"), *wrong, says="from 0 to")

    def test_time_reference_beyond_32_bits(self):
        path, time = self.path("late.wav"), 2**32 - 1000
        write("wav", path, Sound(RATE, 1, 16, False, noise(9000, 1, 16)), [("bext", bext(time)), ("iXML", ixml(time))])
        out = self.path("out.wav")
        self.do("edit", path, "--ops", self.ops(), "-o", out, "--from", "0.1")
        self.assertEqual(struct.unpack("<Q", payload(out, "bext")[BEXT_TIME:][:8])[0], time + 4800)
        self.assertEqual(payload(out, "iXML").rstrip(), ixml(time + 4800).rstrip())

    def test_history_only_when_asked(self):
        path, _, _, _ = self.full()
        out = self.path("out.wav")
        self.do("edit", path, "--ops", self.ops(), "-o", out)
        self.assertEqual(slurp(out), slurp(path))
        self.do("edit", path, "--ops", self.ops(), "-o", out, "--history")
        self.assertEqual(payload(out, "bext"), payload(path, "bext") + b"A=PCM,F=48000,W=24,M=stereo,T=Sonobrush\r\n")
        self.assertEqual(payload(out, "data"), payload(path, "data"))
        self.do("edit", path, "--ops", self.ops(), "-o", out, "--no-metadata")
        self.assertEqual([each[0] for each in chunks(out)], ["fmt ", "data"])
        self.assertEqual(payload(out, "data"), payload(path, "data"))

    # ---- where not to ----

    def test_links_and_projects(self):
        path, _, _, _ = self.full(9000)
        project, real, link = (self.path(name) for name in ("take.sonobrush", "real.wav", "link.wav"))
        self.do("edit", path, "--ops", self.ops(0.05, 0.1, 500, 3000), "-o", real, "--project", project)
        os.symlink("real.wav", link)
        self.do("export", project, "-o", link)  # what it points to is replaced
        self.assertTrue(os.path.islink(link))
        disguised = self.path("disguised.wav")
        os.symlink("take.sonobrush", disguised)
        self.refused("export", project, "-o", project, says="never changed")
        self.refused("export", project, "-o", disguised, says="never changed")
        self.refused("edit", path, "--ops", self.ops(), "-o", disguised, says="it is a Sonobrush project")
        self.refused("edit", path, "--ops", self.ops(), "-o", project, says="it is a Sonobrush project")
        self.refused("export", project, "-o", path, says="never changed")
        to_source = self.path("source.wav")
        os.symlink("full.wav", to_source)
        self.refused("export", project, "-o", to_source, says="never changed")
        self.refused("edit", path, "--ops", self.ops(), "-o", to_source, says="never changed")
        self.refused("edit", path, "--ops", self.ops(), "-o", self.path("o.wav"), "--removed", disguised,
                     says="it is a Sonobrush project")

    def test_another_reader(self):
        """sox reads what we write ourselves, where it is installed."""
        try:
            subprocess.run(["sox", "--version"], stdout=subprocess.DEVNULL, check=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("sox is not installed")
        # floats go through integers
        for channels, bits, is_float in ((1, 8, False), (2, 16, False), (2, 24, False), (6, 24, False)):
            sound = Sound(44100, channels, bits, is_float, noise(5001, channels, bits, is_float))
            path = self.path("in.wav")
            write("wav", path, sound)
            for kind in ("wav", "aiff", "caf", "w64"):
                if kind == "aiff" and bits == 8:  # unsigned in AIFC, which sox does not know
                    continue
                out, raw = self.path("out." + kind), self.path("out.raw")
                self.do("edit", path, "--ops", self.ops(), "-o", out, *(["--no-metadata"] if kind == "wav" else []))
                coding = ["-e", "unsigned" if bits == 8 else "signed"]
                done = subprocess.run(["sox", "-D", out, "-t", "raw", "-L", "-b", str(bits), *coding, raw],
                                      stderr=subprocess.PIPE)
                if done.returncode and b"no handler" in done.stderr:
                    continue
                self.assertEqual(done.returncode, 0, (kind, channels, bits, done.stderr))
                self.assertEqual(slurp(raw), sound.samples, (kind, channels, bits))


if __name__ == "__main__":
    main()
