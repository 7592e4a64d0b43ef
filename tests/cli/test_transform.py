# SPDX-License-Identifier: GPL-3.0-or-later
"""stft and istft against NumPy, and there and back."""
import sbtest
from sbtest import np, main, CliTest, write_wav, read_wav, stft, istft, norm

sbtest.need_numpy()

# n_fft, hop, window, frames: usual ones, odd n_fft, a hop that does not divide, n_fft longer than the file, one frame
GRIDS = [(1024, 256, "hann", 5000), (501, 125, "hann", 4000), (512, 150, "hamming", 3000), (1000, 300, "hann", 2999),
         (256, 32, "blackmanharris", 2000), (300, 77, "blackman", 1500), (64, 64, "rect", 1000), (4096, 1024, "hann", 700),
         (2048, 512, "hann", 1), (129, 43, "blackman", 57)]


def noise(frames, channels=1, seed=1):
    return np.random.default_rng(seed).uniform(-1, 1, (frames, channels)).astype("f4").astype(float)


class Transform(CliTest):
    def grid(self, n_fft, hop, name):
        return ["--n-fft", str(n_fft), "--hop", str(hop), "--window", name]

    def test_stft_equals_numpy(self):
        for n_fft, hop, name, frames in GRIDS:
            for channels in (1, 2, 3):
                x = noise(frames, channels)
                write_wav(self.path("x.wav"), x, 8000)
                self.do("stft", self.path("x.wav"), "-o", self.path("X.npy"), *self.grid(n_fft, hop, name))
                X = np.load(self.path("X.npy"))
                want = np.stack([stft(x[:, c], n_fft, hop, name) for c in range(channels)])
                want = want[0] if channels == 1 else want
                self.assertEqual((X.dtype, X.shape), (np.dtype("complex64"), want.shape))
                self.assertTrue(X.flags.f_contiguous)
                self.assertLess(abs(X - want).max(), 1e-6 * abs(want).max(), (n_fft, hop, name, frames, channels))

    def test_default_grid_and_axes(self):
        for rate, n_fft in ((22050, 1024), (48000, 2048), (96000, 4096), (200, 64)):
            write_wav(self.path("x.wav"), noise(10000), rate)
            self.do("stft", self.path("x.wav"), "-o", self.path("X.npy"), "--times", self.path("T.npy"), "--freqs",
                    self.path("F.npy"))
            X, t, f = (np.load(self.path(n)) for n in ("X.npy", "T.npy", "F.npy"))
            self.assertEqual(X.shape, (n_fft // 2 + 1, 1 + 10000 // (n_fft // 4)))
            self.assertEqual((t.dtype, f.dtype), (np.dtype("f8"), np.dtype("f8")))
            np.testing.assert_allclose(t, np.arange(X.shape[1]) * (n_fft // 4) / rate, rtol=1e-15)
            np.testing.assert_allclose(f, np.fft.rfftfreq(n_fft, 1 / rate), rtol=1e-14)

    def test_hop_follows_n_fft(self):
        write_wav(self.path("x.wav"), noise(1000), 8000)
        self.do("stft", self.path("x.wav"), "-o", self.path("X.npy"), "--n-fft", "200")
        self.assertEqual(np.load(self.path("X.npy")).shape, (101, 1 + 1000 // 50))

    def test_long_file_in_blocks(self):
        x = noise(300000)
        write_wav(self.path("x.wav"), x, 8000)
        self.do("stft", self.path("x.wav"), "-o", self.path("X.npy"), *self.grid(512, 100, "hann"))
        want = stft(x[:, 0], 512, 100)
        self.assertLess(abs(np.load(self.path("X.npy")) - want).max(), 1e-6 * abs(want).max())

    def test_non_finite_counts_as_zero(self):
        x = noise(3000)
        y = x.copy()
        x[1000], x[1500], x[2000] = np.nan, np.inf, -np.inf
        y[[1000, 1500, 2000]] = 0
        write_wav(self.path("x.wav"), x, 8000)
        self.do("stft", self.path("x.wav"), "-o", self.path("X.npy"), *self.grid(512, 128, "hann"))
        want = stft(y[:, 0], 512, 128)
        self.assertLess(abs(np.load(self.path("X.npy")) - want).max(), 1e-6 * abs(want).max())

    def check_inverse(self, X, n_fft, hop, name, length, *more):
        np.save(self.path("Y.npy"), X)
        args = ["--length", str(length)] if length else []
        self.do("istft", self.path("Y.npy"), "-o", self.path("y.wav"), "--rate", "8000", *self.grid(n_fft, hop, name),
                *args, *more)
        rate, y = read_wav(self.path("y.wav"))
        planes = X[None] if X.ndim == 2 else X
        want = np.stack([istft(p, n_fft, hop, name, length) for p in planes], axis=1)
        self.assertEqual((rate, y.shape), (8000, want.shape))
        n_cols = planes.shape[2]
        divisor = norm(n_cols, n_fft, hop, name, len(want))
        # where the windows fade out the division magnifies float's rounding: there the plain sums are compared
        scale = max(1, abs(want[divisor >= 0.05 * divisor.max()]).max())
        self.assertLess(abs(y - want)[divisor >= 0.05 * divisor.max()].max(), 1e-6 * scale, (n_fft, hop, name, length))
        self.assertLess((abs(y - want) * divisor[:, None] ** 0.5).max(), 1e-6 * scale, (n_fft, hop, name, length))
        self.assertTrue(np.array_equal(y[divisor == 0], np.zeros_like(y[divisor == 0])))

    def test_istft_of_anything(self):
        """Arrays that are no transform of a signal, so that every column matters by itself."""
        for n_fft, hop, name, frames in GRIDS:
            rng = np.random.default_rng(5)
            n_cols, n_bins = 1 + (frames + 2 * (n_fft // 2) - n_fft) // hop, n_fft // 2 + 1
            X = (rng.normal(size=(n_bins, n_cols)) + 1j * rng.normal(size=(n_bins, n_cols))).astype("c8") * n_fft ** 0.5 / 8
            for length in (None, frames, frames + 3 * n_fft, max(frames // 3, 1)):
                if length is None and n_cols == 1 and n_fft % 2 == 0:
                    continue  # librosa's length is 0 then
                self.check_inverse(X, n_fft, hop, name, length)

    def test_istft_in_blocks(self):
        """Longer than a block, hops that do not divide it, either order in the file."""
        rng = np.random.default_rng(7)
        for n_fft, hop, n_cols in ((512, 100, 2500), (20000, 4999, 50), (501, 125, 1100)):
            X = rng.normal(size=(n_fft // 2 + 1, n_cols)) + 1j * rng.normal(size=(n_fft // 2 + 1, n_cols))
            X = (X * n_fft ** 0.5 / 8).astype("c8")
            for order in "CF":
                self.check_inverse(np.array(X, order=order), n_fft, hop, "hann", None)

    def test_istft_layouts(self):
        rng = np.random.default_rng(6)
        X = rng.normal(size=(2, 129, 40)) + 1j * rng.normal(size=(2, 129, 40))
        for dtype in ("<c8", ">c8", "<c16", ">c16"):
            for order in "CF":
                self.check_inverse(np.array(X, dtype, order=order), 256, 64, "hann", 2500)

    def test_istft_defaults(self):
        x = noise(4096)
        X = stft(x[:, 0], 512, 128)
        np.save(self.path("Y.npy"), X)
        self.do("istft", self.path("Y.npy"), "-o", self.path("y.wav"), "--rate", "8000")
        rate, y = read_wav(self.path("y.wav"))
        self.assertEqual(y.shape, (4096, 1))
        self.assertLess(abs(y - x).max(), 1e-6)

    def test_there_and_back(self):
        for n_fft, hop, name, frames in GRIDS:
            x = noise(frames, 2)
            write_wav(self.path("x.wav"), x, 8000)
            self.do("stft", self.path("x.wav"), "-o", self.path("X.npy"), *self.grid(n_fft, hop, name))
            self.do("istft", self.path("X.npy"), "-o", self.path("y.wav"), "--rate", "8000", "--length", str(frames),
                    *self.grid(n_fft, hop, name))
            divisor = norm(np.load(self.path("X.npy")).shape[-1], n_fft, hop, name, frames)
            inner = divisor >= 0.05 * divisor.max()
            self.assertLess(abs(read_wav(self.path("y.wav"))[1] - x)[inner].max(), 1e-6, (n_fft, hop, name, frames))

    def test_istft_refuses(self):
        good = np.zeros((129, 10), "c8")
        cases = [(good.real, "no complex"), (good[:, :0], "no column"), (good[0], "shape"), (good[:1], "rows"),
                 (np.zeros((2, 2, 129, 3), "c8"), "three dimensions"), (np.zeros((129, 3), "i4"), "<i4")]
        for array, says in cases:
            np.save(self.path("Y.npy"), array)
            self.refused("istft", self.path("Y.npy"), "-o", self.path("y.wav"), "--rate", "8000", says=says)
        np.save(self.path("Y.npy"), good)
        call = ["istft", self.path("Y.npy"), "-o", self.path("y.wav")]
        self.refused(*call, "--rate", "8000", "--n-fft", "512", says="129")
        self.refused(*call, "--rate", "0")
        self.refused(*call, "--rate", "-44100")
        self.refused(*call, "--rate", "8000", "--length", "-5")
        self.refused(*call, "--rate", "8000", "--length", "0")
        self.refused(*call, "--rate", "8000", "--hop", "0")
        self.refused(*call, "--rate", "8000", "--hop", "256")  # windows that only touch
        self.refused(*call, status=2, says="--rate")
        self.refused(*call, "--rate", "fast", status=2)


if __name__ == "__main__":
    main()
