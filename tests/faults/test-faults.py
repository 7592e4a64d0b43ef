#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills and disk errors at every place, with real processes.

    test-faults.py ROOT DRIVER SHIM CLI

At the n-th write, fsync, rename or unlink, for n = 1, 2, 3 … until nothing is
left to hit: what was acknowledged is there, a target is the old one or
complete, and the next start is an ordinary one.  SB_LONG_TESTS=1: 1,000 random
kills instead of 40.
"""
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

ROOT, DRIVER, SHIM, CLI = sys.argv[1:5]
sys.path.insert(0, os.path.join(ROOT, "tests", "project"))
from tap import Tap  # noqa: E402

LONG = bool(os.environ.get("SB_LONG_TESTS"))
N_STROKES = 24 if LONG else 5
cases = Tap()
folder = tempfile.mkdtemp(prefix="sonobrush-faults-")


def path(*names):
    return os.path.join(folder, *names)


def make_recording(name, n_frames=22050):
    rng = random.Random(5)
    frames = b"".join(struct.pack("<h", rng.randint(-9000, 9000)) for _ in range(n_frames))
    with open(path(name), "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + len(frames)) + b"WAVEfmt "
                   + struct.pack("<IHHIIHH", 16, 1, 1, 22050, 44100, 2, 16) + b"data" + struct.pack("<I", len(frames))
                   + frames)
    return path(name)


def run(*command, **fault):
    """Output, error, status.  fault: call, at, do, word, sticky, count."""
    environment = dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
    if fault:
        environment["LD_PRELOAD"] = SHIM
        for key, value in fault.items():
            environment["SB_FAULT_" + key.upper()] = str(value)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    return done.stdout, done.stderr, done.returncode


def last(output, word):
    found = [line.split()[1] for line in output.splitlines() if line.startswith(word + " ") and len(line.split()) > 1]
    return found[-1] if found else None


EMPTY = None


def state(recording, sessions):
    out, err, status = run(DRIVER, "show", recording, sessions)
    assert status == 0, f"it does not open: {err}"
    return last(out, "hash"), out


def check_kept(output, recording, sessions, where, before=None):
    hash_now, shown = state(recording, sessions)
    kept, made = last(output, "kept"), last(output, "made")
    allowed = {kept or before or EMPTY, made} if made else {before or EMPTY}
    assert hash_now in allowed, f"{where}: acknowledged {kept}, made {made}, found {hash_now}"
    assert "damaged" not in shown and "cannot be read" not in shown, f"{where}: {shown}"
    assert state(recording, sessions)[0] == hash_now, f"{where}: another state at the second start"


def paint_loop(do):
    recording = make_recording("paint.wav")
    n = 0
    while True:
        n += 1 if LONG or do == "kill" else 3
        sessions = path("sessions")
        shutil.rmtree(sessions, ignore_errors=True)
        out, err, status = run(DRIVER, "paint", recording, sessions, str(N_STROKES), call="any", at=n, do=do,
                               path="sessions/")
        check_kept(out, recording, sessions, f"{do} at call {n}")
        if do != "kill":
            assert status == 0, f"{do} at call {n}: {status} {err}"
        elif status == 0:
            break
        if do != "kill" and not reached(n, "paint", recording, str(N_STROKES)):
            break
    return n


def reached(n, *what):
    """Whether an unhurt run makes at least n calls."""
    global counted
    if what not in counted:
        sessions, count = path("sessions-count"), path("count")
        shutil.rmtree(sessions, ignore_errors=True)
        if os.path.exists(count):
            os.remove(count)
        run(DRIVER, what[0], what[1], sessions, *what[2:], call="any", at=0, do="EIO", path="sessions", count=count)
        counted[what] = os.path.getsize(count)
    return n <= counted[what]


counted = {}


def kill_while_painting():
    n = paint_loop("kill")
    print(f"# killed at each of {n - 1} calls")
    assert n > 20


def errors_while_painting(do):
    n = paint_loop(do)
    print(f"# {do} at each of {n - 1} calls")
    assert n > 20


def full_disk_for_good():
    """Every write fails from some point on: what was acknowledged is there, and it is said."""
    recording = make_recording("full.wav")
    for n in (1, 2, 5, 9, 17, 30):
        sessions = path("sessions-full")
        shutil.rmtree(sessions, ignore_errors=True)
        out, err, status = run(DRIVER, "paint", recording, sessions, "3", call="write", at=n, do="ENOSPC", sticky=1,
                               path="sessions")
        assert status == 0, err
        assert "trouble" in out or "kept" in out
        check_kept(out, recording, sessions, f"full at write {n}")


def kill_at_first_restart():
    recording = make_recording("restart.wav")
    made = path("sessions-made")
    shutil.rmtree(made, ignore_errors=True)
    out, _, _ = run(DRIVER, "paint", recording, made, "5", call="fsync", at=9, do="kill", path="sessions-made")
    assert last(out, "kept"), out
    n = 0
    while True:
        n += 1
        sessions = path("sessions-made-again")
        shutil.rmtree(sessions, ignore_errors=True)
        shutil.copytree(made, sessions)
        more, _, status = run(DRIVER, "paint", recording, sessions, "1", call="any", at=n, do="kill", path="sessions-made-again")
        now, _ = state(recording, sessions)
        assert now in {last(more, "kept"), last(more, "made"), last(out, "kept"), last(out, "made")}, f"call {n}"
        if last(more, "kept"):
            assert now == last(more, "kept"), f"call {n}"
        if status == 0:
            break
    print(f"# killed at each of {n - 1} calls")
    assert n > 3


def save_as(do):
    recording, sessions = make_recording("save.wav"), path("sessions-save")
    shutil.rmtree(sessions, ignore_errors=True)
    run(DRIVER, "paint", recording, sessions, "7")
    work = path("save-" + do)
    os.makedirs(work)
    target = os.path.join(work, "p.sonobrush")
    run(DRIVER, "save", recording, sessions, target)
    with open(target, "rb") as file:
        old = file.read()
    wanted = run(DRIVER, "load", target)[0]
    n = 0
    while True:
        n += 1
        _, err, status = run(DRIVER, "save", recording, sessions, target, call="any", at=n, do=do, path="save-" + do)
        out, _, opened = run(DRIVER, "load", target)
        assert opened == 0 and out == wanted, f"{do} at call {n}: {out}"
        if do not in ("kill",) and status != 0:
            assert err.strip().endswith("."), err
        if status == 0 and (do == "kill" or not hit_again(n, recording, sessions, target, "save-" + do)):
            break
    assert run(DRIVER, "save", recording, sessions, target)[2] == 0
    left = [name for name in os.listdir(work) if name != "p.sonobrush"]
    assert not left, f"left behind: {left}"
    assert len(old) > 0 and n > 3
    print(f"# {do} at each of {n - 1} calls")


def hit_again(n, recording, sessions, target, word):
    count = path("count-save")
    if os.path.exists(count):
        os.remove(count)
    run(DRIVER, "save", recording, sessions, target, call="any", at=0, do="EIO", path=word, count=count)
    return n < os.path.getsize(count)


def export(ending, do):
    recording = make_recording("export.wav", 60000)
    work = path(f"export-{ending}-{do}")
    os.makedirs(work)
    ops, target, good = path("ops.json"), os.path.join(work, "out." + ending), path("good." + ending)
    with open(ops, "w") as file:
        json.dump({"version": 1, "ops": [{"kind": "box", "from_s": 0.5, "to_s": 1, "low_hz": 900, "high_hz": 3000,
                                          "gain_db": "-inf"}]}, file)
    assert run(CLI, "edit", recording, "--ops", ops, "-o", good)[2] == 0
    count = path("count-export")
    if os.path.exists(count):
        os.remove(count)
    with open(good, "rb") as file:
        complete = file.read()
    run(CLI, "edit", recording, "--ops", ops, "-o", target, call="any", at=0, do="EIO", path=f"export-{ending}", count=count)
    total = os.path.getsize(count)
    places = range(1, total + 1) if LONG or total <= 60 else sorted(set(
        list(range(1, 16)) + list(range(total - 12, total + 1)) + random.Random(3).sample(range(1, total), 20)))
    for n in places:
        with open(target, "wb") as file:
            file.write(b"the old one")
        _, err, status = run(CLI, "edit", recording, "--ops", ops, "-o", target, call="any", at=n, do=do,
                             path=f"export-{ending}")
        with open(target, "rb") as file:
            now = file.read()
        assert now in (b"the old one", complete), f"{do} at call {n}: {len(now)} bytes"
        if status == 0:
            assert now == complete, f"{do} at call {n}: success told, but it is the old one"
        elif do != "kill":
            assert status == 1 and err.count("\n") == 1, f"{do} at call {n}: {status} {err}"
    assert run(CLI, "edit", recording, "--ops", ops, "-o", target)[2] == 0
    left = [name for name in os.listdir(work) if name != os.path.basename(target)]
    assert not left, f"left behind: {left}"
    print(f"# {do} at {len(places)} of {total} calls")


def random_kills():
    """Painting all the time, killed at any time; every session goes on where the last one ended."""
    recording, sessions = make_recording("random.wav"), path("sessions-random")
    shutil.rmtree(sessions, ignore_errors=True)
    rng, before, n_kept = random.Random(11), EMPTY, 0
    count = int(os.environ.get("SB_KILLS", "1000" if LONG else "40"))
    for i in range(count):
        process = subprocess.Popen([DRIVER, "paint", recording, sessions, "400"], stdout=subprocess.PIPE, text=True)
        time.sleep(rng.uniform(0.005, 0.15))
        process.send_signal(signal.SIGKILL)
        out = process.communicate()[0]
        lines = [line for line in out.splitlines(keepends=True) if line.endswith("\n")]
        out = "".join(lines)
        n_kept += out.count("kept ")
        now, shown = state(recording, sessions)
        allowed = {last(out, "kept") or before, last(out, "made") or before}
        assert now in allowed, f"kill {i}: acknowledged {last(out, 'kept')}, found {now}"
        assert "damaged" not in shown and "cannot be read" not in shown, shown
        before = now
        if i % 25 == 24:
            shutil.rmtree(sessions)
            before = EMPTY
    print(f"# {count} kills, {n_kept} strokes acknowledged, none lost")
    assert n_kept > count / 4


def odd_surroundings():
    recording = make_recording("odd.wav")
    environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_STATE_HOME")}
    ops = path("ops.json")
    done = subprocess.run([CLI, "edit", recording, "--ops", ops, "-o", path("nohome.wav")], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    sessions = path("sessions-clock")
    if shutil.which("faketime"):
        for when in ("-10y", "+10y", "-1d", "+0"):
            out = subprocess.run(["faketime", "-f", when, DRIVER, "paint", recording, sessions, "3"], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            assert out.returncode == 0 and "done" in out.stdout, out.stderr
            assert state(recording, sessions)[0] == last(out.stdout, "kept"), when


EMPTY = state(make_recording("empty.wav"), path("sessions-empty"))[0]
try:
    cases.run("kill at each call while painting", kill_while_painting)
    cases.run("kill at each call of the first restart", kill_at_first_restart)
    for fault in ("EIO", "ENOSPC", "EINTR", "short"):
        cases.run(f"{fault} at each call while painting", errors_while_painting, fault)
    cases.run("a disk that stays full", full_disk_for_good)
    for fault in ("kill", "ENOSPC", "EIO", "EINTR", "short"):
        cases.run(f"{fault} at each call of Save As", save_as, fault)
        for kind in ("wav", "rf64", "flac", "ogg") if LONG else ("wav", "flac"):
            cases.run(f"{fault} at each call of an export to {kind}", export, kind, fault)
    cases.run("random kills", random_kills)
    cases.run("no home, a clock that jumps", odd_surroundings)
finally:
    shutil.rmtree(folder, ignore_errors=True)
sys.exit(cases.finish())
