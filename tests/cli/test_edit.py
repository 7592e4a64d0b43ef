# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations replayed: what a box does, and what is refused."""
import contextlib
import json
import os
import sqlite3

import sbtest
from sbtest import np, main, CliTest, write_wav, read_wav, slurp

sbtest.need_numpy()

SILENCE = {"kind": "box", "from_s": 0.2, "to_s": 0.5, "low_hz": 900, "high_hz": 2000, "gain_db": "-inf"}


class Edit(CliTest):
    def setUp(self):
        super().setUp()
        self.x = np.random.default_rng(1).uniform(-0.5, 0.5, (8000, 2)).astype("f4").astype(float)
        write_wav(self.path("x.wav"), self.x, 8000)

    def ops(self, *ops, grid=None, version=1, **more):
        document = {"version": version, "grid": grid or {"n_fft": 256, "hop": 64, "window": "hann"}, "ops": list(ops), **more}
        with open(self.path("ops.json"), "w") as f:
            json.dump({k: v for k, v in document.items() if v is not None}, f)

    def edit(self, *more, out="y.wav"):
        self.do("edit", self.path("x.wav"), "--ops", self.path("ops.json"), "-o", self.path(out), *more)
        return read_wav(self.path(out))[1]

    def cells(self, n_fft=256, hop=64, frames=8000, rate=8000):
        """(bin, column) inside SILENCE, by their centres"""
        t, f = np.arange(1 + frames // hop) * hop / rate, np.arange(n_fft // 2 + 1) * rate / n_fft
        return ((f >= 900) & (f <= 2000))[:, None] & ((t >= 0.2) & (t <= 0.5))[None]

    def test_strict_is_the_plain_matrix(self):
        self.ops(dict(SILENCE, edge="strict"))
        self.edit("--mask-out", self.path("G.npy"))
        G = np.load(self.path("G.npy"))
        self.assertEqual(G.dtype, np.dtype("f4"))
        self.assertTrue(np.array_equal(G, np.where(self.cells(), 0, 1)))
        np.save(self.path("M.npy"), ~self.cells())
        self.do("apply", self.path("x.wav"), "--mask", self.path("M.npy"), "-o", self.path("z.wav"), "--n-fft", "256")
        self.assertEqual(slurp(self.path("y.wav")), slurp(self.path("z.wav")))

    def test_deep_grows_and_the_mask_tells(self):
        """What --mask-out writes is what was done: as a matrix it gives the same bytes."""
        self.ops(dict(SILENCE, edge="deep"), {"kind": "stroke", "points": [[0.7, 3000], [0.8, 2500]], "radius_s": 0.02,
                                               "radius_hz": 300, "gain_db": -20, "soft": 0.5})
        self.edit("--mask-out", self.path("G.npy"))
        G = np.load(self.path("G.npy"))
        inside = self.cells()
        self.assertTrue((G[inside] == 0).all())
        rows, cols = np.nonzero((G == 0))
        irows, icols = np.nonzero(inside)
        self.assertEqual((irows.min() - rows.min(), rows.max() - irows.max()), (5, 5))
        self.assertEqual((icols.min() - cols.min(), cols.max() - icols.max()), (3, 3))
        self.do("apply", self.path("x.wav"), "--mask", self.path("G.npy"), "-o", self.path("z.wav"), "--n-fft", "256")
        self.assertEqual(slurp(self.path("y.wav")), slurp(self.path("z.wav")))

    def test_mask_png(self):
        self.ops(dict(SILENCE, gain_db=-6, edge="strict"))
        self.edit("--mask-out", self.path("G.png"))
        self.do("apply", self.path("x.wav"), "--mask", self.path("G.png"), "-o", self.path("z.wav"), "--n-fft", "256")
        y, z = read_wav(self.path("y.wav"))[1], read_wav(self.path("z.wav"))[1]
        self.assertGreater(abs(y - self.x).max(), 0.01)
        self.assertLess(abs(y - z).max(), 0.5 / 255)  # eight bits
        self.ops(dict(SILENCE, edge="strict"))
        self.edit("--mask-out", self.path("G.png"))  # 0 and 1 are exact
        self.do("apply", self.path("x.wav"), "--mask", self.path("G.png"), "-o", self.path("z.wav"), "--n-fft", "256")
        self.assertEqual(slurp(self.path("y.wav")), slurp(self.path("z.wav")))

    def test_channels(self):
        self.ops(dict(SILENCE, edge="strict", channels=[1]))
        y = self.edit("--mask-out", self.path("G.npy"))
        G = np.load(self.path("G.npy"))
        self.assertEqual(G.shape, (2, 129, 126))
        self.assertTrue((G[0] == 1).all() and np.array_equal(G[1] == 0, self.cells()))
        self.assertTrue(np.array_equal(y[:, 0], self.x[:, 0]))
        self.assertGreater(abs(y - self.x)[:, 1].max(), 0.01)
        err = self.refused("edit", self.path("x.wav"), "--ops", self.path("ops.json"), "-o", self.path("new.wav"),
                           "--mask-out", self.path("new.png"), says=".npy")
        self.assertIn("channels", err)

    def test_gain_above_one_is_no_png(self):
        self.ops(dict(SILENCE, gain_db=6))
        self.refused("edit", self.path("x.wav"), "--ops", self.path("ops.json"), "-o", self.path("y.wav"), "--mask-out",
                     self.path("G.png"), says=".npy")
        self.edit("--mask-out", self.path("G.npy"))
        self.assertAlmostEqual(np.load(self.path("G.npy")).max(), 10 ** 0.3, places=5)

    def test_grid_of_file_and_options(self):
        self.ops(dict(SILENCE, edge="strict"))
        self.edit("--mask-out", self.path("G.npy"))
        self.assertEqual(np.load(self.path("G.npy")).shape, (129, 126))
        self.edit("--mask-out", self.path("G.npy"), "--n-fft", "512")
        self.assertEqual(np.load(self.path("G.npy")).shape, (257, 63))
        self.edit("--mask-out", self.path("G.npy"), "--hop", "32")
        self.assertEqual(np.load(self.path("G.npy")).shape, (129, 251))
        with open(self.path("ops.json"), "w") as f:
            json.dump({"version": 1, "ops": [SILENCE]}, f)
        self.edit("--mask-out", self.path("G.npy"))
        self.assertEqual(np.load(self.path("G.npy")).shape, (129, 126))  # the default of 8000 Hz: 256, 64

    def test_nothing_painted(self):
        self.ops()
        self.edit("--removed", self.path("r.wav"), "--mask-out", self.path("G.npy"))
        self.assertEqual(slurp(self.path("x.wav")), slurp(self.path("y.wav")))
        self.assertFalse(read_wav(self.path("r.wav"))[1].any())
        self.assertTrue((np.load(self.path("G.npy")) == 1).all())

    def test_same_bytes_again(self):
        self.ops(SILENCE)
        self.edit(out="a.wav")
        self.edit(out="b.wav")
        self.assertEqual(slurp(self.path("a.wav")), slurp(self.path("b.wav")))

    def test_project(self):
        """A project draws as the edit it holds; another file in the recording's place is told, not guessed."""
        self.ops(SILENCE)
        self.edit("--project", self.path("p.sonobrush"))
        size = ["--size", "300x200", "--db", "-100:0", "--axes", "off"]
        self.do("render", self.path("p.sonobrush"), "-o", self.path("p.png"), *size)
        self.do("render", self.path("x.wav"), "-o", self.path("x.png"), *size)
        self.do("render", self.path("p.sonobrush"), "-o", self.path("o.png"), "--view", "original", *size)
        self.assertEqual(slurp(self.path("x.png")), slurp(self.path("o.png")))
        self.assertNotEqual(slurp(self.path("x.png")), slurp(self.path("p.png")))
        self.refused("render", self.path("p.sonobrush"), "-o", self.path("x.wav"), says="input")
        write_wav(self.path("x.wav"), self.x * 0.5, 8000)
        self.refused("render", self.path("p.sonobrush"), "-o", self.path("q.png"), says="x.wav")
        os.remove(self.path("x.wav"))
        self.refused("render", self.path("p.sonobrush"), "-o", self.path("q.png"), says="x.wav")

    def test_changed_between(self):
        """A change that no block of the fingerprint sees: all bytes decide; a file that was only touched is the same."""
        noise = np.random.default_rng(5).uniform(-0.5, 0.5, 3000000)
        write_wav(self.path("x.wav"), noise, 8000)
        self.ops(SILENCE)
        project, out = self.path("p.sonobrush"), self.path("o.wav")
        self.edit("--project", project)
        os.utime(self.path("x.wav"), (1000, 1000))
        self.assertIn("(unchanged)", self.do("info", project))
        self.do("export", project, "-o", out)
        with open(self.path("x.wav"), "r+b") as file:
            file.seek(170000)
            file.write(b"changed!")
        self.assertIn("(changed)", self.do("info", project))
        self.refused("export", project, "-o", out, says="has changed")
        self.refused("render", project, "-o", self.path("q.png"), says="has changed")
        self.do("export", project, "-o", out, "--changed-source")

    def test_became_shorter(self):
        """With the person's word, what fits is applied and what lies behind the new end is told."""
        self.ops(SILENCE, dict(SILENCE, from_s=0.7, to_s=0.9))
        project, out = self.path("p.sonobrush"), self.path("o.wav")
        self.edit("--project", project)
        write_wav(self.path("x.wav"), self.x[:4800], 8000)
        self.refused("export", project, "-o", out, says="has changed")
        self.assertIn("1 of 2 edits lie outside", self.do("export", project, "-o", out, "--changed-source"))
        self.ops(SILENCE)
        self.edit()
        self.assertEqual(slurp(self.path("y.wav")), slurp(out))

    def test_meant_for_what_became_shorter(self):
        """As the window saves it after “Use This One”: the edits are for this recording, those behind its end too."""
        self.ops(SILENCE, dict(SILENCE, from_s=0.7, to_s=0.9))
        project, out = self.path("p.sonobrush"), self.path("o.wav")
        size = ["--size", "300x200", "--db", "-100:0", "--axes", "off"]
        self.edit("--project", project)
        write_wav(self.path("x.wav"), self.x[:4800], 8000)
        self.ops(SILENCE)
        self.edit("--project", self.path("short.sonobrush"))
        with contextlib.closing(sqlite3.connect(project, isolation_level=None)) as kept:
            kept.execute("ATTACH ? AS short", (self.path("short.sonobrush"),))
            kept.execute("UPDATE project SET value = (SELECT value FROM short.project s WHERE s.key = project.key) "
                         "WHERE key LIKE 'source_%' OR key = 'n_frames'")
        self.assertIn("(unchanged)", self.do("info", project))
        self.assertIn("1 of 2 edits lie outside", self.do("export", project, "-o", out))
        self.assertEqual(slurp(self.path("y.wav")), slurp(out))
        self.assertIn("1 of 2 edits lie outside", self.do("render", project, "-o", self.path("p.png"), *size))
        self.do("render", self.path("short.sonobrush"), "-o", self.path("short.png"), *size)
        self.assertEqual(slurp(self.path("short.png")), slurp(self.path("p.png")))

    def test_moved_together(self):
        """A project and its recording in another folder: found by content, and told; never by name alone."""
        self.ops(SILENCE)
        self.edit("--project", self.path("p.sonobrush"), out="here.wav")
        size = ["--size", "300x200", "--db", "-100:0", "--axes", "off"]
        self.do("render", self.path("p.sonobrush"), "-o", self.path("here.png"), *size)
        os.mkdir(self.path("there"))
        moved, project = self.path("there/x.wav"), self.path("there/p.sonobrush")
        os.rename(self.path("x.wav"), moved)
        os.rename(self.path("p.sonobrush"), project)
        self.assertIn("recording found at %s\n" % moved, self.do("export", project, "-o", self.path("there.wav")))
        self.assertEqual(slurp(self.path("here.wav")), slurp(self.path("there.wav")))
        self.assertIn("recording found at %s\n" % moved, self.do("render", project, "-o", self.path("there.png"), *size))
        self.assertEqual(slurp(self.path("here.png")), slurp(self.path("there.png")))
        self.assertIn("(missing)\nfound at  %s\n" % moved, self.do("info", project))
        self.assertEqual(json.loads(self.do("info", "--json", project))["source_found"], moved)
        self.refused("export", project, "-o", moved, says="x.wav")
        write_wav(moved, self.x * 0.5, 8000)
        self.refused("export", project, "-o", self.path("q.wav"), says="nor beside the project")
        self.refused("render", project, "-o", self.path("q.png"), says="nor beside the project")
        self.assertNotIn("source_found", self.do("info", "--json", project))

    def test_only_a_project_replaces_a_project(self):
        self.ops(SILENCE)
        self.edit("--project", self.path("p.sonobrush"))
        self.edit("--project", self.path("p.sonobrush"))
        os.symlink("p.sonobrush", self.path("p.npy"))
        before, edit = slurp(self.path("p.sonobrush")), ["edit", self.path("x.wav"), "--ops", self.path("ops.json"), "-o"]
        for call in (edit + [self.path("p.sonobrush")], edit + [self.path("z.wav"), "--removed", self.path("p.sonobrush")],
                     edit + [self.path("z.wav"), "--mask-out", self.path("p.npy")],
                     ["render", self.path("x.wav"), "-o", self.path("p.sonobrush")],
                     ["stft", self.path("x.wav"), "-o", self.path("p.npy")]):
            self.refused(*call, says="Sonobrush project")
            self.assertFalse(os.path.exists(self.path("z.wav")))
        self.assertEqual(slurp(self.path("p.sonobrush")), before)

    def test_refuses(self):
        call = ["edit", self.path("x.wav"), "--ops", self.path("ops.json"), "-o", self.path("y.wav"), "--mask-out",
                self.path("G.npy"), "--removed", self.path("r.wav"), "--project", self.path("p.sonobrush")]
        bad = [dict(SILENCE, from_s=1.5, to_s=2), dict(SILENCE, from_s=-2, to_s=-1), dict(SILENCE, low_hz=5000, high_hz=6000),
               dict(SILENCE, channels=[2]), dict(SILENCE, channels=[-1]), dict(SILENCE, channels=[]), dict(SILENCE, colour="red"),
               dict(SILENCE, kind="blob"), dict(SILENCE, from_s=0.6), dict(SILENCE, gain_db="loud"), dict(SILENCE, gain_db=1e9),
               dict(SILENCE, edge="wide"), dict(SILENCE, soft=-1), dict(SILENCE, soft_hz=-5), dict(SILENCE, from_s=None),
               {"kind": "stroke", "points": [[0.1, 100]], "radius_s": -0.05, "radius_hz": 50, "gain_db": -6},
               {"kind": "stroke", "points": [[0.1, 100]], "radius_s": 0.05, "radius_hz": -50, "gain_db": -6},
               {"kind": "stroke", "points": [], "radius_s": 0.05, "radius_hz": 50, "gain_db": -6},
               {"kind": "lasso", "points": [[0.1, 100]], "gain_db": -6},
               {"kind": "harmonics", "from_s": 0, "to_s": 1, "f0_hz": 50, "count": 0, "radius_hz": 4, "gain_db": -6}]
        for op in bad:
            self.ops(op)
            self.refused(*call)
        for more in ({"version": 2}, {"version": None}, {"version": "1"}, {"more": 1}, {"grid": {"n_fft": -256}},
                     {"grid": {"n_fft": 256, "hop": 0}}, {"grid": {"n_fft": 256, "hop": 256}},
                     {"grid": {"window": "kaiser"}}, {"grid": {"size": 1}}):
            self.ops(SILENCE, **more)
            self.refused(*call)
        for text in (b"", b"[]", b"{", b"\x00\x01", b"nonsense", b'{"version": 1, "ops": 5}', b"\xff\xfe{}", b"[" * 5000):
            with open(self.path("ops.json"), "wb") as f:
                f.write(text)
            self.refused(*call, says="ops.json")
        os.remove(self.path("ops.json"))
        self.refused(*call, says="ops.json")
        self.ops(SILENCE)
        self.refused(*call[:-1], self.path("missing/p.sonobrush"), says="missing")
        self.refused(*call, "--mask-out=" + self.path("G.txt"), status=2)  # twice
        self.refused("edit", self.path("x.wav"), "--ops", self.path("ops.json"), "-o", self.path("y.wav"), "--mask-out",
                     self.path("G.txt"), says=".png")


if __name__ == "__main__":
    main()
