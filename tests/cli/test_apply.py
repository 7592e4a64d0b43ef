# SPDX-License-Identifier: GPL-3.0-or-later
"""apply = istft(mask · stft(x)), whatever the grid, the mask's file and the channels."""
import struct
import zlib

import sbtest
from sbtest import np, main, CliTest, write_wav, read_wav, slurp, stft, istft, norm

sbtest.need_numpy()

# n_fft, hop, window, frames: odd n_fft, a hop that does not divide, n_fft longer than the file
GRIDS = [(1024, 256, "hann", 5000), (1024, 512, "hann", 5000), (501, 125, "hann", 4000), (512, 150, "hamming", 3000),
         (1000, 300, "hann", 2999), (256, 32, "blackmanharris", 2000), (300, 77, "blackman", 1500), (64, 64, "rect", 1000),
         (64, 64, "hamming", 1000), (4096, 1024, "hann", 700), (129, 43, "blackman", 257), (2048, 512, "hann", 1),
         (100, 1, "hann", 333), (63, 21, "hann", 500)]


def shape_of(n_fft, hop, frames):
    return n_fft // 2 + 1, 1 + (frames + 2 * (n_fft // 2) - n_fft) // hop


def expected(x, masks, n_fft, hop, name):
    """masks: one a channel"""
    return np.stack([istft(m * stft(x[:, c], n_fft, hop, name), n_fft, hop, name, len(x))
                     for c, m in enumerate(masks)], axis=1)


def png(rows, bits=8, kind=0, palette=b""):
    """rows: bytes of each row as PNG stores it"""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    width = len(rows[0]) * 8 // bits // {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(rows), bits, kind, 0, 0, 0))
    return (b"\x89PNG\r\n\x1a\n" + head + (chunk(b"PLTE", palette) if palette else b"") +
            chunk(b"IDAT", zlib.compress(b"".join(b"\0" + r for r in rows))) + chunk(b"IEND", b""))


