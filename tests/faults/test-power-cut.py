#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power cuts: an ext4 on a loop device is shut down without its journal.

    test-power-cut.py ROOT DRIVER SHIM CLI

What had not reached the disk by an fsync is gone then, as after a power cut;
the disk is mounted again and must hold every acknowledged stroke, and targets
that are the old ones or complete.  The disk writes nothing back by itself for
minutes, so nothing is saved by luck.  Needs root and loop devices; the mounts
lie in a name space of this process alone and go with it.  SB_LONG_TESTS=1: the
cut comes at each call instead of some.
"""
import fcntl
import json
import os
import random
import shutil
import struct
import subprocess
import sys
import time

if os.geteuid() == 0 and shutil.which("unshare") and "SB_OWN_MOUNTS" not in os.environ:
    alone = ["unshare", "--mount", "--propagation", "private"]
    if subprocess.run(alone + ["true"], stderr=subprocess.DEVNULL).returncode == 0:
        os.environ["SB_OWN_MOUNTS"] = "1"
        os.execvp(alone[0], alone + [sys.executable, *sys.argv])

from faults import (CLI, DRIVER, LONG, calls, check_kept, clean, content, fresh, last,  # noqa: E402
                    make_recording, path, run, state, whole_lines)
from tap import Tap  # noqa: E402

SHUT_DOWN_EXT4, WITHOUT_ITS_JOURNAL = 0x8004587D, 2
cases = Tap()


class Disk:
    """A small ext4 of our own, in a file."""

    def __init__(self):
        self.image, self.mount = path("disk.img"), path("disk")
        os.mkdir(self.mount)
        with open(self.image, "wb") as file:
            file.truncate(96 << 20)
        self._must("mkfs.ext4", "-q", "-F", "-J", "size=4", self.image)
        self.n_cuts = 0
        self.on()

    @staticmethod
    def _must(*command):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise OSError(f"{command[0]}: {done.stdout.strip()}")

    def on(self):
        self._must("mount", "-o", "loop,commit=300", self.image, self.mount)

    def off(self):
        for attempt in range(50):  # a process that was killed may still be ending
            if subprocess.run(["umount", self.mount], stderr=subprocess.DEVNULL).returncode == 0:
                return
            time.sleep(0.02)
        self._must("umount", self.mount)

    def cut(self):
        """What no fsync has brought to the disk is gone."""
        fd = os.open(self.mount, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(fd, SHUT_DOWN_EXT4, struct.pack("I", WITHOUT_ITS_JOURNAL))
        finally:
            os.close(fd)

    def back(self):
        self.off()
        self.on()
        self.n_cuts += 1

    def fresh(self, name):
        shutil.rmtree(os.path.join(self.mount, name), ignore_errors=True)
        os.sync()
        return os.path.join(self.mount, name)


disk = None


def places(n, few):
    if LONG or n <= few:
        return range(1, n + 2)
    return sorted({1, 2, 3, n - 1, n, n + 1} | set(random.Random(5).sample(range(4, n - 1), few - 6)))


def run_and_cut(n, *command, word):
    """As run(); the power is cut at the n-th call, or right after the end."""
    out, err, status = run(*command, call="any", at=n, do="cut", path=word, mount=disk.mount)
    assert status in (0, -9), f"{status} {err}"
    if status == 0:
        disk.cut()
    disk.back()
    return out, status


def acknowledged_strokes():
    """200 strokes, then the power is cut, as soon as the last is acknowledged."""
    recording, sessions, n_wanted = make_recording("strokes.wav"), disk.fresh("strokes"), 200
    process = subprocess.Popen([DRIVER, "strokes", recording, sessions, str(2 * n_wanted)], stdout=subprocess.PIPE, text=True)
    n_kept, out = 0, ""
    while n_kept < n_wanted:
        line = process.stdout.readline()
        assert line, "the driver ended"
        out += line
        n_kept += line.startswith("kept ")
    disk.cut()
    process.kill()
    out += whole_lines(process.communicate()[0])
    disk.back()
    _, shown = state(recording, sessions)
    n_there = int(last(shown, "edits"))
    print(f"# {n_kept} acknowledged, {n_there} there after the power cut")
    assert n_there >= n_wanted, f"{n_wanted} acknowledged, {n_there} there"
    assert "damaged" not in shown and "cannot be read" not in shown, shown


def painting(what):
    recording, sessions = make_recording(what + ".wav"), disk.fresh("cut-" + what)
    command = (DRIVER, what, recording, sessions, "8")
    n_calls = len(calls(*command, word="cut-" + what))
    for n in places(n_calls, 10):
        disk.fresh("cut-" + what)
        out, _ = run_and_cut(n, *command, word="cut-" + what)
        check_kept(out, recording, sessions, f"power cut at call {n} of {n_calls}")
    print(f"# cut at {len(places(n_calls, 10))} of {n_calls} calls")
    assert n_calls > 20


def first_restart():
    """The power goes again while the first start after a cut is under way."""
    recording, made = make_recording("restart.wav"), disk.fresh("restart-made")
    out, _ = run_and_cut(30, DRIVER, "paint", recording, made, "8", word="restart-made")
    allowed = {last(out, "kept"), last(out, "made")}
    kept = shutil.copytree(made, fresh("restart-kept"))
    n_calls = len(calls(DRIVER, "show", recording, made, word="restart-made"))
    for n in places(n_calls, 8):
        shutil.copytree(kept, disk.fresh("restart-made"))
        os.sync()
        run_and_cut(n, DRIVER, "show", recording, made, word="restart-made")
        now, shown = state(recording, made)
        assert now in allowed and "damaged" not in shown, f"power cut at call {n} of {n_calls}: {shown}"
    print(f"# cut at {len(places(n_calls, 8))} of {n_calls} calls")


def replacing(name, command, target, old, good, meaning):
    """The target is the old one or the new one, and the new one once success was told."""
    n_calls = len(calls(*command, word=name))
    for n in places(n_calls, 10):
        work = disk.fresh(name)
        os.mkdir(work)
        shutil.copy(old, target)
        os.sync()
        _, status = run_and_cut(n, *command, word=name)
        now = meaning(target)
        where = f"power cut at call {n} of {n_calls}"
        assert now in (meaning(old), good), f"{where}: {now[:80]}"
        assert status != 0 or now == good, f"{where}: success was told, and the old one is there"
    print(f"# cut at {len(places(n_calls, 10))} of {n_calls} calls")
    assert n_calls > 3


def exporting(ending):
    recording, ops, good, old = make_recording("export.wav", 60000), path("ops.json"), path("good." + ending), path("old")
    with open(ops, "w") as file:
        json.dump({"version": 1, "ops": [{"kind": "box", "from_s": 0.5, "to_s": 1, "low_hz": 900, "high_hz": 3000,
                                          "gain_db": "-inf"}]}, file)
    with open(old, "wb") as file:
        file.write(b"the old one" * 9000)
    assert run(CLI, "edit", recording, "--ops", ops, "-o", good)[2] == 0
    name = "cut-" + ending
    os.mkdir(disk.fresh(name))
    target = os.path.join(disk.mount, name, "out." + ending)
    replacing(name, (CLI, "edit", recording, "--ops", ops, "-o", target), target, old, content(good), content)


def saving():
    recording, sessions, old = make_recording("save.wav"), fresh("save-sessions"), path("old.sonobrush")
    run(DRIVER, "strokes", recording, sessions, "2")
    assert run(DRIVER, "save", recording, sessions, old)[2] == 0
    run(DRIVER, "strokes", recording, sessions, "4")
    assert run(DRIVER, "save", recording, sessions, path("good.sonobrush"))[2] == 0
    os.mkdir(disk.fresh("cut-save"))
    target = os.path.join(disk.mount, "cut-save", "p.sonobrush")

    def loaded(name):
        return run(DRIVER, "load", name)[0]
    assert loaded(old) != loaded(path("good.sonobrush"))
    replacing("cut-save", (DRIVER, "save", recording, sessions, target), target, old, loaded(path("good.sonobrush")), loaded)


def main():
    global disk
    if os.geteuid() != 0 or "SB_OWN_MOUNTS" not in os.environ:
        cases.skip("power cuts", "only root may mount a disk in a name space of its own", even_in_ci=True)
        return cases.finish()
    try:
        disk = Disk()
        disk.cut()
        disk.back()
    except OSError as error:
        cases.skip("power cuts", f"no disk can be made here whose power can be cut: {error}", even_in_ci=True)
        return cases.finish()
    cases.run("200 acknowledged strokes", acknowledged_strokes)
    cases.run("power cut while painting", painting, "paint")
    cases.run("power cut while going back and forth", painting, "undo")
    cases.run("power cut at the first restart", first_restart)
    cases.run("power cut during Save As", saving)
    for ending in ("wav", "flac", "ogg", "rf64") if LONG else ("wav", "flac"):
        cases.run(f"power cut during an export to {ending}", exporting, ending)
    print(f"# {disk.n_cuts} power cuts")
    disk.off()
    return cases.finish()


try:
    result = main()
finally:
    clean()
sys.exit(result)
