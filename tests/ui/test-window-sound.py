#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The window plays through PortAudio and a real sound daemon, and what the
daemon's sink received is the result, bit for bit.

    test-window-sound.py PROJECT_ROOT SONOBRUSH SONOBRUSH_CLI
"""
import os
import sys
import time

from tap import Tap

try:
    import numpy as np

    import sound
except ImportError:
    np = None

from desktop import Desktop, end, missing_tools, wait_until
from window import Window, quoted

OPERATION = ('{"kind": "box", "from_s": 2.5, "to_s": 5.5, "low_hz": 3980, "high_hz": 4210, "gain_db": "-inf"}')
FROM_S = 3.0


def play_and_record(desktop, window, recording):
    window.wait_shown().wait_open(os.path.basename(recording).rsplit(".", 1)[0])
    window.activate("view-source", "'result'")
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
    with Desktop(sound_rate=48000) as desktop:
        window = Window(desktop, program, recording)
        cases.run("/window-sound/opens", lambda: window.wait_shown().wait_open("garden-interview"))
        cases.run("/window-sound/device-goes", device_goes, desktop, window)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
