#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills and disk errors at every place, with real processes.

    test-faults.py ROOT DRIVER SHIM CLI

At the n-th write, fsync, rename or unlink, for n = 1, 2, 3 … until nothing is
left to hit, in opening, analysis, strokes, undo, the checkpoint, Save As,
export and the first start after a kill: what was acknowledged is there, a
target is the old one or complete, and the next start is an ordinary one.  The
same with EIO, ENOSPC, EINTR and short writes and reads.  SB_LONG_TESTS=1:
every n instead of some, and 1,000 random kills instead of 40.  SB_CASES: only
those with this word in their name.  SB_SHARE=K/N: every N-th case from the
K-th on, so that N programs beside each other do all: they wait for disks.
"""
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

from faults import (CLI, DRIVER, LONG, calls, check_kept, clean, content, empty_state, fresh, last, make_recording, path, run,
                    state, whole_lines)
from tap import Tap

N_STROKES = 24 if LONG else 5
ERRORS = ("EIO", "ENOSPC", "EINTR", "short")
cases = Tap()


def places(n, do, few=5):
    """Which of n calls are hit: every one for kills and in the long run; else both ends and some between."""
    if do == "kill" or LONG or n <= 2 * few:
        return range(1, n + 1)
    between = random.Random(7).sample(range(few + 1, n - few // 2), few // 2)
    return sorted(set(range(1, few + 1)) | set(between) | set(range(n - few // 2, n + 1)))


def keeping(what, do):
    """`paint` (strokes, mutes, removals, now and then an undo) or `undo` (only back and forth)."""
    recording, sessions = make_recording(what + ".wav"), path("sessions-" + what)
    command = (DRIVER, what, recording, sessions, str(N_STROKES if what == "paint" else 2 * N_STROKES))
    n_calls = len(calls(*command, word="sessions-" + what))
    for n in places(n_calls, do):
        fresh("sessions-" + what)
        out, err, status = run(*command, call="any", at=n, do=do, path="sessions-" + what)
        check_kept(out, recording, sessions, f"{do} at call {n}")
        assert do == "kill" or status == 0, f"{do} at call {n}: {status} {err}"
    # One more than were counted, until a clean pass: the hash of the recording's bytes comes when it is ready, and its own
    # transaction may have been part of another's.
    for n in range(n_calls + 1, n_calls + 60 if do == "kill" else 0):
        fresh("sessions-" + what)
        out, _, status = run(*command, call="any", at=n, do=do, path="sessions-" + what)
        if status == 0:
            break
        check_kept(out, recording, sessions, f"{do} at call {n}")
    else:
        assert do != "kill", "there is no end of calls"
    print(f"# {do} at {len(places(n_calls, do))} of {n_calls} calls")
    assert n_calls > 20


def kept_session(name, n=6):
    """A session as a kill leaves it: all in the database's log, nothing put back yet."""
    recording, sessions = make_recording(name + ".wav"), fresh(name + "-made")
    out, _, status = run(DRIVER, "paint", recording, sessions, str(n + 2), call="fsync", at=n + 8, do="kill", path=name + "-made")
    assert status != 0 and last(out, "kept"), out
    assert any(file.endswith("-wal") for file in os.listdir(sessions)), "no log was left"
    return recording, sessions, {last(out, "kept"), last(out, "made")}


def opening(do, call="any"):
    """Of a new recording, of one that was closed in peace, and of one that was moved (its session goes along)."""
    total = 0
    for kind in ("new", "closed", "moved"):
        word = f"opening-{kind}"
        recording, made = make_recording(word + ".wav"), fresh(word + "-made")
        expected = empty_state()
        if kind != "new":
            out, _, status = run(DRIVER, "paint", recording, made, "4")
            assert status == 0
            expected = last(out, "kept")
        if kind == "moved":
            os.rename(recording, path(word + "-there.wav"))
            recording = path(word + "-there.wav")

        def before():
            sessions = fresh(word + "-sessions")
            if kind != "new":
                shutil.copytree(made, sessions)
            return sessions
        sessions = before()
        # an error while the recording itself is read is an error of opening; the session's are none
        n_calls = len(calls(DRIVER, "show", recording, sessions, word=word + "-sessions" if call == "any" else word, call=call))
        for n in places(n_calls, do):
            sessions = before()
            out, err, status = run(DRIVER, "show", recording, sessions, call=call, at=n, do=do,
                                   path=word + "-sessions" if call == "any" else word)
            where = f"{kind}: {do} at {call} {n} of {n_calls}"
            # what cannot be taken over is offered
            offered = kind == "moved" and f"when it was “{path(word + '.wav')}”. They can be copied." in out
            assert do == "kill" or (status == 0 and (last(out, "hash") == expected or offered)) or \
                (call == "read" and (status == 1 and err.strip().endswith(".") or "keeping" in out)), f"{where}: {out} {err}"
            now, shown = state(recording, sessions)
            assert now == expected and "damaged" not in shown, f"{where}: {shown}"
        total += n_calls
    print(f"# {total} calls")
    assert total > 5


