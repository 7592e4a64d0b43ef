#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Desktop file, metainfo, icons and resources are what their formats say.

    test-data.py PROJECT_ROOT
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from tap import Tap

APP_ID = "io.github.sonobrush.Sonobrush"
DRAWABLE = ("path", "circle", "ellipse", "rect", "polygon")


def run_tool(cases, name, command):
    if not shutil.which(command[0]):
        cases.skip(name, f"{command[0]} is not installed")
        return
    done = subprocess.run(command, capture_output=True, text=True)
    # desktop-file-validate only hints with status 0; a hint is worth a line, not a failure.
    cases.check(name, done.returncode == 0, done.stdout + done.stderr)


def symbolic_icon(path):
    """GTK recolours fills only: a symbolic icon has no strokes, no gradients, and is 16 high."""
    root = ElementTree.parse(path).getroot()
    assert root.get("width") == "16" and root.get("height") == "16", f"{path} is not 16 × 16"
    shapes = [e for e in root.iter() if e.tag.split("}")[-1] in DRAWABLE]
    assert shapes, f"{path} draws nothing"
    for element in root.iter():
        stroke = element.get("stroke")
        assert stroke in (None, "none"), f"{path} has a stroke, which GTK 4.8 does not recolour"
        assert "Gradient" not in element.tag, f"{path} has a gradient"


def desktop_agrees(root):
    with open(os.path.join(root, "data", APP_ID + ".desktop"), encoding="utf-8") as file:
        desktop = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
    assert desktop["Icon"] == APP_ID and desktop["Exec"].split()[0] == "sonobrush"
    metainfo = ElementTree.parse(os.path.join(root, "data", APP_ID + ".metainfo.xml")).getroot()
    assert metainfo.findtext("id") == APP_ID
    assert metainfo.findtext("launchable") == APP_ID + ".desktop"
    types = set(desktop["MimeType"].strip(";").split(";"))
    promised = {e.text for e in metainfo.iter("mediatype")}
    assert promised <= types, f"the metainfo promises {promised - types}, the desktop file does not"


def versions_agree(root):
    with open(os.path.join(root, "meson.build"), encoding="utf-8") as file:
        version = re.search(r"version: '([^']+)'", file.read()).group(1)
    metainfo = ElementTree.parse(os.path.join(root, "data", APP_ID + ".metainfo.xml")).getroot()
    newest = metainfo.find("releases/release").get("version")
    assert newest == version, f"meson.build says {version}, the newest release in the metainfo is {newest}"


def resources_exist(root, path):
    """Each file that a resource list names is there."""
    for element in ElementTree.parse(path).getroot().iter("file"):
        places = [os.path.join(root, folder, element.text) for folder in ("data", "ui", "ui/resources")]
        assert any(os.path.exists(p) for p in places), f"{path} names {element.text}, which is missing"


def main():
    root = os.path.abspath(sys.argv[1])
    cases = Tap()
    run_tool(cases, "/data/desktop-file", ["desktop-file-validate", os.path.join(root, "data", APP_ID + ".desktop")])
    run_tool(cases, "/data/metainfo",
             ["appstreamcli", "validate", "--no-net", os.path.join(root, "data", APP_ID + ".metainfo.xml")])
    cases.run("/data/desktop-and-metainfo-agree", desktop_agrees, root)
    cases.run("/data/versions-agree", versions_agree, root)
    xml = [p for pattern in ("data/**/*.svg", "data/**/*.xml", "ui/**/*.ui", "ui/**/*.xml")
           for p in glob.glob(os.path.join(root, pattern), recursive=True)]
    run_tool(cases, "/data/xml-is-well-formed", ["xmllint", "--noout", *sorted(xml)])
    for path in sorted(glob.glob(os.path.join(root, "data", "icons", "**", "*-symbolic.svg"), recursive=True)):
        cases.run("/data/icon/" + os.path.basename(path), symbolic_icon, path)
    for path in sorted(glob.glob(os.path.join(root, "*", "*.gresource.xml"))):
        cases.run("/data/resources/" + os.path.basename(path), resources_exist, root, path)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