class Apply(CliTest):
    def apply(self, mask, n_fft, hop, name, *more, out="y.wav"):
        np.save(self.path("M.npy"), mask)
        self.do("apply", self.path("x.wav"), "--mask", self.path("M.npy"), "-o", self.path(out), "--n-fft", str(n_fft),
                "--hop", str(hop), "--window", name, *more)
        return read_wav(self.path(out))[1]

    def test_equals_numpy(self):
        rng = np.random.default_rng(2)
        for n_fft, hop, name, frames in GRIDS:
            n_bins, n_cols = shape_of(n_fft, hop, frames)
            for channels in (1, 2):
                x = rng.uniform(-1, 1, (frames, channels)).astype("f4").astype(float)
                write_wav(self.path("x.wav"), x, 8000)
                divisor = norm(n_cols, n_fft, hop, name, frames)
                inner = divisor >= 0.05 * divisor.max()
                masks = [rng.integers(0, 2, (n_bins, n_cols)).astype(bool), rng.uniform(0, 1, (n_bins, n_cols)),
                         rng.uniform(0, 2, (channels, n_bins, n_cols)).astype("f4")]
                for mask in masks:
                    mask = mask[0] if channels == 1 and mask.ndim == 3 else mask
                    planes = mask if mask.ndim == 3 else [mask] * channels
                    got = self.apply(mask, n_fft, hop, name)
                    want = expected(x, planes, n_fft, hop, name)
                    self.assertEqual(got.shape, want.shape)
                    self.assertLess(abs(got - want)[inner].max(), 1e-6, (n_fft, hop, name, frames, channels, mask.dtype))

    def test_ones_are_the_file(self):
        x = np.random.default_rng(3).uniform(-1, 1, (3000, 2))
        for kind in ("float", "pcm_16", "double"):
            write_wav(self.path("x.wav"), x, 8000, kind)
            self.apply(np.ones(shape_of(512, 128, 3000), bool), 512, 128, "hann")
            self.assertEqual(slurp(self.path("x.wav")), slurp(self.path("y.wav")), kind)

    def test_outside_is_identical(self):
        x = np.random.default_rng(3).uniform(-1, 1, (20000, 2)).astype("f4")
        write_wav(self.path("x.wav"), x, 8000)
        mask = np.ones((2,) + shape_of(512, 128, 20000), "f4")
        mask[1, 40:60, 70:80] = 0  # columns 70 … 79 of the second channel: frames 70·128 − 256 … 79·128 + 256
        y = self.apply(mask, 512, 128, "hann")
        inside = np.zeros(x.shape, bool)
        inside[70 * 128 - 256:79 * 128 + 256, 1] = True
        self.assertTrue(np.array_equal(y[~inside], x[~inside]))
        self.assertGreater(abs(y - x)[inside].max(), 0.01)

    def test_removed_is_the_rest(self):
        x = np.random.default_rng(4).uniform(-1, 1, (5000, 2)).astype("f4").astype(float)
        write_wav(self.path("x.wav"), x, 8000)
        mask = np.random.default_rng(5).integers(0, 2, shape_of(512, 128, 5000)).astype("f4")
        y = self.apply(mask, 512, 128, "hann", "--removed", self.path("r.wav"))
        r = read_wav(self.path("r.wav"))[1]
        self.assertLess(abs(x - y - r).max(), 2e-7)

    def test_layouts_and_types(self):
        x = np.random.default_rng(6).uniform(-1, 1, (3000, 2)).astype("f4").astype(float)
        write_wav(self.path("x.wav"), x, 8000)
        grey = np.random.default_rng(7).integers(0, 256, (2,) + shape_of(256, 64, 3000))
        want = expected(x, grey / 255, 256, 64, "hann")
        for dtype in ("<f4", ">f4", "<f8", ">f8"):
            for order in "CF":
                got = self.apply(np.array(grey / 255, dtype, order=order), 256, 64, "hann")
                self.assertLess(abs(got - want).max(), 1e-6)
        for order in "CF":
            self.assertLess(abs(self.apply(np.array(grey, "u1", order=order), 256, 64, "hann") - want).max(), 1e-6)
        want = expected(x, grey > 99, 256, 64, "hann")
        self.assertLess(abs(self.apply(grey > 99, 256, 64, "hann") - want).max(), 1e-6)

    def apply_png(self, data):
        with open(self.path("M.png"), "wb") as f:
            f.write(data)
        self.do("apply", self.path("x.wav"), "--mask", self.path("M.png"), "-o", self.path("y.wav"), "--n-fft", "126",
                "--hop", "32")
        return read_wav(self.path("y.wav"))[1]

    def test_png(self):
        """64 bins, highest on top; 64 columns, so that 1-, 2- and 4-bit rows are whole bytes."""
        x = np.random.default_rng(8).uniform(-1, 1, (32 * 63, 1)).astype("f4").astype(float)
        write_wav(self.path("x.wav"), x, 8000)
        grey = np.random.default_rng(9).integers(0, 256, shape_of(126, 32, 32 * 63)).astype("u1")
        self.assertEqual(grey.shape, (64, 64))
        top_first = grey[::-1]
        rgb, alpha = np.repeat(top_first[:, :, None], 3, 2), np.stack([top_first, grey], 2)
        palette = bytes(i for i in range(256) for _ in range(3))
        forms = {"grey": png([r.tobytes() for r in top_first]), "rgb": png([r.tobytes() for r in rgb], 8, 2),
                 "alpha": png([r.tobytes() for r in alpha], 8, 4),
                 "palette": png([r.tobytes() for r in top_first], 8, 3, palette)}
        want = expected(x, [grey / 255], 126, 32, "hann")
        for name, data in forms.items():
            self.assertLess(abs(self.apply_png(data) - want).max(), 1e-6, name)
        deep = np.random.default_rng(10).integers(0, 65536, (64, 64)).astype(">u2")
        got = self.apply_png(png([r.tobytes() for r in deep[::-1]], 16))
        self.assertLess(abs(got - expected(x, [deep / 65535], 126, 32, "hann")).max(), 1e-6)
        bits = grey > 99
        got = self.apply_png(png([np.packbits(r).tobytes() for r in bits[::-1]], 1))
        self.assertLess(abs(got - expected(x, [bits], 126, 32, "hann")).max(), 1e-6)

    def test_refuses(self):
        write_wav(self.path("x.wav"), np.zeros((3000, 2)), 8000)
        n_bins, n_cols = shape_of(256, 64, 3000)
        good = np.ones((n_bins, n_cols), "f4")
        bad = good.copy()
        bad[3, 5] = np.nan
        endless = good.copy()
        endless[3, 5] = np.inf
        cases = [(good[:-1], "(129, 47)"), (good[:, :-1], "(129, 47)"), (good.T, "(129, 47)"), (good.ravel(), "(129, 47)"),
                 (np.ones((3, n_bins, n_cols), "f4"), "(2, 129, 47)"), (good.astype("c8"), "complex64"),
                 (good.astype("i4"), "<i4"), (good.astype("f2"), "<f2"), (bad, "bin 3 of column 5"),
                 (endless, "bin 3 of column 5"), (np.ones((0, 0), "f4"), "(129, 47)")]
        call = ["apply", self.path("x.wav"), "-o", self.path("y.wav"), "--n-fft", "256", "--mask"]
        for mask, says in cases:
            np.save(self.path("M.npy"), mask)
            self.refused(*call, self.path("M.npy"), says=says)
        np.savez(self.path("M.npz"), good)
        self.refused(*call, self.path("M.npz"), says="numpy.save")
        for data in (png([b"\0" * 47] * 128), png([b"\0" * 46] * 129), png([b"\0" * 47] * 129)[:60],
                     png([b"\0" * 47] * 129).replace(b"IDAT", b"IDAX"), b"\x89PNG\r\n\x1a\n", b"", b"no mask"):
            with open(self.path("M.png"), "wb") as f:
                f.write(data)
            self.refused(*call, self.path("M.png"), says="M.png")
        self.refused(*call, self.path("none.npy"), says="none.npy")
        self.refused(*call, self.dir)
        np.save(self.path("M.npy"), good)
        for grid in (["--n-fft", "-256"], ["--n-fft", "0"], ["--n-fft", "256", "--hop", "-1"], ["--hop", "0"],
                     ["--n-fft", "99999999999"], ["--n-fft", "256", "--hop", "256"], ["--n-fft", "256", "--hop", "999"]):
            self.refused("apply", self.path("x.wav"), "-o", self.path("y.wav"), "--mask", self.path("M.npy"), *grid)


if __name__ == "__main__":
    main()
