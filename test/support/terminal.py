"""Runs a command at a terminal and answers its questions: terminal.py ANSWERS COMMAND ARG... (answers as a JSON list).

An answer is given when a question is on the screen; ^C and ^D are the keys. Ends with the command's own exit code.
"""
import json
import os
import pty
import sys
import time

answers = json.loads(sys.argv[1])
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
screen, seen = b"", 0
while True:
    try:
        chunk = os.read(terminal, 4096)
    except OSError:  # the other side has closed
        break
    if not chunk:
        break
    screen += chunk
    if answers and b"? " in screen[seen:]:
        seen = len(screen)
        time.sleep(0.2)  # the prompt may arrive in several pieces
        answer = answers.pop(0)
        os.write(terminal, {"^C": b"\x03", "^D": b"\x04"}.get(answer, answer.encode() + b"\r"))
sys.stdout.buffer.write(screen)
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
