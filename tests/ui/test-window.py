#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real window, from opening to export: what was painted is seen, heard and
written, and the command line does the same from the saved edits.

    test-window.py PROJECT_ROOT SONOBRUSH SONOBRUSH_CLI SCREENSHOTS [CASE]
"""
import filecmp
import json
import os
import sys
import time

from tap import Tap

try:
    import numpy as np

    import sound
    from wav import read_wav
except ImportError:
    np = None

from desktop import Desktop, missing_tools, wait_until
from window import Window, quoted

ACTIONS = {"play", "stop", "seek", "loop", "undo", "redo", "view-source", "tool", "show-span", "show-band",
           "apply-operation", "save-project", "export-to", "save-edits-to"}
SHARED = os.environ.get("SB_SHARED_DATA", "")

# name, recording, band in hertz, painted from and to in seconds, ending, bits (0: float)
DEMO = ("demo", "garden-interview.flac", 4096.0, 2.5, 4.4, "flac", 24)
REAL = (("bird", "real/bird_spinetail_44k.wav", 6000.0, 2.0, 3.4, "wav", 16),
        ("music", "real/music_96k_24bit_stereo.flac", 1500.0, 2.0, 3.4, "flac", 24),
        ("aiff", "real/mixed_24bit_48k_stereo.aif", 1000.0, 2.0, 3.4, "aiff", 24))


class Scene:
    """One recording in one window; the cases below follow one another."""

    def __init__(self, desktop, window, recording, case, cli, pictures):
        self.desktop, self.window, self.recording, self.cli, self.pictures = desktop, window, recording, cli, pictures
        self.name, _, self.band_hz, self.from_s, self.to_s, self.ending, self.bits = case
        self.ops = desktop.path("edits.json")

    def picture(self, what):
        self.desktop.screenshot(os.path.join(self.pictures, f"{self.name}-{what}.png"))

    def patch(self):
        """Pixels of a thin strip inside the stroke, uint8[h][w][3]."""
        x0, x1 = round(self.window.x_of(self.from_s + 0.3)), round(self.window.x_of(self.to_s - 0.3))
        y = round(self.window.y_of(self.band_hz))
        width, _, rows = self.desktop.pixels()
        assert 0 < x0 < x1 < width
        return np.array([np.frombuffer(rows[y + dy], np.uint8).reshape(-1, 3)[x0:x1] for dy in (-1, 0, 1)])

    def settled_patch(self):
        """The strip once it no longer changes (tiles are computed on workers)."""
        last = [self.patch()]

        def still():
            time.sleep(0.25)
            now = self.patch()
            same = np.array_equal(now, last[0])
            last[0] = now
            return same
        wait_until(still, 10, "the picture to settle")
        return last[0]


def opened(scene):
    window = scene.window
    assert ACTIONS <= window.actions(), f"actions are missing: {ACTIONS - window.actions()}"
    assert not window.enabled("undo") and not window.enabled("redo"), "nothing was edited yet"
    assert scene.window.save_edits(scene.ops)["ops"] == []
    scene.picture("1-opened")
    for source in ("original", "removed", "result"):
        window.activate("view-source", quoted(source))
        window.wait_state("view-source", quoted(source))


def painted(scene):
    window = scene.window
    low, high = scene.band_hz / 1.6, scene.band_hz * 1.5
    window.activate("show-span", f"({scene.from_s - 0.6}, {scene.to_s + 0.6})")
    window.activate("show-band", f"({low}, {high})")
    window.activate("tool", "'brush'")
    window.wait_state("tool", "'brush'")
    time.sleep(0.3)
    window.calibrate(scene.ops)
    time.sleep(0.3)
    scene.desktop.xdotool("mousemove", 5, 5)
    scene.before = scene.settled_patch()
    scene.picture("2-before")
    y = window.y_of(scene.band_hz)
    x0, x1 = window.x_of(scene.from_s), window.x_of(scene.to_s)

    def while_pressed():
        wait_until(lambda: scene.patch().mean() < 0.7 * scene.before.mean(), 5,
                   "the picture of the result to follow the brush before it is lifted")
        scene.picture("3-painting")
    window.drag([(x0 + (x1 - x0) * i / 24, y) for i in range(25)], while_pressed)
    ops = wait_until(lambda: window.save_edits(scene.ops)["ops"], 5, "the stroke to become an edit")
    assert len(ops) == 1 and ops[0]["kind"] == "stroke", ops
    times = [p[0] for p in ops[0]["points"]]
    hertz = [p[1] for p in ops[0]["points"]]
    pixel_s, pixel_hz = window.time_at(x0 + 1) - window.time_at(x0), window.hz_at(y - 1) - window.hz_at(y)
    assert abs(min(times) - scene.from_s) < 2 * pixel_s and abs(max(times) - scene.to_s) < 2 * pixel_s, times
    assert max(abs(hz - scene.band_hz) for hz in hertz) < 2 * pixel_hz, hertz
    assert len(times) >= 20, f"of 25 places of the pointer only {len(times)} are in the stroke"


def seen(scene):
    """Undo, redo, the three views by key: each shows what it says."""
    window = scene.window
    scene.desktop.xdotool("mousemove", 5, 5)
    after = scene.settled_patch()
    assert after.mean() < 0.5 * scene.before.mean(), f"painted {after.mean():.1f}, before {scene.before.mean():.1f}"
    scene.picture("4-result")
    window.key("ctrl+z")
    window.wait_enabled("redo")
    assert not window.enabled("undo")
    wait_until(lambda: np.array_equal(scene.patch(), scene.before), 10, "undo to bring the picture back")
    window.key("ctrl+shift+z")
    window.wait_enabled("undo")
    wait_until(lambda: np.array_equal(scene.patch(), after), 10, "redo to bring the edit back")
    shown = {}
    for key, source in (("1", "original"), ("3", "removed"), ("2", "result")):
        window.key(key)
        window.wait_state("view-source", quoted(source))
        shown[source] = scene.settled_patch()
        scene.picture(f"5-{source}")
    assert shown["removed"].mean() > 2 * shown["result"].mean(), "Removed does not show what was removed"
    assert shown["original"].mean() > 2 * shown["result"].mean(), "Original does not show the recording"


def heard(scene):
    """Plays over the painted place; the null sink keeps what it was given."""
    window = scene.window
    scene.play_s = scene.from_s + 0.4
    window.activate("seek", str(float(scene.play_s)))
    window.activate("play")
    window.wait_enabled("stop")
    time.sleep(1.0)
    scene.picture("6-playing")
    time.sleep(0.4)
    window.activate("stop")
    window.wait_enabled("play")


def exported(scene):
    scene.target = scene.desktop.path("export." + scene.ending)
    scene.wav = scene.desktop.path("export-as.wav")
    scene.window.save_edits(scene.ops)
    scene.window.export(scene.target)
    if scene.ending != "wav":
        scene.window.export(scene.wav)
    else:
        scene.wav = scene.target
    scene.picture("7-exported")


def ended(scene):
    scene.window.quit()
    complaints = [line for line in scene.window.output().splitlines()
                  if any(word in line for word in ("CRITICAL", "WARNING", "ERROR", "runtime error"))]
    assert not complaints, "\n".join(complaints)


def same_bytes(scene):
    for made in {scene.target, scene.wav}:
        again = scene.desktop.path("cli-" + os.path.basename(made))
        sound.run_cli(scene.cli, "edit", scene.recording, "--ops", scene.ops, "-o", again)
        assert filecmp.cmp(made, again, shallow=False), f"{made} and the command line's {again} differ"


def agree(scene):
    rate, x, r = sound.float_sources(scene.cli, scene.recording, scene.ops, scene.desktop.folder)
    _, written = read_wav(scene.wav)
    sound.check_exported(written, x, r, scene.bits)
    heard_rate, frames = read_wav(scene.desktop.path("heard.wav"))
    assert heard_rate == rate, f"played at {heard_rate} Hz, recorded at {rate} Hz"
    y = (x - r).astype(np.float32)
    span = slice(int((scene.play_s + 0.3) * rate), int((scene.play_s + 1.0) * rate))
    assert np.any(r[span]), "nothing was removed where it was played: this would prove nothing"
    seconds, late = sound.check_heard(frames.astype(np.float32), y, rate, scene.play_s, 1.0, scene.name)
    print(f"# {scene.name}: {seconds:.3f} s heard bit for bit, late {late} times")


def gone(scene):
    """The band that was painted is silent in the exported file, far ones are as they were."""
    rate, before = read_wav(scene.desktop.path("x.wav"))
    _, after = read_wav(scene.wav)
    after = after / (1 << (scene.bits - 1)) if scene.bits else after
    place = (rate, scene.from_s + 0.2, scene.to_s - 0.2)
    painted_band = (scene.band_hz * 0.995, scene.band_hz * 1.005)
    fell = sound.band_db(before, *place, *painted_band) - sound.band_db(after, *place, *painted_band)
    # Far is what brush, grown edge (under 10 bins) and window reach do not touch.
    with open(scene.ops, encoding="utf-8") as file:
        saved = json.load(file)
    stroke, bin_hz = saved["ops"][0], rate / saved["grid"]["n_fft"]
    reach_hz = stroke.get("radius_hz") or scene.band_hz * (2 ** stroke["radius_oct"] - 1)
    far = (scene.band_hz + reach_hz + 20 * bin_hz, 2 * scene.band_hz + reach_hz + 20 * bin_hz)
    kept = sound.band_db(before, *place, *far) - sound.band_db(after, *place, *far)
    print(f"# {scene.name}: {scene.band_hz:.0f} Hz fell by {fell:.1f} dB, {far[0]:.0f}–{far[1]:.0f} Hz by {kept:.2f} dB")
    assert fell > 30, f"the painted band fell by {fell:.1f} dB only"
    assert abs(kept) < 0.1, f"a band that was not painted changed by {kept:.2f} dB"


STEPS = (opened, painted, seen, heard, exported, ended, same_bytes, agree, gone)


def run_case(cases, case, recording, program, cli, pictures):
    with Desktop() as desktop:
        window = Window(desktop, program, recording, SONOBRUSH_SINK="null:" + desktop.path("heard.wav"))
        scene = Scene(desktop, window, recording, case, cli, pictures)

        def start(_):
            window.wait_shown()
            window.wait_open(os.path.basename(recording).rsplit(".", 1)[0])
        for step in (start, *STEPS):
            if not cases.run(f"/window/{case[0]}/{step.__name__}", step, scene):
                scene.picture("failed")
                print("# " + window.output().replace("\n", "\n# "))
                return


def main():
    root, program, cli, pictures = sys.argv[1:5]
    wanted = sys.argv[5:]
    cases = Tap()
    lacking = missing_tools() + ([] if np is not None else ["NumPy"])
    if lacking:
        cases.skip("/window", f"{', '.join(lacking)} missing")
        return cases.finish()
    for case in (DEMO, *REAL):
        if wanted and case[0] not in wanted:
            continue
        recording = os.path.join(root, "data", "demo", case[1]) if case is DEMO else os.path.join(SHARED, case[1])
        if not os.path.exists(recording):
            cases.skip(f"/window/{case[0]}", f"{recording} is missing")
            continue
        run_case(cases, case, os.path.realpath(recording), program, cli, pictures)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
