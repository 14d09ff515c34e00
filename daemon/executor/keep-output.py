#!/usr/bin/env python3
"""Keeps a run's output within a limit: the beginning and the end stay, the middle goes. Memory stays flat.

Usage: keep-output.py FILE LIMIT_BYTES RESULT_FILE <output. FILE takes the first half; what follows goes to
FILE.<offset> pieces, of which the newest two stay. Offsets count everything that was ever written.
"""
import glob
import os
import select
import sys
import time

CHUNK = 64 * 1024


def pieces(path):
    """(offset, name) of what is there, oldest first."""
    named = [(int(name.rsplit(".", 1)[1]), name) for name in glob.glob(glob.escape(path) + ".*") if name.rsplit(".", 1)[1].isdigit()]
    return sorted([(0, path)] + named if os.path.exists(path) else named)


def main():
    path, limit, result = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    head, piece = limit // 2, limit // 4
    kept = pieces(path) or [(0, path)]
    start, name = kept[-1]
    file = open(name, "ab", buffering=0)
    size = os.path.getsize(name)

    ended = None
    while True:
        ready, _, _ = select.select([0], [], [], 0.5)
        # Something that left the run may hold the pipe open for ever; the run itself has ended.
        if ended is None and os.path.exists(result):
            ended = time.monotonic()
        if ended is not None and (not ready or time.monotonic() - ended > 5):
            return
        if not ready:
            continue
        chunk = os.read(0, CHUNK)
        if not chunk:
            return
        # A full disk must not stop the run; what cannot be kept is lost.
        try:
            while chunk:
                room = (head if start == 0 else piece) - size
                if room <= 0:
                    following = open("%s.%d" % (path, start + size), "ab", buffering=0)
                    file.close()
                    file, start, size = following, start + size, 0
                    kept.append((start, following.name))
                    for _, old in kept[1:-2]:
                        os.unlink(old)
                    kept = kept[:1] + kept[1:][-2:]
                    continue
                written = file.write(chunk[:room])
                size += written
                chunk = chunk[written:]
        except OSError:
            pass


main()
