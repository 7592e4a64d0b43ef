# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests with kills and disk errors share: a scratch folder, recordings,
the driver under the preloaded shim, and what must hold afterwards.

    test-….py ROOT DRIVER SHIM CLI
"""
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT, DRIVER, SHIM, CLI = sys.argv[1:5]
sys.path.insert(0, os.path.join(ROOT, "tests", "project"))

LONG = bool(os.environ.get("SB_LONG_TESTS"))


def scratch_parent():
    """Memory where there is some: thousands of fsyncs wait for no disk, and what a kill leaves is the same."""
    try:
        room = os.statvfs("/dev/shm")
        if os.access("/dev/shm", os.W_OK) and room.f_bavail * room.f_frsize > 256 << 20:
            return "/dev/shm"
    except OSError:
        pass
    return None


folder = tempfile.mkdtemp(prefix="sonobrush-faults-", dir=scratch_parent())


def clean():
    shutil.rmtree(folder, ignore_errors=True)


def path(*names):
    return os.path.join(folder, *names)


def fresh(name):
    """A folder of that name that is not there."""
    shutil.rmtree(path(name), ignore_errors=True)
    return path(name)


def make_recording(name, n_frames=22050, seed=5):
    frames = struct.pack(f"<{n_frames}h", *random.Random(seed).choices(range(-9000, 9000), k=n_frames))
    with open(path(name), "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 36 + len(frames)) + b"WAVEfmt "
                   + struct.pack("<IHHIIHH", 16, 1, 1, 22050, 44100, 2, 16) + b"data" + struct.pack("<I", len(frames))
                   + frames)
    return path(name)


def run(*command, **fault):
    """Output, error, status.  fault: call, at, do, path (a word in the name), sticky, count, mount."""
    environment = dict(os.environ, ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
    if fault:
        environment["LD_PRELOAD"] = SHIM
        for key, value in fault.items():
            environment["SB_FAULT_" + key.upper()] = str(value)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)
    return done.stdout, done.stderr, done.returncode


def calls(*command, word, call="any"):
    """The letters of the calls that an unhurt run makes on files with the word in their name."""
    count = path("count")
    if os.path.exists(count):
        os.remove(count)
    run(*command, call=call, at=0, do="EIO", path=word, count=count)
    with open(count) as file:
        return file.read()


def last(output, word):
    found = [line.split()[1] for line in output.splitlines() if line.startswith(word + " ") and len(line.split()) > 1]
    return found[-1] if found else None


def state(recording, sessions):
    """Hash of all that is there after an ordinary start, and everything that the start said."""
    out, err, status = run(DRIVER, "show", recording, sessions)
    assert status == 0, f"it does not open: {err}"
    return last(out, "hash"), out


_empty = []


def empty_state():
    if not _empty:
        _empty.append(state(make_recording("empty.wav"), path("sessions-empty"))[0])
    return _empty[0]


def check_kept(output, recording, sessions, where, before=None):
    """What was acknowledged is there, at most the change under way besides; twice, and without complaint."""
    hash_now, shown = state(recording, sessions)
    kept, made = last(output, "kept"), last(output, "made")
    before = before or empty_state()
    allowed = {kept or before, made} if made else {before}
    assert hash_now in allowed, f"{where}: acknowledged {kept}, made {made}, found {hash_now}"
    assert "damaged" not in shown and "cannot be read" not in shown, f"{where}: {shown}"
    assert state(recording, sessions)[0] == hash_now, f"{where}: another state at the second start"


def whole_lines(output):
    return "".join(line for line in output.splitlines(keepends=True) if line.endswith("\n"))


def content(name):
    """The bytes; of an Ogg file the sound, since each gets a serial number by chance."""
    with open(name, "rb") as file:
        raw = file.read()
    if raw[:4] != b"OggS":
        return raw
    ops, sound = path("nothing.json"), path("sound.wav")
    with open(ops, "w") as file:
        file.write('{"version": 1, "ops": []}')
    out, err, status = run(CLI, "edit", name, "--ops", ops, "-o", sound)
    assert status == 0, f"an Ogg file that cannot be read: {err}"
    with open(sound, "rb") as file:
        return file.read()
