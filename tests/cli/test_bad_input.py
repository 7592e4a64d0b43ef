# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is handed in: one sentence on one line, exit status 1, nothing written, nothing lost.  Needs no numpy."""
import json
import os
import resource
import signal
import struct
import subprocess
import time

import sbtest
from sbtest import CLI, main, CliTest, slurp, run


def wav(frames, channels=1, rate=8000):
    """16-bit, a ramp"""
    data = b"".join(struct.pack("<h", (i * 37) % 20000 - 10000) for i in range(frames * channels))
    return (b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " +
            struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16) + b"data" +
            struct.pack("<I", len(data)) + data)


def npy(shape, data=None, descr="|b1"):
    head = ("{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, shape)).encode()
    if data is None:
        n = 1
        for size in shape:
            n *= size
        data = b"\1" * n
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(head)) + head + data


class BadInput(CliTest):
    def put(self, name, data):
        with open(os.path.join(os.fsencode(self.dir), os.fsencode(name)), "wb") as f:
            f.write(data)
        return self.path(name) if isinstance(name, str) else os.path.join(os.fsencode(self.dir), name)

    def setUp(self):
        super().setUp()
        self.wav = self.put("good.wav", wav(4000))
        self.mask = self.put("mask.npy", npy((129, 63)))  # n_fft 256, hop 64
        self.ops = self.put("ops.json", json.dumps({"version": 1, "grid": {"n_fft": 256, "hop": 64}, "ops": [
            {"kind": "box", "from_s": 0.1, "to_s": 0.3, "low_hz": 500, "high_hz": 2000, "gain_db": "-inf"}]}).encode())

    def commands(self, source, out=None):
        """Each command that reads a recording, writing to `out` (an extension is added when it is a bare path)."""
        def o(ext):
            return out if out else self.path("out" + ext)
        yield ["stft", source, "-o", o(".npy")]
        yield ["apply", source, "--mask", self.mask, "-o", o(".wav"), "--n-fft", "256"]
        yield ["edit", source, "--ops", self.ops, "-o", o(".wav")]
        yield ["render", source, "-o", o(".png")]

    def test_the_good_file_is_good(self):
        """Otherwise the refusals below would prove nothing."""
        self.do("info", self.wav)
        for call in self.commands(self.wav):
            self.do(*call)

    def test_no_recording(self):
        sources = {
            "text.wav": b"This is not audio, it is a letter.\n" * 40,
            "empty.wav": b"",
            "riff.wav": b"RIFF\x24\0\0\0WAVE",
            "short.wav": wav(4000)[:30],
            "random.flac": bytes((i * 7919) % 251 for i in range(3000)),
        }
        for name, data in sources.items():
            self.put(name, data)
            self.refused("info", self.path(name), says=name)
            for call in self.commands(self.path(name)):
                self.refused(*call, says=name)
        os.mkdir(self.path("folder.wav"))
        os.mkfifo(self.path("pipe.wav"))
        os.symlink("loop.wav", self.path("loop.wav"))
        for name in ("missing.wav", "folder.wav", "pipe.wav", "loop.wav", "good.wav/x.wav"):
            self.refused("info", self.path(name), says=os.path.basename(name))
            for call in self.commands(self.path(name)):
                self.refused(*call, says=os.path.basename(name))

    def test_unreadable(self):
        if os.geteuid() == 0:
            self.skipTest("root reads everything")
        os.chmod(self.wav, 0)
        for call in self.commands(self.wav):
            self.refused(*call, says="good.wav")

    def test_zero_frames(self):
        """`info` tells about it, the rest refuses."""
        source = self.put("zero.wav", wav(0))
        self.assertEqual(json.loads(self.do("info", "--json", source))["frames"], 0)
        self.do("info", source)
        for call in self.commands(source):
            self.refused(*call, says="zero.wav")

    def test_not_finite(self):
        """Shown and kept as they are where nothing is painted."""
        values = [float("nan"), float("inf"), float("-inf")] + [0.25] * 3997
        data = struct.pack("<4000f", *values)
        source = self.put("nan.wav", b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack(
            "<IHHIIHH", 16, 3, 1, 8000, 32000, 4, 32) + b"data" + struct.pack("<I", len(data)) + data)
        for call in self.commands(source):
            self.do(*call)
        self.do("edit", source, "--ops", self.ops, "-o", self.path("y.wav"))
        self.assertEqual(slurp(self.path("y.wav"))[44:56], data[:12])
        self.assertNotEqual(slurp(self.path("y.wav")), slurp(source))

    def test_masks(self):
        for shape in ((128, 63), (129, 62), (63, 129), (129,), (2, 129, 63), (0, 63)):
            self.refused("apply", self.wav, "--mask", self.put("bad.npy", npy(shape)), "-o", self.path("y.wav"), "--n-fft",
                         "256", says="(129, 63)")
        good = npy((129, 63))
        bad = [b"", b"\x93NUMPY", good[:40], good[:-1], npy((-129, 63), b""), npy((129, 63), descr="|O"),
               npy((129, 63), descr="<i8"), npy((129, 63), descr="<f4"), npy((2 ** 62, 2 ** 62), b"\1" * 9),
               npy((129, 63), struct.pack("<f", float("nan")) * 129 * 63, "<f4"), b"PK\3\4" + good, good.replace(b"{", b"("),
               b"\x89PNG\r\n\x1a\n" + good]
        for data in bad:
            self.refused("apply", self.wav, "--mask", self.put("bad.npy", data), "-o", self.path("y.wav"), "--n-fft", "256",
                         says="bad.npy")
            self.refused("istft", self.path("bad.npy"), "-o", self.path("y.wav"), "--rate", "8000", says="bad.npy")
        self.refused("apply", self.wav, "--mask", self.path("missing.npy"), "-o", self.path("y.wav"), says="missing.npy")
        self.refused("apply", self.wav, "--mask", self.dir, "-o", self.path("y.wav"), says="folder")

    def test_sizes(self):
        for grid in (["--n-fft", "-1024"], ["--n-fft", "0"], ["--n-fft", "1"], ["--n-fft", "2000000"], ["--hop", "-256"],
                     ["--hop", "0"], ["--n-fft", "99999999999999999"], ["--hop", "99999999999"]):
            for call in self.commands(self.wav):
                self.refused(*call, *[g for g in grid if call[0] != "apply" or True],
                             status=2 if call[0] == "apply" and grid[0] == "--n-fft" else 1)  # given twice there
        for more in (["--size", "0x100"], ["--size=-5x100"], ["--size", "99999x99999"], ["--from", "9"], ["--from=-1"],
                     ["--from", "0.3", "--to", "0.2"], ["--low", "9000"], ["--low", "300", "--high", "200"],
                     ["--db", "0:-60"], ["--db=-inf:0"], ["--to", "inf"]):
            self.refused("render", self.wav, "-o", self.path("y.png"), *more)

    def test_output_places(self):
        self.put("kept.txt", b"kept")
        for place, says in ((self.path("missing/out.wav"), "does not exist"), (self.path("kept.txt/out.wav"), "not a folder"),
                            (self.dir, "folder"), ("", "empty"), ("/dev/null", "ordinary file"),
                            (self.path("missing/deeper/out.wav"), "does not exist")):
            for call in self.commands(self.wav, place or "--"):
                if place:
                    self.refused(*call, says=says)
            self.refused("stft", self.wav, "--output=" + place, says=says)
        self.refused("stft", self.wav, "-o", self.path("X.npy"), "--times", self.path("missing/T.npy"), says="missing")
        self.refused("edit", self.wav, "--ops", self.ops, "-o", self.path("y.wav"), "--removed", self.path("missing/r.wav"))
        self.refused("render", self.wav, "-o", self.path("picture.gif"))
        self.refused("edit", self.wav, "--ops", self.ops, "-o", self.path("y.xyz"))
        self.refused("edit", self.wav, "--ops", self.ops, "-o", self.path("y.wav"), "--subtype", "pcm_99")

    def test_read_only_folder(self):
        folder = self.path("locked")
        os.mkdir(folder)
        if os.geteuid() == 0:
            folder = "/proc"  # root may write everywhere else
        else:
            os.chmod(folder, 0o555)
        for call in self.commands(self.wav, os.path.join(folder, "out.wav")):
            self.refused(*call, says="out.wav")

    def test_folder_that_cannot_be_read(self):
        """Writable, not readable: its name cannot be flushed by itself, and the file is there all the same."""
        user = dict(user=65534, group=65534, extra_groups=[]) if os.geteuid() == 0 else {}
        folder, wav = self.path("dark"), self.path("for-all.wav")
        with open(wav, "wb") as file:
            file.write(slurp(self.wav))
        os.mkdir(folder)
        os.chmod(self.dir, 0o755)
        os.chmod(wav, 0o644)
        os.chmod(self.ops, 0o644)
        os.chmod(folder, 0o333)
        if user:
            os.chown(folder, 65534, 65534)
        project = os.path.join(folder, "p.sonobrush")
        for _ in range(2):  # anew, and over itself
            status, _, err = run("edit", wav, "--ops", self.ops, "-o", os.path.join(folder, "out.wav"), "--project", project,
                                 **user)
            self.assertEqual((status, err), (0, ""))
        self.assertEqual(run("info", project, **user)[0], 0)
        os.chmod(folder, 0o755)
        self.assertEqual(sorted(os.listdir(folder)), ["out.wav", "p.sonobrush"])

    def test_removed_of_no_kind(self):
        """Refused before the result, the mask or the project are written."""
        for name in ("r.ogg", "r.flac", "r.xyz", "r"):
            self.refused("edit", self.wav, "--ops", self.ops, "-o", self.path("o.wav"), "--removed", self.path(name),
                         "--mask-out", self.path("m.npy"), "--project", self.path("p.sonobrush"))
            self.refused("edit", self.wav, "--ops", self.ops, "-o", self.path("o.wav"), "--removed", self.path(name))

    def test_stopped(self):
        """Ends at once and leaves nothing, also where strokes by the thousand are drawn that ask nobody."""
        n, path, ops, folder = 120 * 22050, self.path("long.wav"), self.path("many.json"), self.path("to")
        self.put("long.wav", wav(n, rate=22050))
        strokes = [{"kind": "stroke", "points": [[0.01 * (i % 50), 200 + i % 9000], [119, 300 + i * 7 % 9000]],
                    "radius_s": 0.05, "radius_hz": 100, "gain_db": -24, "soft": 0.5} for i in range(20000)]
        with open(ops, "w") as file:
            json.dump({"version": 1, "ops": strokes}, file)
        os.mkdir(folder)
        for number in (signal.SIGTERM, signal.SIGINT):
            process = subprocess.Popen([CLI, "edit", path, "--ops", ops, "-o", os.path.join(folder, "out.wav")],
                                       stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
            until = time.monotonic() + 120
            while process.poll() is None and not os.listdir(folder) and time.monotonic() < until:
                time.sleep(0.01)
            process.send_signal(number)
            err = process.communicate(timeout=60)[1].decode()
            self.assertEqual((process.returncode, err), (1, "sonobrush-cli edit: stopped before it was done\n"))
            self.assertEqual(os.listdir(folder), [])

    def test_output_is_input(self):
        os.symlink("good.wav", self.path("link.wav"))
        os.link(self.wav, self.path("hard.wav"))
        os.mkdir(self.path("sub"))
        for same in (self.wav, self.path("link.wav"), self.path("hard.wav"), self.path("./sub/../good.wav")):
            for call in self.commands(self.wav, same):
                self.refused(*call, says="input")
            for call in self.commands(same, self.wav):
                self.refused(*call, says="input")
        self.refused("apply", self.wav, "--mask", self.mask, "-o", self.mask, says="input")
        self.refused("edit", self.wav, "--ops", self.ops, "-o", self.ops, says="input")
        self.refused("edit", self.wav, "--ops", self.ops, "-o", self.path("y.wav"), "--removed", self.wav, says="input")
        self.refused("edit", self.wav, "--ops", self.ops, "-o", self.path("y.wav"), "--mask-out", self.ops, says="input")
        self.refused("edit", self.wav, "--ops", self.ops, "-o", self.path("y.wav"), "--removed", self.path("sub/../y.wav"),
                     says="two outputs")
        self.put("X.npy", npy((129, 9), b"\0" * 129 * 9 * 8, "<c8"))
        self.refused("istft", self.path("X.npy"), "-o", self.path("X.npy"), "--rate", "8000", says="input")

    def test_full_disk(self):
        """A limit on the size of files stands for it, at every size: old contents stay, no fragment is left."""
        whole = {}
        for call in self.commands(self.wav, None):
            self.do(*call)
            whole[call[0]] = len(slurp(call[call.index("-o") + 1]))
            with open(call[call.index("-o") + 1], "wb") as f:
                f.write(b"old")
        for call in self.commands(self.wav, None):
            n = whole[call[0]]
            for limit in {0, 1, 44, 100, n // 3, n // 2, n - 100, n - 1}:
                self.refused(*call, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        self.refused("edit", self.wav, "--ops", self.ops, "-o", self.path("out.wav"), "--mask-out", self.path("M.npy"),
                     preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)))

    def test_stdout_full(self):
        with open("/dev/full", "w") as full:
            for call in (["info", self.wav], ["info", "--json", self.wav], ["--version"], ["--help"], ["stft", "--help"]):
                import subprocess
                done = subprocess.run([sbtest.CLI, *call], stdout=full, stderr=subprocess.PIPE)
                self.assertEqual(done.returncode, 1, call)

    def test_odd_names(self):
        for name in (b"-o.wav", b"--n-fft", b"sp ace\nline.wav", b"caf\xe9 \xff.wav", "日本.wav".encode()):
            source = self.put(name, wav(4000))
            folder = os.fsencode(self.dir)
            status, out, err = run(b"stft", b"-o", source + b".npy", b"--", name, cwd=folder)
            self.assertEqual((status, err), (0, ""), name)
            self.assertTrue(os.path.getsize(source + b".npy") > 1000)
            self.assertEqual(run(b"info", b"--json", b"--", name, cwd=folder)[0], 0)
            status, out, err = run(b"edit", b"--ops", os.fsencode(self.ops), b"--output=" + name + b".out.wav", b"--", name,
                                   cwd=folder)
            self.assertEqual((status, err), (0, ""), name)
            self.refused(b"info", b"--", name + b".missing", cwd=folder)
            self.refused(b"edit", b"--ops=" + name + b".missing", b"--output=x.wav", b"--", name, cwd=folder)
            bad = self.put(name + b".json", b"{")
            self.refused(b"edit", b"--ops=" + bad, b"--output=x.wav", b"--", name, cwd=folder)
            project = b"./" + name + b".sonobrush"
            for call in ([b"edit", b"--ops", os.fsencode(self.ops), b"--output=x.wav", b"--project=" + project, b"--", name],
                         [b"info", project], [b"info", b"--json", project], [b"export", project, b"-o", b"y.wav"]):
                done = subprocess.run([CLI, *call], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual((done.returncode, done.stderr), (0, b""), call)
                done.stdout.decode()  # whatever the name is, what is printed is UTF-8
            self.assertEqual(slurp(self.path("x.wav")), slurp(self.path("y.wav")), name)

    def test_sample_of_damage(self):
        """A changed byte anywhere in the first hundred: done or one sentence, never a crash."""
        good = wav(400)
        for i in range(100):
            self.put("bad.wav", good[:i] + bytes([good[i] ^ 0x81]) + good[i + 1:])
            for call in (["info", self.path("bad.wav")],
                         ["edit", self.path("bad.wav"), "--ops", self.ops, "-o", self.path("y.wav")]):
                status, out, err = run(*call)
                self.assertIn(status, (0, 1), (i, err))
                self.assertEqual(err.count("\n"), status, (i, err))


if __name__ == "__main__":
    main()
