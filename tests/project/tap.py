# SPDX-License-Identifier: GPL-3.0-or-later
"""A small TAP writer for the tests that are Python scripts.

    cases = Tap()
    cases.check("name", ok, "why it is not")   # any number
    cases.skip("name", "reason")               # a failure where CI is set
    sys.exit(cases.finish())
"""
import os
import traceback


class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, ok, why=""):
        self.count += 1
        if not ok:
            self.failed += 1
            for line in str(why).splitlines() or ["it does not hold"]:
                print(f"# {line}")
        print(f"{'ok' if ok else 'not ok'} {self.count} {name}", flush=True)
        return ok

    def skip(self, name, reason, even_in_ci=False):
        """For what this machine lacks.  In CI nothing may be lacking, but for what no package brings."""
        if os.environ.get("CI") and not even_in_ci:
            return self.check(name, False, f"{reason} (in CI it must run)")
        self.count += 1
        print(f"ok {self.count} {name} # SKIP {reason}", flush=True)
        return True

    def run(self, name, function, *arguments):
        """One case that is a function: passes when it returns, fails with what it raises."""
        try:
            function(*arguments)
        except AssertionError as problem:
            return self.check(name, False, f"{problem}\n{traceback.format_exc(limit=-3)}")
        except Exception:  # a test must report, not die
            return self.check(name, False, traceback.format_exc())
        return self.check(name, True)

    def finish(self):
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed or self.count == 0 else 0
