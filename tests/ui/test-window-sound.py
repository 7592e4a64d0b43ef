#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window plays through PortAudio and a real sound daemon, and what the
daemon's sink received is the result, bit for bit, through seeks and loops too.

    test-window-sound.py PROJECT_ROOT SONOBRUSH SONOBRUSH_CLI [SECONDS]

SECONDS: how long it plays with seeks and loops (8); given, not one late moment
is forgiven.
"""
import os
import random
import re
import sys
import time

from tap import Tap

try:
    import numpy as np

    import sound
    from wav import write_wav
except ImportError:
    np = None

from desktop import Desktop, end, missing_tools, wait_until
from window import Window, quoted

OPERATION = ('{"kind": "box", "from_s": 2.5, "to_s": 5.5, "low_hz": 3980, "high_hz": 4210, "gain_db": "-inf"}')
FROM_S = 3.0


def play_and_record(desktop, window, recording):
    window.wait_shown().wait_open(os.path.basename(recording).rsplit(".", 1)[0])
    window.activate("view-source", "'result'")
    window.activate("output", "('', 0.2)")  # a busy machine is no fault
    window.activate("apply-operation", quoted(OPERATION))
    window.wait_enabled("undo")
    window.save_edits(desktop.path("edits.json"))
    recorder = desktop.record_sound(desktop.path("heard.raw"))
    window.activate("seek", str(FROM_S))
    window.activate("play")
    window.wait_enabled("stop")
    time.sleep(2.5)
    window.activate("stop")
    window.wait_enabled("play")
    time.sleep(0.5)
    end(recorder)
    window.quit()


def compare(desktop, cli, recording):
    rate, x, r = sound.float_sources(cli, recording, desktop.path("edits.json"), desktop.folder)
    heard = np.fromfile(desktop.path("heard.raw"), "<f4")
    heard = heard[:len(heard) // 2 * 2].reshape(-1, 2)
    y = (x - r).astype(np.float32)
    assert np.any(r[int(3.2 * rate):int(4.0 * rate)])
    seconds, late = sound.check_heard(heard, y, rate, FROM_S, 1.5, "the daemon's sink")
    print(f"# {seconds:.3f} s heard bit for bit, late {late} times")


# ---- seeks and loops -------------------------------------------------------------------------------------------------

RATE, NOISE_S = 48000, 20
RULER_Y = 70


def write_noise(path):
    """Of which no stretch is like another."""
    write_wav(path, RATE, np.random.default_rng(5).integers(-12000, 12000, (NOISE_S * RATE, 2)))


def jump_about(desktop, window, seconds):
    """Seeks, and loops marked on the ruler; returns (seeks, loops)."""
    window.wait_shown().wait_open("noise")
    window.activate("apply-operation", quoted(OPERATION))
    window.wait_enabled("undo")
    window.save_edits(desktop.path("edits.json"))
    window.calibrate(desktop.path("scratch.json"))
    recorder = desktop.record_sound(desktop.path("jumps.raw"))
    chance, until, seeks, loops = random.Random(3), time.monotonic() + seconds, 0, 0
    window.activate("play")
    window.wait_enabled("stop")
    while time.monotonic() < until:
        time.sleep(chance.uniform(0.4, 0.9))
        if seeks % 4 == 1 and loops <= seeks // 4:
            begin = chance.uniform(1, 15)
            window.drag([(window.x_of(begin + part), RULER_Y) for part in (0, 0.2, chance.uniform(0.5, 2))])
            loops += 1
        else:
            window.activate("seek", f"{chance.uniform(0.5, 16):.4f}")
            seeks += 1
        assert window.enabled("stop"), "it plays on"
    window.activate("stop")
    window.wait_enabled("play")
    time.sleep(0.3)
    end(recorder)
    window.quit()
    print(f"# {seeks} seeks, {loops} loops marked")
    assert seeks >= 3 and loops >= 1
    return seeks + loops


def stretches(heard, wanted):
    """[(frames that are the wanted ones bit for bit, frames of something else before them)]; the last: the rest."""
    keys = wanted.view(np.uint64).ravel()
    order = np.argsort(keys, kind="stable")
    sorted_keys = keys[order]
    heard_keys = heard.view(np.uint64).ravel()
    found, i, odd = [], 0, 0
    while i + 16 < len(heard):
        place = None
        k = np.searchsorted(sorted_keys, heard_keys[i])
        while k < len(order) and sorted_keys[k] == heard_keys[i]:
            at = order[k]
            if np.array_equal(heard_keys[i:i + 16], keys[at:at + 16]):
                place = int(at)
                break
            k += 1
        if place is None:
            i, odd = i + 1, odd + 1
            continue
        n = sound.agreeing(heard, wanted, i, place)
        found.append((n, odd))
        i, odd = i + n, 0
    return found, odd


def compare_jumps(desktop, cli, recording, strict):
    """Whatever is not the result lies in crossfades of 10 ms, or is silence because the machine was late."""
    rate, x, r = sound.float_sources(cli, recording, desktop.path("edits.json"), desktop.folder)
    wanted = np.ascontiguousarray((x - r).astype(np.float32))
    heard = np.fromfile(desktop.path("jumps.raw"), "<f4")
    heard = heard[:len(heard) // 2 * 2].reshape(-1, 2)
    sounding = np.flatnonzero(np.any(heard != 0, axis=1))
    heard = heard[sounding[0]:sounding[-1] + 1]
    silent = ~np.any(heard != 0, axis=1)
    late = int((np.diff(silent.astype(int)) == 1).sum())
    found, rest = stretches(np.ascontiguousarray(heard[~silent]), wanted)
    exact, odd = sum(n for n, _ in found), [m for _, m in found] + [rest]
    print(f"# {exact / rate:.2f} s bit for bit in {len(found)} stretches, {sum(odd) / rate:.3f} s in crossfades, the "
          f"longest {max(odd)} frames; late {late} times")
    fade = int(sound.CROSSFADE_S * rate) + 2
    assert exact > 0.8 * len(heard), "most of it is not the result"
    # a loop may begin or end within another crossfade: two of them follow at once
    assert max(odd) <= 2 * fade + 18, "something else than a crossfade was heard"
    assert late == 0 or not strict, f"the sound was late {late} times"  # else: a busy machine is no fault


def device_goes(desktop, window):
    """The sink vanishes while it plays: the window lives and says so, and stops within seconds."""
    window.activate("play")
    window.wait_enabled("stop")
    time.sleep(0.5)
    daemon = next(p for p in desktop.processes if "pulseaudio" in p.args[0])
    end(daemon)
    wait_until(lambda: window.must_live() and window.enabled("play"), 10, "playing to stop without a device")
    window.quit()


def main():
    root, program, cli = sys.argv[1:4]
    recording = os.path.join(root, "data", "demo", "garden-interview.flac")
    strict = len(sys.argv) > 4
    seconds = float(sys.argv[4]) if strict else 8
    cases = Tap()
    lacking = missing_tools(sound=True) + ([] if np is not None else ["NumPy"])
    if lacking:
        cases.skip("/window-sound", f"{', '.join(lacking)} missing")
        return cases.finish()
    with Desktop(sound_rate=48000) as desktop:
        window = Window(desktop, program, recording)
        if cases.run("/window-sound/play", play_and_record, desktop, window, recording):
            cases.run("/window-sound/bit-identical", compare, desktop, cli, recording)
        else:
            print("# " + window.output().replace("\n", "\n# "))
    with Desktop(sound_rate=RATE) as desktop:
        noise = desktop.path("noise.wav")
        write_noise(noise)
        window = Window(desktop, program, noise, SONOBRUSH_DEBUG="sound")
        if cases.run("/window-sound/seeks-and-loops", jump_about, desktop, window, seconds):
            cases.run("/window-sound/seeks-and-loops-bit-identical", compare_jumps, desktop, cli, noise, strict)
            cases.check("/window-sound/underruns-are-told",
                        re.search(r"sound: \d+ underruns \(\d+ frames\) in [1-9]\d* callbacks", window.output()),
                        window.output())
            print("# " + window.output().strip().replace("\n", "\n# "))
        else:
            print("# " + window.output().replace("\n", "\n# "))
    with Desktop(sound_rate=48000) as desktop:
        window = Window(desktop, program, recording)
        cases.run("/window-sound/opens", lambda: window.wait_shown().wait_open("garden-interview"))
        cases.run("/window-sound/device-goes", device_goes, desktop, window)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
