# SPDX-License-Identifier: GPL-3.0-or-later
"""Against values that librosa, MATLAB and scipy computed."""
import os

import sbtest
from sbtest import np, main, CliTest, write_wav, read_wav, norm, DATA

sbtest.need_numpy()
sbtest.need_data()


def load(*parts):
    return np.load(os.path.join(DATA, "reference", *parts))


class Reference(CliTest):
    def stft_of(self, x, n_fft, hop, name):
        write_wav(self.path("x.wav"), x, 44100)
        self.do("stft", self.path("x.wav"), "-o", self.path("X.npy"), "--n-fft", str(n_fft), "--hop", str(hop),
                "--window", name)
        return np.load(self.path("X.npy"))

    def close(self, got, want, tolerance=1e-5):
        self.assertEqual(got.shape, want.shape)
        self.assertLess(abs(got - want).max(), tolerance * abs(want).max())

    def test_librosa_stft(self):
        for signal in ("trumpet", "robin"):
            x = load("librosa", signal + "_signal.npy")
            for n_fft, hop in ((1024, 256), (2048, 512)):
                name = "%s_n%d_h%d_w%d_hann_c_stft.npy" % (signal, n_fft, hop, n_fft)
                self.close(self.stft_of(x, n_fft, hop, "hann"), load("librosa", name))

    def test_librosa_reflected(self):
        """Their ends are reflected, ours zeros: the columns that see no end agree."""
        for signal in ("trumpet", "robin"):
            x = load("librosa", signal + "_signal.npy")
            want = load("librosa", signal + "_n1024_h256_w1024_blackmanharris_c_stft.npy")
            got = self.stft_of(x, 1024, 256, "blackmanharris")
            self.assertEqual(got.shape, want.shape)
            self.close(got[:, 2:-3], want[:, 2:-3])

    def test_librosa_uncentred(self):
        """Their column k begins at frame k·hop, ours n_fft/2 before: behind n_fft/2 zeros, two hops are one shift."""
        for signal in ("trumpet", "robin"):
            x = load("librosa", signal + "_signal.npy")
            want = load("librosa", signal + "_n1000_h250_w1000_hamming_nc_stft.npy")
            got = self.stft_of(x, 1000, 250, "hamming")
            self.close(got[:, 2:2 + want.shape[1]], want)

    def test_librosa_masked_inverse(self):
        for signal in ("trumpet", "robin"):
            x = load("librosa", signal + "_signal.npy")
            for n_fft in (1024, 2048):
                base = "%s_n%d_h%d_w%d_hann_c_" % (signal, n_fft, n_fft // 4, n_fft)
                mask, want = load("librosa", base + "mask.npy"), load("librosa", base + "masked_istft.npy")
                write_wav(self.path("x.wav"), x, 44100)
                np.save(self.path("M.npy"), mask)
                self.do("apply", self.path("x.wav"), "--mask", self.path("M.npy"), "-o", self.path("y.wav"), "--n-fft",
                        str(n_fft))
                np.save(self.path("Y.npy"), mask * load("librosa", base + "stft.npy"))
                self.do("istft", self.path("Y.npy"), "-o", self.path("z.wav"), "--rate", "44100", "--length",
                        str(len(x)))
                for name in ("y.wav", "z.wav"):
                    self.assertLess(abs(read_wav(self.path(name))[1][:, 0] - want).max(), 1e-6, (name, base))

    def test_librosa_masked_inverse_reflected(self):
        """The STFT given (its ends reflected), the inverse is the same function."""
        for signal in ("trumpet", "robin"):
            x = load("librosa", signal + "_signal.npy")
            base = signal + "_n1024_h256_w1024_blackmanharris_c_"
            want = load("librosa", base + "masked_istft.npy")
            np.save(self.path("Y.npy"), load("librosa", base + "mask.npy") * load("librosa", base + "stft.npy"))
            self.do("istft", self.path("Y.npy"), "-o", self.path("y.wav"), "--rate", "44100", "--length", str(len(x)),
                    "--window", "blackmanharris")
            divisor = norm(1 + len(x) // 256, 1024, 256, "blackmanharris", len(x))
            inner = divisor > 0.05 * divisor.max()
            self.assertLess(abs(read_wav(self.path("y.wav"))[1][:, 0] - want)[inner].max(), 1e-6)

    def test_matlab_stft(self):
        x = load("matlab_stft", "signal_mono_mean_f64.npy")
        for name, n_fft, hop, window in (("001_n128_h64_rect", 128, 64, "rect"), ("002_n128_h64_hann", 128, 64, "hann"),
                                         ("006_n128_h256_hann", 128, 256, "hann"), ("010_n256_h128_hann", 256, 128, "hann"),
                                         ("018_n1024_h256_hann", 1024, 256, "hann")):
            want = load("matlab_stft", "stft_%s.npy" % name)
            # uncentred columns: zeros in front, so that our column `shift` begins where their first does
            shift = -(-n_fft // 2 // hop)
            padded = np.concatenate([np.zeros(shift * hop - n_fft // 2), x])
            got = self.stft_of(padded, n_fft, hop, window)
            self.close(got[:, shift:shift + want.shape[1]], want)

    def test_scipy_stft(self):
        for name in ("impulse_at_1000", "sine", "chirp_0_8k", "step_at_2000"):
            x = load("scipy", name + "_signal.npy")
            want = 256 * load("scipy", name + "_stft_n512_h128.npy")  # "spectrum" is divided by the window's sum
            got = self.stft_of(x, 512, 128, "hann")
            n = got.shape[1]  # scipy pads to a whole number of hops and may have one column more
            self.assertIn(want.shape[1] - n, (0, 1))
            self.close(got, want[:, :n])


if __name__ == "__main__":
    main()