def analysis(do, call="any"):
    """The picture is the same, from the cache or from samples; what is damaged is not taken."""
    recording, cache = make_recording("analysis.wav", 1700000), path("analysis-pictures")
    command = (DRIVER, "analyse", recording, cache)
    fresh("analysis-pictures")
    out, err, status = run(*command)
    good = last(out, "hash")
    assert status == 0 and last(out, "from") == "samples" and os.listdir(cache), out + err
    assert (last(run(*command)[0], "from"), last(run(*command)[0], "hash")) == ("cache", good)
    fresh("analysis-pictures")
    word = "analysis-pictures" if call == "any" else "analysis"
    n_calls = len(calls(*command, word=word, call=call))
    header = range(1, 30) if call == "read" else ()  # where a read that fails is not told by every library
    for n in sorted({*places(n_calls, do, few=3), *header}):
        fresh("analysis-pictures")
        out, err, status = run(*command, call=call, at=n, do=do, path=word)
        where = f"{do} at {call} {n} of {n_calls}"
        assert do == "kill" or (status == 0 and last(out, "hash") == good) or \
            (call == "read" and (err.strip().endswith(".") or last(out, "problem") != "none")), f"{where}: {out} {err}"
        left = [name for name in (os.listdir(cache) if os.path.isdir(cache) else []) if not name.endswith(".sbpicture")]
        assert do == "kill" or not left, f"{where}: left behind: {left}"
        out, err, status = run(*command)
        assert status == 0 and last(out, "hash") == good, f"{where}, the next time: {out} {err}"
        left = [name for name in os.listdir(cache) if not name.endswith(".sbpicture")]
        assert not left or last(out, "from") == "cache", f"{where}, the next time: left behind: {left}"
    print(f"# {do} at {len(places(n_calls, do, few=3))} of {n_calls} calls")
    assert n_calls > 3


def checkpoint(do):
    """The log is put back into the database by itself at 1,000 pages, and when a session is closed."""
    recording, sessions, n = make_recording("checkpoint.wav"), fresh("checkpoint-sessions"), 420
    command = (DRIVER, "paint", recording, sessions, str(n))
    made = calls(*command, word="checkpoint-sessions")
    first_log = made.index("w")
    by_itself = [i + 1 for i in range(first_log, len(made)) if made[i] in "WFT"]
    closing = [i for i in by_itself if i > made.rindex("w")]
    by_itself = [i for i in by_itself if i <= made.rindex("w")]
    print(f"# {len(made)} calls; the checkpoint at {by_itself[:1]}: {len(by_itself)}, at the end: {len(closing)}")
    assert len(by_itself) > 3 and len(closing) > 1, "there was no checkpoint"
    few = 1000 if LONG else 2
    for hit in by_itself[:few] + by_itself[-few:] + closing[:few] + closing[-few:]:
        sessions = fresh("checkpoint-sessions")
        out, err, status = run(*command, call="any", at=hit, do=do, path="checkpoint-sessions")
        check_kept(out, recording, sessions, f"{do} at call {hit}")
        assert do == "kill" or status == 0, f"{do} at call {hit}: {status} {err}"


