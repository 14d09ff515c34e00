#!/usr/bin/env python3
"""Keeps output within a limit: the beginning and the end stay, the middle is removed. It uses little memory, and it hides
possible secrets before it stores anything.

Usage: keep-output.py FILE LIMIT_BYTES RESULT_FILE <output. FILE gets the first half. The rest goes to FILE.<offset>
pieces, and the newest two of them stay. Offsets count everything that was ever written.
"""
import glob
import importlib.util
import os
import select
import sys
import time

CHUNK = 64 * 1024


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


hide_secrets = load("muster_hide_secrets", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../log/hide-secrets.py"))


def pieces(path):
    """(offset, name) of each existing piece, oldest first."""
    named = [(int(name.rsplit(".", 1)[1]), name) for name in glob.glob(glob.escape(path) + ".*") if name.rsplit(".", 1)[1].isdigit()]
    return sorted([(0, path)] + named if os.path.exists(path) else named)


class KeptOutput(object):
    def __init__(self, path, limit):
        self.path, self.head, self.piece = path, limit // 2, limit // 4
        self.kept = pieces(path) or [(0, path)]
        self.start, name = self.kept[-1]
        self.file = open(name, "ab", buffering=0)
        self.size = os.path.getsize(name)
        self.filter = hide_secrets.SecretFilter()

    def write(self, chunk):
        self.store(self.filter.feed(chunk))

    def end(self):
        """Stores what was held back. No further output can complete a secret in it."""
        self.store(self.filter.end())

    def store(self, chunk):
        """On a full disk the output is lost, but the run continues."""
        try:
            while chunk:
                room = (self.head if self.start == 0 else self.piece) - self.size
                if room <= 0:
                    self.turn()
                    continue
                written = self.file.write(chunk[:room])
                self.size += written
                chunk = chunk[written:]
        except OSError:
            pass

    def turn(self):
        following = open("%s.%d" % (self.path, self.start + self.size), "ab", buffering=0)
        self.file.close()
        self.file, self.start, self.size = following, self.start + self.size, 0
        self.kept.append((self.start, following.name))
        for _, old in self.kept[1:-2]:
            os.unlink(old)
        self.kept = self.kept[:1] + self.kept[1:][-2:]


def main():
    path, limit, result = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    output = KeptOutput(path, limit)
    ended = None
    while True:
        ready, _, _ = select.select([0], [], [], 0.5)
        # The command has ended, but a process that it left behind may hold the pipe open forever.
        if ended is None and os.path.exists(result):
            ended = time.monotonic()
        if ended is not None and (not ready or time.monotonic() - ended > 5):
            break
        if not ready:
            continue
        chunk = os.read(0, CHUNK)
        if not chunk:
            break
        output.write(chunk)
    output.end()


if __name__ == "__main__":
    main()
