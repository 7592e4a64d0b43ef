# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture is the same wherever it is drawn: a picture saved from the window equals the command line's, byte for
byte, and what stands on the screen equals it pixel for pixel; text in SVG and PDF is text.

    test-window-picture.py SONOBRUSH SONOBRUSH_CLI SCREENSHOTS"""
import os
import re
import shutil
import struct
import subprocess
import sys
import zlib

sys.dont_write_bytecode = True
from desktop import Desktop, missing_tools, wait_until, write_png
from tap import Tap
from window import Window, quoted

RECORDING = "real/bird_spinetail_44k.wav"
BOX = '{"kind":"box","from_s":4.0,"to_s":5.5,"low_hz":3000,"high_hz":7000,"gain_db":"-inf"}'


def pair(text):
    return [word for word in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", text)]


def read_png(path):
    """(width, height, rows of RGB bytes); 8 bits, not interlaced, as Cairo writes them."""
    with open(path, "rb") as file:
        data = file.read()
    assert data.startswith(b"\x89PNG\r\n\x1a\n"), path
    at, packed = 8, b""
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"IHDR":
            width, height, bits, colour = struct.unpack_from(">IIBB", data, at + 8)
            assert bits == 8 and colour in (2, 6), (bits, colour)
        if name == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += 12 + length
    step, raw = (3 if colour == 2 else 4), zlib.decompress(packed)
    rows, before = [], bytearray(width * step)
    for y in range(height):
        start = y * (width * step + 1)
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + width * step])
        for i in range(len(row) if kind else 0):
            a = row[i - step] if i >= step else 0
            b, c = before[i], before[i - step] if i >= step else 0
            if kind == 1:
                guess = a
            elif kind == 2:
                guess = b
            elif kind == 3:
                guess = (a + b) // 2
            else:
                p = a + b - c
                guess = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            row[i] = (row[i] + guess) & 255
        before = row
        if step == 4:
            row = bytearray(b"".join(row[i:i + 3] for i in range(0, len(row), 4)))
        rows.append(bytes(row))
    return width, height, rows


class Scene:
    """What the window shows, as options of the command line."""

    def __init__(self, window, desktop, cli, subject):
        self.window, self.desktop, self.cli, self.subject = window, desktop, cli, subject

    def save(self, path, width, height):
        self.window.activate("export-picture-to", f"({quoted(path)}, {width}, {height})")
        wait_until(lambda: self.window.must_live() and os.path.exists(path), 20, path)

    def render(self, path, width, height, *more):
        span, band, range_db = (pair(self.window.state(name)) for name in ("show-span", "show-band", "range"))
        command = [self.cli, "render", self.subject, "-o", path, "--from", span[0], "--to", span[1], "--low", band[0],
                   "--high", band[1], "--db", ":".join(range_db), "--size", f"{width}x{height}",
                   "--scale", self.window.state("scale").strip("'"), "--map", self.window.state("palette").strip("'"),
                   "--stat", self.window.state("statistic").strip("'"),
                   "--view", self.window.state("view-source").strip("'"), *more]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"

    def same(self, name, ending, width, height):
        mine, theirs = self.desktop.path(f"{name}-window.{ending}"), self.desktop.path(f"{name}-cli.{ending}")
        self.save(mine, width, height)
        self.render(theirs, width, height)
        with open(mine, "rb") as a, open(theirs, "rb") as b:
            return a.read(), b.read()


def without_dates(pdf):
    return re.sub(rb"/CreationDate \([^)]*\)", b"", pdf)


def saved_pictures(scene):
    window = scene.window
    looks = (("'result'", "(0.0, 19.0)", "'mel'", "'magma'", "'peak'", 900, 500),
             ("'removed'", "(3.5, 6.1)", "'linear'", "'viridis'", "'average'", 1800, 1000),
             ("'original'", "(4.1, 4.3)", "'log'", "'inverted'", "'peak'", 401, 333))
    for i, (view, span, scale, palette, statistic, width, height) in enumerate(looks):
        for action, value in (("view-source", view), ("scale", scale), ("palette", palette), ("statistic", statistic),
                              ("show-span", span)):
            window.activate(action, value)
        window.wait_state("view-source", view)
        mine, theirs = scene.same(f"look{i}", "png", width, height)
        assert struct.unpack_from(">II", mine, 16) == (width, height)
        assert mine == theirs, f"{view} {span} {scale}: {len(mine)} and {len(theirs)} bytes"
    # the test can fail: another view is another picture
    window.activate("view-source", "'result'")
    window.wait_state("view-source", "'result'")
    other, _ = scene.same("other", "png", 401, 333)
    assert other != theirs


def text_is_text(scene):
    svg, svg_cli = scene.same("text", "svg", 900, 500)
    assert svg == svg_cli, "the SVG of the window and of the command line differ"
    texts = re.findall(rb"<text[^>]*>([^<]*)</text>", svg)
    assert b"bird_spinetail_44k.wav" in texts and len(texts) > 10, texts
    assert b"glyph" not in svg
    pdf, pdf_cli = scene.same("text", "pdf", 900, 500)
    assert without_dates(pdf) == without_dates(pdf_cli), "the PDF of the window and of the command line differ"
    # text is shown with a font that says which character each shape is
    plain = pdf + b"".join(inflated(stream) for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S))
    assert b"/Font" in plain and b"/ToUnicode" in plain and re.search(rb"\bT[jJ]\b", plain), "no text in the PDF"


def inflated(stream):
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return b""


def on_screen(scene, screenshots):
    """The canvas at rest, with nothing over it, against `render --axes off` of its size."""
    window, desktop = scene.window, scene.desktop
    for action, value in (("view-source", "'original'"), ("scale", "'mel'"), ("palette", "'magma'"),
                          ("statistic", "'peak'"), ("fit", None)):
        window.activate(action, value)
    window.calibrate(desktop.path("dabs.json"))
    window.activate("view-source", "'original'")  # painting showed the result
    window.wait_state("view-source", "'original'")
    span, band = (list(map(float, pair(window.state(name)))) for name in ("show-span", "show-band"))
    left, top = round(window.x_of(span[0])), round(window.y_of(band[1]))
    width, height = round(window.x_of(span[1])) - left, round(window.y_of(band[0])) - top
    assert width > 600 and height > 300, (left, top, width, height)
    for number, asked in enumerate(("(0.0, 19.0)", "(5.0, 6.3)", "(5.2, 5.21)")):
        window.activate("show-span", asked)
        window.activate("seek", "0.0" if number else pair(window.state("show-span"))[1])  # the playhead out of sight
        desktop.xdotool("mousemove", 5, 5)
        path = desktop.path(f"screen{number}.png")
        scene.render(path, width, height, "--axes", "off")
        drawn_width, drawn_height, drawn = read_png(path)
        assert (drawn_width, drawn_height) == (width, height)

        def differing():
            """Rows of the canvas that are not as drawn; the playhead may stand on the last columns of the first span."""
            rows = desktop.pixels()[2]
            end = (width - 4) * 3
            return [y for y in range(height) if rows[top + y][left * 3:left * 3 + end] != drawn[y][:end]]
        try:
            wait_until(lambda: not differing(), 8, "the screen to show what the command line draws")
        except AssertionError:
            rows = desktop.pixels()[2]
            os.makedirs(screenshots, exist_ok=True)
            write_png(os.path.join(screenshots, "picture-screen.png"), width, height,
                      [rows[top + y][left * 3:(left + width) * 3] for y in range(height)])
            write_png(os.path.join(screenshots, "picture-drawn.png"), width, height, drawn)
            raise AssertionError(f"{asked}: {len(differing())} of {height} rows differ; see {screenshots}/picture-*.png")


def main():
    cases = Tap()
    program, cli, screenshots = sys.argv[1:4]
    recording = os.path.join(os.environ.get("SB_SHARED_DATA", ""), RECORDING)
    missing = missing_tools()
    if missing or not os.path.exists(recording):
        cases.skip("picture", "missing: " + (", ".join(missing) or "the shared recordings"))
        return cases.finish()
    with Desktop(size=(1600, 900)) as desktop:
        path, project = desktop.path("bird_spinetail_44k.wav"), desktop.path("bird.sonobrush")
        shutil.copyfile(recording, path)
        window = Window(desktop, program, path, SONOBRUSH_SINK="null")
        window.wait_shown().wait_open("bird_spinetail_44k.wav")
        scene = Scene(window, desktop, cli, path)
        cases.run("the screen is the picture", on_screen, scene, screenshots)
        window.activate("apply-operation", quoted(BOX))
        window.wait_enabled("undo")
        window.activate("save-project", quoted(project))
        wait_until(lambda: os.path.exists(project), 10, "the project")
        scene.subject = project
        cases.run("saved pictures are the command line's", saved_pictures, scene)
        cases.run("text is text", text_is_text, scene)
        cases.run("quit", window.quit)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