def full_disk_for_good():
    """Every write fails from some point on: what was acknowledged is there, and it is said."""
    recording = make_recording("full.wav")
    for n in (1, 2, 5, 9, 17, 30):
        sessions = fresh("sessions-full")
        out, err, status = run(DRIVER, "paint", recording, sessions, "3", call="write", at=n, do="ENOSPC", sticky=1,
                               path="sessions")
        assert status == 0, err
        assert "trouble" in out or "kept" in out
        check_kept(out, recording, sessions, f"full at write {n}")


def first_restart(do):
    recording, made, allowed = kept_session("restart")
    before = shutil.copytree(made, fresh("restart-sessions"))
    n_calls = len(calls(DRIVER, "paint", recording, before, "1", word="restart-sessions"))
    for n in places(n_calls, do):
        sessions = shutil.copytree(made, fresh("restart-sessions"))
        more, err, status = run(DRIVER, "paint", recording, sessions, "1", call="any", at=n, do=do, path="restart-sessions")
        now, shown = state(recording, sessions)
        where = f"{do} at call {n} of {n_calls}"
        assert now in allowed | {last(more, "kept"), last(more, "made")}, where
        assert "damaged" not in shown and "cannot be read" not in shown, f"{where}: {shown}"
        assert not last(more, "kept") or now == last(more, "kept"), where
        assert do == "kill" or status == 0, f"{where}: {err}"
    print(f"# {do} at {len(places(n_calls, do))} of {n_calls} calls")
    assert n_calls > 3


def save_as(do):
    recording, sessions = make_recording("save.wav"), fresh("sessions-save")
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
    return n < len(calls(DRIVER, "save", recording, sessions, target, word=word))


def export(ending, do):
    recording = make_recording("export.wav", 60000)
    work = path(f"export-{ending}-{do}")
    os.makedirs(work)
    ops, target, good = path("ops.json"), os.path.join(work, "out." + ending), path("good." + ending)
    with open(ops, "w") as file:
        json.dump({"version": 1, "ops": [{"kind": "box", "from_s": 0.5, "to_s": 1, "low_hz": 900, "high_hz": 3000,
                                          "gain_db": "-inf"}]}, file)
    assert run(CLI, "edit", recording, "--ops", ops, "-o", good)[2] == 0
    complete = content(good)
    total = len(calls(CLI, "edit", recording, "--ops", ops, "-o", target, word=f"export-{ending}"))
    hit = range(1, total + 1) if LONG or total <= 60 else sorted(set(
        list(range(1, 16)) + list(range(total - 12, total + 1)) + random.Random(3).sample(range(1, total), 20)))
    for n in hit:
        with open(target, "wb") as file:
            file.write(b"the old one")
        _, err, status = run(CLI, "edit", recording, "--ops", ops, "-o", target, call="any", at=n, do=do,
                             path=f"export-{ending}")
        now = content(target)
        assert now in (b"the old one", complete), f"{do} at call {n}: {len(now)} bytes"
        if status == 0:
            assert now == complete, f"{do} at call {n}: success told, but it is the old one"
        elif do != "kill":
            assert status == 1 and err.count("\n") == 1, f"{do} at call {n}: {status} {err}"
    assert run(CLI, "edit", recording, "--ops", ops, "-o", target)[2] == 0
    left = [name for name in os.listdir(work) if name != os.path.basename(target)]
    assert not left, f"left behind: {left}"
    print(f"# {do} at {len(hit)} of {total} calls")


def random_kills():
    """Painting all the time, killed at any time; every session goes on where the last one ended."""
    recording, sessions = make_recording("random.wav"), fresh("sessions-random")
    rng, before, n_kept = random.Random(11), empty_state(), 0
    count = int(os.environ.get("SB_KILLS", "1000" if LONG else "40"))
    for i in range(count):
        process = subprocess.Popen([DRIVER, "paint", recording, sessions, "400"], stdout=subprocess.PIPE, text=True)
        time.sleep(rng.uniform(0.005, 0.15))
        process.send_signal(signal.SIGKILL)
        out = whole_lines(process.communicate()[0])
        n_kept += out.count("kept ")
        now, shown = state(recording, sessions)
        allowed = {last(out, "kept") or before, last(out, "made") or before}
        assert now in allowed, f"kill {i}: acknowledged {last(out, 'kept')}, found {now}"
        assert "damaged" not in shown and "cannot be read" not in shown, shown
        before = now
        if i % 25 == 24:
            shutil.rmtree(sessions)
            before = empty_state()
    print(f"# {count} kills, {n_kept} strokes acknowledged, none lost")
    assert n_kept > count / 4


