# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading off in the real window: markers come and go, the measuring box follows the hand, pictures are saved, and a
recording that becomes shorter while it is shown harms nothing.

    test-window-inspect.py SOURCE_ROOT SONOBRUSH SCREENSHOTS"""
import os
import re
import shutil
import struct
import sys
import time

sys.dont_write_bytecode = True
from desktop import Desktop, missing_tools, wait_until
from tap import Tap
from window import Window, quoted

RECORDING, LABELS = "real/bird_spinetail_44k.wav", "real/bird_spinetail_44k.labels.txt"


def numbers(text):
    return [float(word) for word in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", text)]


def markers(window, desktop, labels):
    window.activate("import-markers-from", quoted(labels))
    window.wait_enabled("export-markers-to")
    out = desktop.path("again.txt")
    window.activate("export-markers-to", quoted(out))
    wait_until(lambda: os.path.exists(out), 5, "the label track")
    with open(labels, "rb") as a, open(out, "rb") as b:
        assert a.read() == b.read(), "the label track differs from what was imported"
    os.remove(out)
    window.activate("import-markers-from", quoted(labels))  # a second time: nothing is doubled

    def exported():  # refused while the import is under way
        window.activate("export-markers-to", quoted(out))
        return os.path.exists(out)

    wait_until(exported, 5, "the label track again")
    with open(labels, "rb") as a, open(out, "rb") as b:
        assert a.read() == b.read(), "a second import doubled markers"
    window.wait_enabled("redo-markers", False)
    window.activate("undo-markers")
    window.wait_enabled("export-markers-to", False)
    window.wait_enabled("undo-markers", False)
    window.activate("redo-markers")
    window.wait_enabled("export-markers-to")
    window.activate("show-span", "(0.0, 1.0)")
    for _ in range(5):
        window.activate("next-marker")
    box = numbers(window.state("measure"))
    assert abs(box[0] - 5.221319) < 1e-6 or box[0] > 1, f"jumping to a marker makes its box: {box}"
    span = numbers(window.state("show-span"))
    assert span[0] <= box[0] and span[1] >= box[1], f"the marker {box} is out of sight {span}"


def hostile_labels(window, desktop):
    before = len(window.shown_ids())
    path = desktop.path("bad.txt")
    with open(path, "wb") as file:
        file.write(b"1.0\t2.0\tfine\nnan\t3\tbad\n")
    window.activate("import-markers-from", quoted(path))
    wait_until(lambda: len(window.shown_ids()) > before, 5, "a dialog that names the line")
    window.key("Escape")
    wait_until(lambda: len(window.shown_ids()) == before, 5, "the dialog to close")


def box_by_hand(window, desktop):
    window.activate("measure", "(0.0, 0.0, 0.0, 0.0)")
    window.activate("tool", "'measure'")
    window.wait_state("page", "'inspect'")
    window.drag([(400, 300), (420, 320), (600, 450)])
    box = numbers(window.state("measure"))
    assert box[1] > box[0] and box[3] > box[2], f"no box: {box}"
    window.drag([(500, 380), (510, 390), (560, 380)])  # inside: it moves
    moved = numbers(window.state("measure"))
    assert moved[0] > box[0] and abs((moved[1] - moved[0]) - (box[1] - box[0])) < 1e-6, f"{box} → {moved}"
    window.activate("add-marker")
    window.wait_enabled("delete-marker")


def labels_of(window, desktop):
    """[(from_s, to_s, title)] as the window exports them, each number with six decimals."""
    out = desktop.path("now.txt")
    window.activate("export-markers-to", quoted(out))
    wait_until(lambda: os.path.exists(out), 5, "the label track")
    with open(out, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    os.remove(out)
    for line in lines:
        for number in line[:2] if line[0] != "\\" else line[1:]:
            assert re.fullmatch(r"-?\d+\.\d{6}", number), f"{number} has not six decimals: {line}"
    return [(float(a), float(b), title) for a, b, *rest in lines if a != "\\" for title in rest]


def marked_by_key(window, desktop, screenshots):
    """Ctrl+M marks what was set last and asks for its name; the tools stay out of it."""
    before = labels_of(window, desktop)
    box = numbers(window.state("measure"))
    window.key("ctrl+m")
    desktop.xdotool("type", "bat brm")
    time.sleep(0.2)
    desktop.screenshot(os.path.join(screenshots, "inspect-name.png"))
    window.key("Return")
    named = wait_until(lambda: [l for l in labels_of(window, desktop) if l[2] == "bat brm"], 5, "the name to be kept")
    assert len(labels_of(window, desktop)) == len(before), "the box had its marker already: it is named, not doubled"
    assert abs(named[0][0] - box[0]) < 1e-6 and abs(named[0][1] - box[1]) < 1e-6, f"{named} is not the box {box}"
    assert window.state("tool") == "'measure'", "letters of a name are no tools"
    window.key("b")
    window.wait_state("tool", "'brush'")
    window.key("Return")  # the canvas has the keys again: it paints
    edits = desktop.path("painted.json")
    wait_until(lambda: len(window.save_edits(edits)["ops"]) == 1, 5, "Enter to paint a dab")
    window.key("ctrl+z", "m")
    wait_until(lambda: not window.save_edits(edits)["ops"], 5, "the dab to be gone")
    window.activate("seek", "3.25")  # set after the box, which is still in sight
    window.key("ctrl+m")
    window.key("x", "Escape")
    wait_until(lambda: [l for l in labels_of(window, desktop) if l[:2] == (3.25, 3.25) and l[2].isdigit()], 5,
               "a marker at the playhead, with no name but its number")
    assert len(window.shown_ids()) == 1, "Escape closes the field"
    span = numbers(window.state("show-span"))
    desktop.xdotool("mousemove", 700, 400)
    time.sleep(0.1)
    window.key("ctrl+m", "Escape")
    new = wait_until(lambda: len(after := labels_of(window, desktop)) == len(before) + 2 and after, 5, "a third marker")
    at = [l for l in new if l not in before and l[2] != "bat brm" and l[0] != 3.25]
    assert len(at) == 1 and at[0][0] == at[0][1] and span[0] < at[0][0] < span[1], f"not at the pointer: {at}"
    window.activate("show-span", "(0.0, 8.0)")
    window.activate("seek", "6.0")
    window.activate("measure", "(1.0, 2.0, 1000.0, 2000.0)")
    window.activate("play")
    window.wait_enabled("stop")
    window.key("ctrl+m")  # what is heard; and again, out of the field for the name
    time.sleep(0.2)
    window.key("ctrl+m", "Escape")
    window.activate("stop")
    heard = wait_until(lambda: len(now := labels_of(window, desktop)) == len(new) + 2 and [l for l in now if l not in new],
                       5, "two marks while it plays")
    assert 6 <= heard[0][0] < heard[1][0] < 8 and all(a == b for a, b, _ in heard), f"not where it was heard: {heard}"


def one_order(window, desktop):
    """Ctrl+Z takes back edits and markers in the order in which they were made, Ctrl+Shift+Z brings them back."""
    edits = desktop.path("order.json")

    def state():
        return len(window.save_edits(edits)["ops"]), len(labels_of(window, desktop))

    def press(key, wanted):
        window.key(key)
        wait_until(lambda: state() == wanted, 5, f"{key} to lead to {wanted} edits and markers; there are {state()}")

    n = state()[1]
    window.activate("seek", "1.125")
    window.activate("add-marker")
    window.activate("apply-operation", "'" + '{"kind":"box","id":"o","from_s":1,"to_s":2,"low_hz":100,"high_hz":900,'
                    '"gain_db":-9}' + "'")
    window.activate("seek", "1.25")
    window.activate("add-marker")
    wait_until(lambda: state() == (1, n + 2), 5, "an edit between two markers")
    press("ctrl+z", (1, n + 1))
    press("ctrl+z", (0, n + 1))
    press("ctrl+z", (0, n))
    press("ctrl+shift+z", (0, n + 1))
    press("ctrl+shift+z", (1, n + 1))
    press("ctrl+shift+z", (1, n + 2))
    window.wait_enabled("redo", False)
    for wanted in ((1, n + 1), (0, n + 1), (0, n)):
        press("ctrl+z", wanted)


def pictures(window, desktop):
    for ending, head in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        path = desktop.path("picture." + ending)
        window.activate("export-picture-to", f"({quoted(path)}, 900, 500)")
        wait_until(lambda: os.path.exists(path), 20, path)
        with open(path, "rb") as file:
            data = file.read()
        assert data.startswith(head), f"{path} begins {data[:8]}"
        if ending == "png":
            assert struct.unpack(">II", data[16:24]) == (900, 500)
        if ending == "svg":
            assert b"bird_spinetail" in data or b"<text" in data or b"<glyph" in data or b"glyph" in data


def looks(window, desktop):
    for name, parameter in (("reassigned", None), ("reassigned", None), ("resolution", "8192"), ("resolution", "64"),
                            ("look-window", "'blackman'"), ("statistic", "'average'"), ("resolution", "-1"),
                            ("times", "'timecode-29.97'"), ("times", "'samples'")):
        window.activate(name, parameter)
        time.sleep(0.15)
        window.must_live()
    window.wait_state("times", "'samples'")
    window.wait_state("statistic", "'average'")
    window.activate("show-span", "(3.0, 3.1)")
    time.sleep(0.4)
    window.activate("resolution", "0")


def canvas(desktop):
    """(brightness of a part of the picture, redness of where the banner stands)"""
    _, _, rows = desktop.pixels()
    part = [value for y in range(500, 780, 4) for value in rows[y][200 * 3:1100 * 3:7]]
    banner = rows[92][60 * 3:1200 * 3]
    return sum(part) / len(part), (sum(banner[0::3]) - sum(banner[1::3])) / (len(banner) / 3)


def shorter(window, desktop, path, screenshots):
    """What can still be read shows at any zoom, what was seen stays, and a banner tells."""
    window.activate("show-span", "(1.0, 1.5)")
    bright = wait_until(lambda: canvas(desktop)[0] > 20 and canvas(desktop)[0], 5, "a picture of the second second")
    assert canvas(desktop)[1] < 5, "a banner before anything happened"
    # most of it was never seen with this window and n_fft: what is known of it from the usual picture has to do
    with open(path, "r+b") as file:
        file.truncate(200000)
    time.sleep(0.7)
    for span in ("(0.0, 19.0)", "(15.0, 15.2)", "(1.0, 1.5)"):
        window.activate("show-span", span)
        time.sleep(0.2)
    # 200,000 bytes are 2.27 s: this span can still be read, for a look that was not taken before too
    window.activate("resolution", "1024")
    time.sleep(1)
    wait_until(lambda: canvas(desktop)[0] > bright / 2, 5, "what is left of the recording to be drawn")
    wait_until(lambda: canvas(desktop)[1] > 15, 5, "the banner")
    desktop.screenshot(os.path.join(screenshots, "inspect-shorter.png"))
    window.activate("resolution", "0")
    os.remove(path)
    time.sleep(0.7)
    window.activate("fit")
    wait_until(lambda: canvas(desktop)[0] > bright / 2, 5, "what was seen to stay")
    assert canvas(desktop)[1] > 15, "the banner went"
    desktop.screenshot(os.path.join(screenshots, "inspect-gone.png"))
    window.must_live()


def opened_again(window, path, source):
    """What lies under the name now is shown, in its own length."""
    with open(source, "rb") as old, open(path, "wb") as new:
        new.write(old.read(400000))
    time.sleep(0.7)
    window.activate("open-again")
    wait_until(lambda: numbers(window.state("show-span"))[1] < 5, 10, "400,000 bytes to be 4.5 s")
    window.must_live()


def main():
    cases = Tap()
    program, screenshots = sys.argv[2], sys.argv[3]
    root = os.environ.get("SB_SHARED_DATA", "")
    recording, labels = os.path.join(root, RECORDING), os.path.join(root, LABELS)
    missing = missing_tools()
    if missing or not os.path.exists(recording):
        cases.skip("inspect", "missing: " + (", ".join(missing) or "the shared recordings"))
        return cases.finish()
    with Desktop(size=(1600, 900)) as desktop:
        path = desktop.path("bird_spinetail_44k.wav")
        shutil.copyfile(recording, path)
        os.chmod(path, 0o600)
        window = Window(desktop, program, path, SONOBRUSH_SINK="null")
        window.wait_shown().wait_open("bird_spinetail_44k.wav")
        cases.run("markers", markers, window, desktop, labels)
        cases.run("a label file with a fault", hostile_labels, window, desktop)
        cases.run("the box by hand", box_by_hand, window, desktop)
        desktop.screenshot(os.path.join(screenshots, "inspect.png"))
        cases.run("marked by key", marked_by_key, window, desktop, screenshots)
        cases.run("one order of undo", one_order, window, desktop)
        cases.run("pictures", pictures, window, desktop)
        cases.run("looks", looks, window, desktop)
        cases.run("the recording becomes shorter, then goes", shorter, window, desktop, path, screenshots)
        cases.run("another one lies there and is opened", opened_again, window, path, recording)
        cases.run("quit", window.quit)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
