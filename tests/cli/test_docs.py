# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/from-numpy.md is run as it stands: its shell and its Python, in the order of the page, in an empty folder."""
import contextlib
import io
import json
import os
import re

import sbtest
from sbtest import np, main, CliTest, read_wav, slurp, SOURCE_ROOT

sbtest.need_numpy()


def blocks(page):
    """[(language, text)]"""
    text = slurp(os.path.join(SOURCE_ROOT, "docs", page)).decode()
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)


class Docs(CliTest):
    def test_from_numpy(self):
        found = blocks("from-numpy.md")
        self.assertEqual([kind for kind, _ in found].count("sh"), 4)
        self.assertEqual([kind for kind, _ in found].count("python"), 4)
        names, out, old = {}, io.StringIO(), os.getcwd()
        os.chdir(self.dir)
        try:
            for kind, text in found:
                if kind == "sh":
                    for line in text.strip().splitlines():
                        words = line.split()
                        self.assertEqual(words[0], "sonobrush-cli")
                        self.do(*words[1:])
                else:
                    with contextlib.redirect_stdout(out):
                        exec(compile(text, "from-numpy.md", "exec"), names)
        finally:
            os.chdir(old)
        self.assertLess(float(out.getvalue().split()[-1]), 1e-12)  # "round trip: 4.4e-16"
        load = lambda name: np.load(self.path(name))
        sound = lambda name: read_wav(self.path(name))[1][:, 0]
        X, masked = names["X"], names["masked"]
        self.assertLess(abs(sound("chirp/chirp.wav") - names["x"]).max(), 1e-7)
        self.assertEqual(load("X.npy").shape, X.shape)
        self.assertLess(abs(load("X.npy") - X).max(), 1e-5 * abs(X).max())
        np.testing.assert_allclose(load("T.npy"), names["times"], rtol=1e-12)
        np.testing.assert_allclose(load("F.npy"), names["freqs"], rtol=1e-12)
        self.assertLess(abs(sound("masked.wav") - masked).max(), 1e-6)
        self.assertLess(abs(sound("masked-too.wav") - masked).max(), 1e-6)
        self.assertLess(abs(sound("removed.wav") - (names["x"] - masked)).max(), 1e-6)
        # the demo's own mask and result are the page's
        self.assertTrue(np.array_equal(load("chirp/mask.npy"), names["mask"]))
        self.assertLess(abs(sound("chirp/chirp-masked.wav") - masked).max(), 1e-6)

    def test_operations_of_the_command_line_page(self):
        text = [t for kind, t in blocks("command-line.md") if kind == "json"][0]
        self.assertEqual(len(json.loads(text)["ops"]), 5)
        with open(self.path("ops.json"), "w") as f:
            f.write(text)
        sbtest.write_wav(self.path("x.wav"), np.random.default_rng(1).uniform(-1, 1, 5 * 8000), 8000)
        self.do("edit", self.path("x.wav"), "--ops", self.path("ops.json"), "-o", self.path("y.wav"))

    def test_commands_of_the_command_line_page(self):
        """Each option in the table is one that the command knows."""
        text = slurp(os.path.join(SOURCE_ROOT, "docs", "command-line.md")).decode()
        rows = re.findall(r"^\| `(\w+)([^`]*)`", text, re.M)
        self.assertEqual(len(rows), 9)
        for command, rest in rows:
            known = self.do(command, "--help")
            for option in re.findall(r"--[\w-]+", rest):
                self.assertIn(option + " ", known)


if __name__ == "__main__":
    main()
