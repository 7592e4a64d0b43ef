# SPDX-License-Identifier: GPL-3.0-or-later
"""Ideal masks on real mixtures reach what separate NumPy code reached."""
import csv
import os

import sbtest
from sbtest import np, main, CliTest, read_wav, stft, si_sdr, DATA

sbtest.need_numpy()
sbtest.need_data()


class Oracle(CliTest):
    def test_ideal_binary_masks(self):
        """Cells in which the clean stem is louder than the noise, channel by channel."""
        with open(os.path.join(DATA, "real", "ORACLE.tsv"), newline="") as f:
            rows = list(csv.DictReader(f, delimiter="\t"))
        self.assertEqual(len(rows), 24)
        for row in rows:
            base = os.path.join(DATA, "real", "mixes", row["case"])
            clean, noise, mix = (read_wav("%s.%s.wav" % (base, part))[1] for part in ("clean", "noise", "mix"))
            self.assertAlmostEqual(si_sdr(clean, mix), float(row["sisdr_mix_db"]), delta=0.01)
            n_fft, hop = int(row["n_fft"]), int(row["hop"])
            mask = np.stack([abs(stft(clean[:, c], n_fft, hop)) > abs(stft(noise[:, c], n_fft, hop))
                             for c in range(clean.shape[1])])
            np.save(self.path("M.npy"), mask if len(mask) > 1 else mask[0])
            self.do("apply", base + ".mix.wav", "--mask", self.path("M.npy"), "-o", self.path("y.wav"), "--n-fft",
                    str(n_fft), "--hop", str(hop))
            got = si_sdr(clean, read_wav(self.path("y.wav"))[1])
            self.assertAlmostEqual(got, float(row["sisdr_ibm_db"]), delta=0.1, msg=row["case"])


if __name__ == "__main__":
    main()