def no_home():
    recording = make_recording("odd.wav")
    environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "XDG_STATE_HOME")}
    ops = path("ops.json")
    done = subprocess.run([CLI, "edit", recording, "--ops", ops, "-o", path("nohome.wav")], env=environment, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr


def clock_that_jumps():
    recording, sessions = make_recording("odd.wav"), fresh("sessions-clock")
    for when in ("-10y", "+10y", "-1d", "+0"):
        out = subprocess.run(["faketime", "-f", when, DRIVER, "strokes", recording, sessions, "3"], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert out.returncode == 0 and "done" in out.stdout, out.stderr
        now, shown = state(recording, sessions)
        assert now == last(out.stdout, "kept"), when
    assert "edits 12 " in shown, shown


def file_limit():
    """RLIMIT_FSIZE: what does not fit is told as trouble; what was acknowledged before is there."""
    recording, n_troubles = make_recording("limit.wav"), 0
    for limit in (1000, 20000, 50000, 90000, 150000) if LONG else (1000, 50000):  # two seconds a stroke, once it is met
        sessions = fresh("sessions-limit")
        out = subprocess.run([DRIVER, "strokes", recording, sessions, "40" if LONG else "10"], text=True, stdout=subprocess.PIPE,
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
        assert out.returncode == 0, out.returncode
        n_troubles += "trouble" in out.stdout
        check_kept(out.stdout, recording, sessions, f"no file over {limit} bytes")
    assert n_troubles > 0, "the limit was never met"


def folder_read_only():
    """As somebody whom permissions hold back."""
    recording, sessions = make_recording("read-only.wav"), fresh("sessions-read-only")
    assert run(DRIVER, "strokes", recording, sessions, "2")[2] == 0
    was = state(recording, sessions)[0]
    for name in (os.path.dirname(sessions), sessions):
        os.chmod(name, 0o755)
    for name in os.listdir(sessions):
        os.chmod(os.path.join(sessions, name), 0o444)
    os.chmod(sessions, 0o555)
    nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    done = subprocess.run([DRIVER, "show", recording, sessions], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          **nobody)
    assert done.returncode == 0 and "cannot be written to" in done.stdout and "edits 2 steps 2 keeping 1" in done.stdout, done
    os.chmod(sessions, 0o755)
    assert state(recording, sessions)[0] == was


share, shares = (int(word) for word in os.environ.get("SB_SHARE", "0/1").split("/"))
turn = 0


def case(name, function, *arguments):
    global turn
    mine = turn % shares == share
    turn += 1
    if mine and os.environ.get("SB_CASES", "") in name:
        cases.run(name, function, *arguments)


try:
    for fault in ("kill", *ERRORS):
        case(f"{fault} at each call of opening", opening, fault)
        case(f"{fault} at each call of the analysis", analysis, fault)
        case(f"{fault} at each call while painting", keeping, "paint", fault)
        case(f"{fault} at each call of undo and redo", keeping, "undo", fault)
        if LONG or fault in ("kill", "ENOSPC"):
            case(f"{fault} at each call of a checkpoint", checkpoint, fault)
        case(f"{fault} at each call of the first restart", first_restart, fault)
        case(f"{fault} at each call of Save As", save_as, fault)
        for kind in ("wav", "rf64", "flac", "ogg") if LONG else ("wav", "flac"):
            case(f"{fault} at each call of an export to {kind}", export, kind, fault)
    for fault in ("EIO", "EINTR", "short") if LONG else ("EIO",):
        case(f"{fault} at each read of opening", opening, fault, "read")
        case(f"{fault} at each read of the analysis", analysis, fault, "read")
    case("a disk that stays full", full_disk_for_good)
    case("random kills", random_kills)
    case("no home", no_home)
    if shutil.which("faketime"):
        case("a clock that jumps by years", clock_that_jumps)
    else:
        cases.skip("a clock that jumps by years", "faketime missing")
    case("a limit to the size of files", file_limit)
    case("a folder that cannot be written to", folder_read_only)
finally:
    clean()
sys.exit(cases.finish())
