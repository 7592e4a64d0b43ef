# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line itself: help, version, what is wrong with it (exit status 2).  Needs no numpy."""
import os
import subprocess

import sbtest
from sbtest import main, CliTest, run

COMMANDS = ("info", "stft", "istft", "apply", "edit", "render", "demo", "bench")


class Usage(CliTest):
    def test_help_of_each(self):
        out = self.do("--help")
        for command in COMMANDS:
            self.assertIn("\n  %s " % command, out)
            text = self.do(command, "--help")
            self.assertTrue(text.startswith("sonobrush-cli " + command))
            self.assertIn("Examples:\n  sonobrush-cli " + command, text)
            self.assertEqual(text, self.do(command, "-h"))
        self.assertRegex(self.do("--version"), r"^sonobrush-cli \d+\.\d+\.\d+\n$")

    def test_the_contract(self):
        """Every option that is promised is there."""
        options = {
            "info": "json", "stft": "output times freqs", "istft": "output rate length",
            "apply": "mask output removed subtype", "edit": "ops output removed project mask-out subtype",
            "render": "output from to low high size scale map db axes view", "bench": "json"}
        for command, names in options.items():
            grid = " n-fft hop window" if command in ("stft", "istft", "apply", "edit", "render") else ""
            text = self.do(command, "--help")
            for name in (names + grid).split():
                self.assertIn("--%s " % name, text)

    def test_wrong(self):
        wrong = [[], ["paint"], [""], ["stft"], ["stft", "x.wav"], ["stft", "x.wav", "-o"], ["stft", "x.wav", "--output"],
                 ["stft", "x.wav", "-o", "--times", "t"], ["stft", "x.wav", "y.wav", "-o", "X.npy"], ["info"],
                 ["info", "--jsn", "x"], ["info", "--json=yes", "x"], ["info", "--n-fft", "5", "x"], ["info", "-x", "y"],
                 ["bench", "more"], ["demo"],
                 ["stft", "x.wav", "-o", "X.npy", "-o", "Y.npy"], ["stft", "x.wav", "-o", "X.npy", "--n-fft", "many"],
                 ["apply", "x.wav", "-o", "y.wav"], ["apply", "x.wav", "--mask", "m.npy"], ["edit", "x.wav", "-o", "y.wav"],
                 ["istft", "X.npy", "-o", "y.wav"], ["istft", "X.npy", "-o", "y.wav", "--rate", "1e3"],
                 ["render", "x.wav"], ["render", "x.wav", "-o", "p.png", "--view", "both"]]
        for call in wrong:
            err = self.refused(*call, status=2, cwd=self.dir)
            self.assertIn("--help", err)

    def test_wrong_words(self):
        """Told when the recording is open, as the grid's defaults come from it."""
        with open(self.path("x.wav"), "wb") as f:
            f.write(b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\x08\0\0\0" + b"\1\2" * 4)
        for more in (["--n-fft", "12.5"], ["--n-fft", "0x10"], ["--n-fft", " 5"], ["--n-fft", ""], ["--hop", "1k"],
                     ["--window", "kaiser"], ["--window", "Hann "]):
            self.refused("stft", self.path("x.wav"), "-o", self.path("X.npy"), *more, status=2)
        for more in (["--size", "100"], ["--size", "1x2x3"], ["--size", "ax2"], ["--scale", "cubic"], ["--map", "jet"],
                     ["--db", "5"], ["--db", "a:b"], ["--db", "1:2:3"], ["--axes", "maybe"], ["--from", "noon"],
                     ["--low", "deep"]):
            self.refused("render", self.path("x.wav"), "-o", self.path("p.png"), *more, status=2)

    def test_closed_pipe(self):
        """`sonobrush-cli --help | head -0` ends quietly, with a status."""
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([sbtest.CLI, "--help"], stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    main()
