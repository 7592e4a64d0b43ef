# SPDX-License-Identifier: GPL-3.0-or-later
"""Times in the real window, on a private X server.

Our own picture times come from the program (SONOBRUSH_DEBUG=start: milliseconds since the process began, told after
the frame that shows it).  The others are watched from outside: the screen is read ten times a second, and the last
change before four still seconds counts, so their figures are right to a tenth of a second.  Ours is watched in the
same way too."""
import os
import re
import shutil
import statistics
import struct
import sys
import time

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", folder) for folder in ("ui", "project")]
from desktop import Desktop, end, missing_tools, wait_until  # pylint: disable=wrong-import-position
from watch import percentile, watched_minute  # pylint: disable=wrong-import-position

ROUNDS = 5
SETTLE_S = 3  # the pictures are kept
STILL_S, LOOK_S, LONGEST_S = 4.0, 0.1, 120.0
FEW_BLOCKS = 4  # of 16 × 1 pixels


def resident_mb(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024


def log_of(desktop, program):
    with open(desktop.path(os.path.basename(program) + ".log"), encoding="utf-8", errors="replace") as file:
        return file.read()


def start_once(desktop, program, path, timeout_s):
    """Milliseconds since the process began: first frame, whole picture, exact picture; and memory then."""
    log = desktop.path(os.path.basename(program) + ".log")
    if os.path.exists(log):
        os.remove(log)
    process = desktop.start([program, path], SONOBRUSH_SINK="null", SONOBRUSH_DEBUG="start")
    wait_until(lambda: "exact picture" in log_of(desktop, program) or process.poll() is not None, timeout_s,
               f"the exact picture of {path}: {desktop.log(os.path.basename(program))}")
    memory = resident_mb(process.pid)
    time.sleep(SETTLE_S)
    end(process)
    said = dict(re.findall(r"start: ([a-z ]+?) (\d+) ms", log_of(desktop, program)))
    return {"frame_ms": float(said["first frame"]), "first_ms": float(said["whole picture"]),
            "exact_ms": float(said["exact picture"]), "rss_mb": memory}


def start_times(program, path, rounds=ROUNDS, timeout_s=180):
    """(figures of a first opening, of a second one that finds the pictures kept): medians."""
    firsts, seconds = [], []
    for _ in range(rounds):
        with Desktop(size=(1600, 900)) as desktop:
            firsts.append(start_once(desktop, program, path, timeout_s))
            seconds.append(start_once(desktop, program, path, timeout_s))
    return [{key: statistics.median(run[key] for run in runs) for key in runs[0]} for runs in (firsts, seconds)]


# ---- others ----

def blocks_of(desktop):
    """The screen in blocks of 16 × 1 pixels, from the X server's own memory: programs whose windows differ in their
    visuals can't be read through it."""
    with open(desktop.path("screen", "Xvfb_screen0"), "rb") as file:
        dump = file.read()
    header = struct.unpack_from(">25I", dump)  # of an X window dump: 0 is its size, 19 the number of colours
    body = memoryview(dump)[header[0] + header[19] * 12:]
    return [body[i:i + 64].tobytes() for i in range(0, len(body), 64)]


def still_after(desktop, process, begin):
    """Seconds from `begin` until the last change of the screen before it stays as it is; None if it never does."""
    before, changed = blocks_of(desktop), 0.0
    while time.monotonic() - begin < LONGEST_S:
        time.sleep(LOOK_S)
        if process.poll() is not None:
            return None
        now = blocks_of(desktop)
        at = time.monotonic() - begin
        if sum(a != b for a, b in zip(before, now)) > FEW_BLOCKS:
            changed, before = at, now
        elif at - changed > STILL_S and changed > 0:
            return changed
    return None


AUDACITY = """PrefsVersion=1.1.1r1
NewPrefsInitialized=1
[Version]
Major=3
Minor=2
Micro=4
[GUI]
ShowSplashScreen=0
DefaultViewModeChoiceNew=Spectrogram
[Update]
UpdateNoticeShown=1
DefaultUpdatesChecking=0
[Directories]
TempDir={folder}
"""


def prepare(who, desktop):
    """Settings of others: no greeting, a spectrogram as the first view."""
    if who == "Audacity":
        for folder in (desktop.path("home", ".config", "audacity"), desktop.path("home", ".audacity-data")):
            os.makedirs(folder)
            with open(os.path.join(folder, "audacity.cfg"), "w", encoding="utf-8") as file:
                file.write(AUDACITY.format(folder=desktop.path("run")))
    elif who == "Sonic Visualiser":
        folder = desktop.path("home", ".config", "sonic-visualiser")
        os.makedirs(folder)
        with open(os.path.join(folder, "Sonic Visualiser.conf"), "w", encoding="utf-8") as file:
            file.write("[Preferences]\n" + "".join(f"network-permission-4.{n}=false\nnetwork-permission-4.{n}.0=false\n"
                                                    f"network-permission-4.{n}.1=false\n" for n in range(10)))


def ask_for_spectrogram(desktop, name):
    window = wait_until(lambda: desktop.run("xdotool", "search", "--onlyvisible", "--name", name, check=False), 30,
                        f"a window that names {name}").split()[-1]
    desktop.xdotool("windowfocus", window)
    desktop.xdotool("key", "shift+g")


def windows(program, path, keep=None):
    """[(who, {"exact_ms", "rss_mb"} or None)]: from starting the program to a screen that stands still."""
    commands = {
        "Sonobrush": [program, path],
        "Audacity": ["audacity", path],
        "Sonic Visualiser": ["sonic-visualiser", path],
    }
    for who, command in commands.items():
        if not shutil.which(command[0]) and not os.path.exists(command[0]):
            yield who, None
            continue
        with Desktop(size=(1600, 900)) as desktop:
            prepare(who, desktop)
            begin = time.monotonic()
            process = desktop.start(command, SONOBRUSH_SINK="null")
            if who == "Sonic Visualiser":  # it shows the waveform until it is asked for a spectrogram
                ask_for_spectrogram(desktop, os.path.basename(path))
            took = still_after(desktop, process, begin)
            memory = resident_mb(process.pid) if took else None
            if keep:
                shutil.copy(desktop.path("screen", "Xvfb_screen0"), os.path.join(keep, who.replace(" ", "-") + ".xwd"))
            process.kill()
            yield who, {"exact_ms": took * 1000, "rss_mb": memory} if took else None


# ---- frames ----

def frame_times(program):
    """size → {"pan": (median, p99), …} of whole frames, and the longest callback."""
    found = {}
    for size in ((1600, 900), (2560, 1440)):
        with Desktop(size=size) as desktop:
            parts = watched_minute(desktop, program)
        row = {}
        for name, of in (("pan", ["pan"]), ("zoom", ["zoom", "zoom band"]), ("paint", ["paint"])):
            ms = [value for part in of for value in parts[part]["frame"]]
            row[name] = (percentile(ms, .5), percentile(ms, .99))
        row["callback"] = max(ms for part in parts.values() for kind in ("drawing", "dispatch") for ms in part[kind])
        found["%d×%d" % size] = row
    return found


def can_run():
    return not missing_tools()
