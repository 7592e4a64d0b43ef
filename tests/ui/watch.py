# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does for a minute, and how long each frame and callback of it took (SONOBRUSH_DEBUG=frames-all, see
ui/sb-frame-watch.h): for the watchdog and for the benchmarks."""
import array
import math
import os
import random
import time
import wave

from window import Window

RATE = 44100
MINUTES = 20


def make_recording(path):
    """Noise and a sweeping tone, long enough that its analysis is still running while it is used."""
    random.seed(3)
    noise = [random.uniform(-0.05, 0.05) for _ in range(RATE)]
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        second = array.array("h", (int(32767 * (noise[i] + 0.3 * math.sin(2 * math.pi * (300 + 4000 * i / RATE) * i / RATE)))
                                   for i in range(RATE))).tobytes()
        for _ in range(60 * MINUTES):
            file.writeframes(second)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


class Script:
    """What a person does, part by part; remembers when each part ran."""

    def __init__(self, window, desktop, folder):
        self.window, self.desktop, self.folder = window, desktop, folder
        self.spans = []

    def part(self, name, seconds, step):
        begin = time.monotonic()
        count = 0
        while time.monotonic() - begin < seconds:
            step(count)
            count += 1
            time.sleep(0.015)
        time.sleep(0.1)
        self.spans.append((name, begin, time.monotonic()))

    def wheel(self, button, *modifiers):
        def step(count):
            which = button if count // 25 % 2 == 0 else {4: 5, 5: 4}[button]
            keys = [word for key in modifiers for word in ("keydown", key)]
            back = [word for key in modifiers for word in ("keyup", key)]
            self.desktop.xdotool(*keys, "click", which, *back)
        return step

    def paint(self, count):
        x, y = 400 + 90 * (count % 6), 300 + 40 * (count % 7)
        self.window.drag([(x + 6 * i, y + 2 * i) for i in range(12)])

    def measure(self, count):
        x, y = 350 + 60 * (count % 5), 260 + 30 * (count % 5)
        self.window.drag([(x, y)] + [(x + 20 * i, y + 14 * i) for i in range(1, 12)])
        self.window.activate("add-marker")

    def hover(self, count):
        self.desktop.xdotool("mousemove", 300 + count * 7 % 700, 300 + count * 5 % 350)

    def views(self, count):
        self.window.activate("view-source", ("'original'", "'result'", "'removed'")[count % 3])
        time.sleep(0.1)

    def looks(self, count):
        self.window.activate("scale", ("'linear'", "'log'", "'mel'", "'bark'")[count % 4])
        time.sleep(0.1)

    def run(self):
        self.desktop.xdotool("mousemove", 700, 450)
        self.part("pan", 6, self.wheel(5))
        self.part("zoom", 7, self.wheel(4, "ctrl"))
        self.window.activate("show-span", "(60.0, 75.0)")
        self.part("pan", 6, self.wheel(5))
        self.part("zoom band", 4, self.wheel(4, "ctrl", "shift"))
        self.window.activate("fit")
        self.window.activate("show-span", "(60.0, 66.0)")
        self.part("hover", 5, self.hover)
        self.part("paint", 9, self.paint)
        self.part("views", 4, self.views)
        self.window.activate("tool", "'measure'")
        self.part("measure", 8, self.measure)
        self.part("hover", 4, self.hover)
        self.part("looks", 4, self.looks)
        self.window.activate("play")
        self.part("play", 4, self.hover)
        self.window.activate("stop")


def read_watch(text):
    frames, dispatches = [], []
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["frame"]:
            frames.append(tuple(float(word) for word in words[1:]))
        elif words[:1] == ["dispatch"]:
            dispatches.append(tuple(float(word) for word in words[1:]))
    return frames, dispatches


def report(script, frames, dispatches):
    """name → all frames' and callbacks' times in that part"""
    parts = {}
    for name, begin, end in script.spans:
        part = parts.setdefault(name, {"frame": [], "frame held": [], "before": [], "drawing": [], "dispatch": [],
                                       "dispatch held": []})
        for at, cpu, held, before, drawing in frames:
            if begin <= at <= end:
                part["frame"].append(cpu)
                part["frame held"].append(held)
                part["before"].append(before)
                part["drawing"].append(drawing)
        part["dispatch"] += [cpu for at, cpu, held in dispatches if begin <= at <= end]
        part["dispatch held"] += [held for at, cpu, held in dispatches if begin <= at <= end]
    for name, part in parts.items():
        print(f"# {name:10} " + "   ".join(
            f"{kind} n {len(ms)} median {percentile(ms, .5):.2f} p99 {percentile(ms, .99):.2f} most {max(ms, default=0):.2f}"
            for kind, ms in part.items()), flush=True)
    return parts


def watched_minute(desktop, program):
    """Runs the script over a recording that is still being analysed; the report's parts."""
    path = desktop.path("long.wav")
    make_recording(path)
    window = Window(desktop, program, path, SONOBRUSH_SINK="null", SONOBRUSH_DEBUG="frames-all")
    window.wait_shown()
    window.wait_open("long.wav")
    script = Script(window, desktop, desktop.folder)
    script.run()
    window.activate("clear-edits")
    window.quit()
    with open(desktop.path(os.path.basename(program) + ".log"), encoding="utf-8", errors="replace") as file:
        frames, dispatches = read_watch(file.read())
    return report(script, frames, dispatches)
