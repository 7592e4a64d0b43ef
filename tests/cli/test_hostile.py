# SPDX-License-Identifier: GPL-3.0-or-later
"""Every file that is meant to break a program, through every command that reads a recording: a result, or one sentence
that names the file; never a crash, never a checker's report, never a file that was not asked for.

Each seventh file in the normal run; all of them, and what only a file system can do (loops of links, pipes, names that
are no text), with SB_LONG_TESTS=1: `meson test --benchmark cli-hostile`."""
import concurrent.futures
import glob
import json
import os
import shutil
import subprocess
import tempfile

import sbtest
from sbtest import CliTest, main, need

HOSTILE = os.path.join(sbtest.DATA, "hostile")
LONG = bool(os.environ.get("SB_LONG_TESTS"))
LONGEST_S = 300
OPS = {"version": 1, "ops": [{"kind": "box", "from_s": 0, "to_s": 0.01, "low_hz": 0, "high_hz": 1e9, "gain_db": "-inf"}]}
HUGE = 1 << 30

need(os.path.isdir(HOSTILE), "the folder of hostile recordings (SB_SHARED_DATA)")


class Hostile(CliTest):
    def call(self, source, command):
        """(source, command, what was wrong or None, exit status)"""
        folder = tempfile.mkdtemp(dir=self.dir)
        ops = os.path.join(self.dir, "ops.json")
        out = os.path.join(folder, {"render": "out.png", "edit": "out.wav", "stft": "out.npy"}.get(command, "out"))
        arguments = {"info": ["info", "--", source], "render": ["render", "-o", out, "--size", "300x200", "--", source],
                     "edit": ["edit", "--ops", ops, "-o", out, "--", source]}[command]
        try:
            done = subprocess.run([sbtest.CLI, *arguments], stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST_S,
                                  check=False)
        except subprocess.TimeoutExpired:
            return source, command, f"still at it after {LONGEST_S} s", None
        told = done.stderr.decode("utf-8", "replace")
        left = sorted(os.listdir(folder))
        shutil.rmtree(folder)
        wrong = None
        if done.returncode not in (0, 1):
            wrong = f"exit status {done.returncode}"
        elif "Sanitizer" in told or "runtime error" in told or "CRITICAL" in told:
            wrong = "a checker's report"
        elif done.returncode == 1 and (told.count("\n") != 1 or len(told) < 30):
            wrong = "not one sentence on one line"
        elif done.returncode == 1 and left:
            wrong = f"refused, but left {left}"
        return source, command, wrong and f"{wrong}: {told[-2000:]}", done.returncode

    def test_every_file(self):
        with open(os.path.join(self.dir, "ops.json"), "w", encoding="utf-8") as file:
            json.dump(OPS, file)
        files = sorted(os.fsencode(path) for path in glob.glob(os.path.join(HOSTILE, "*"))
                       if not path.endswith((".sh", ".md", ".tsv")))
        if LONG:
            cases = self.path("cases")
            subprocess.run(["sh", os.path.join(HOSTILE, "make_fs_cases.sh"), cases], check=True, capture_output=True)
            files += sorted(os.path.join(os.fsencode(cases), name) for name in os.listdir(os.fsencode(cases)))
        else:
            files = files[::7]
        # hours of silence are only asked what they are: everything else of them takes its time
        calls = [(path, command) for path in files for command in ("info", "render", "edit")
                 if command == "info" or not os.path.isfile(path) or os.path.getsize(path) < HUGE]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda call: self.call(*call), calls))
        wrong = [f"{command} {source!r}: {what}" for source, command, what, _ in results if what]
        read = sum(status == 0 for _, _, _, status in results)
        print(f"{len(results)} calls on {len(files)} files: {read} with a result, {len(results) - read - len(wrong)} refused")
        self.assertEqual(wrong, [])
        self.assertGreater(read, len(files) // 10)
        self.assertGreater(len(results) - read, len(files) // 10)


if __name__ == "__main__":
    main()
