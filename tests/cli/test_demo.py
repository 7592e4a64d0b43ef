# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's files are what their README says."""
import os
import re

import sbtest
from sbtest import np, main, CliTest, read_wav, slurp, stft, istft

sbtest.need_numpy()


class Demo(CliTest):
    def test_files(self):
        self.do("demo", self.path("d"))
        load = lambda name: np.load(self.path("d/" + name))
        sound = lambda name: read_wav(self.path("d/" + name))
        t = np.arange(2000) / 200
        x = np.sin(2 * np.pi * (5 * t - t ** 2))
        rate, chirp = sound("chirp.wav")
        self.assertEqual((rate, chirp.shape), (200, (2000, 1)))
        self.assertLess(abs(chirp[:, 0] - x).max(), 1e-7)
        X, mask = stft(x, 128, 32), load("mask.npy")
        self.assertLess(abs(load("chirp-stft.npy") - X).max(), 1e-5 * abs(X).max())
        self.assertEqual((mask.dtype, mask.shape), (np.dtype(bool), X.shape))
        self.assertTrue(mask.any() and not mask.all())
        self.assertTrue(np.array_equal(load("chirp-stft-masked.npy"), mask * load("chirp-stft.npy")))
        want = istft(mask * X, 128, 32, "hann", 2000)
        masked, removed = sound("chirp-masked.wav")[1][:, 0], sound("chirp-removed.wav")[1][:, 0]
        self.assertLess(abs(masked - want).max(), 1e-6)
        self.assertLess(abs(masked + removed - x).max(), 1e-6)
        times, freqs = load("cell-times-s.npy"), load("cell-frequencies-hz.npy")
        self.assertEqual((len(freqs), len(times)), X.shape)
        # the loudest cell of each column follows |5 − 2t|, as far as it is away from 0 Hz
        ridge, law = freqs[abs(X).argmax(axis=0)], abs(5 - 2 * times)
        self.assertLess(abs(ridge - law)[law > 2].max(), 1.6)
        for name in ("chirp-picture.png", "chirp-masked-picture.png", "mask.png"):
            self.assertEqual(slurp(self.path("d/" + name))[:8], b"\x89PNG\r\n\x1a\n")
        readme = slurp(self.path("d/README.txt")).decode()
        self.assertEqual(readme.count("\n"), 10)
        for name in os.listdir(self.path("d")):
            self.assertIn(name, readme + "README.txt")
        error = float(re.search(r"max \|istft\(stft\(x\)\) - x\| = (\S+?)\. ", readme).group(1))
        self.assertLess(error, 1e-6)
        command = re.search(r"sonobrush-cli (apply .*)", readme).group(1).split()
        old = os.getcwd()
        os.chdir(self.path("d"))
        self.do(*command)
        os.chdir(old)
        self.assertEqual(slurp(self.path("d/out.wav")), slurp(self.path("d/chirp-masked.wav")))

    def test_numbers_are_measured(self):
        self.do("demo", self.path("d"))
        numbers = [float(n) for n in re.findall(r": (\S+)$", slurp(self.path("d/round-trip.txt")).decode(), re.M)]
        t = np.arange(2000) / 200
        X, mask = stft(np.sin(2 * np.pi * (5 * t - t ** 2)), 128, 32), np.load(self.path("d/mask.npy"))
        Y = stft(istft(mask * X, 128, 32, "hann", 2000), 128, 32)
        energy = lambda S, where: (abs(S[where]) ** 2).sum()
        total = (abs(X) ** 2).sum()
        want = [energy(X, ~mask) / total, energy(Y, ~mask) / total, energy(Y, mask) / energy(X, mask)]
        np.testing.assert_allclose(numbers[2:], want, atol=1e-4)
        self.assertTrue(0 < numbers[0] < 1e-6 and 0 <= numbers[1] < 1e-6)

    def test_refuses(self):
        os.mkdir(self.path("full"))
        with open(self.path("full/mine.txt"), "w") as f:
            f.write("mine")
        self.refused("demo", self.path("full"), says="not empty")
        self.refused("demo", self.path("full/mine.txt"))
        self.refused("demo", self.path("missing/d"))
        os.mkdir(self.path("empty"))
        self.do("demo", self.path("empty"))


if __name__ == "__main__":
    main()
