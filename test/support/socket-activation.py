"""Stands for systemd's .socket units: socket-activation.py INTERFACE:PORT,... COMMAND ARG... [--data FOLDER]

Opens the sockets bound to their interfaces, as BindToDevice= does, hands them on as sd_listen_fds(3) says, gives the data folder to
the user nobody, as StateDirectory= does, and runs the command as that user without any privilege.
"""
import os
import socket
import sys

NOBODY = 65534
FIRST = 3
OUT_OF_THE_WAY = 100

opened = []
for index, item in enumerate(sys.argv[1].split(",")):
    interface, port = item.split(":")
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if interface:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
    udp.bind(("0.0.0.0", int(port)))
    opened.append(os.dup2(udp.detach(), OUT_OF_THE_WAY + index, inheritable=False))
for index, descriptor in enumerate(opened):
    os.dup2(descriptor, FIRST + index, inheritable=True)

if "--data" in sys.argv:
    state = sys.argv[sys.argv.index("--data") + 1]
    os.chmod(os.path.dirname(state), 0o755)
    for folder, _, files in os.walk(state):
        for name in [folder, *(os.path.join(folder, name) for name in files)]:
            os.chown(name, NOBODY, NOBODY)

os.setgroups([])
os.setresgid(NOBODY, NOBODY, NOBODY)
os.setresuid(NOBODY, NOBODY, NOBODY)
os.environ |= {"LISTEN_FDS": str(len(opened)), "LISTEN_PID": str(os.getpid()), "HOME": "/nonexistent"}
os.execvp(sys.argv[2], sys.argv[2:])
