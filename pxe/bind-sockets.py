#!/usr/bin/python3
"""Binds UDP sockets to one network interface and runs a command that inherits them.

Node can neither bind to an interface nor see which one a packet came in by, and its broadcasts need a route.
A socket with SO_BINDTODEVICE needs neither. Usage:

    bind-sockets.py INTERFACE NAME=PORT... -- COMMAND ARG...

The command finds MUSTER_SOCKETS=NAME=FD,... in its environment. Only Python's standard library is used.
"""
import os
import socket
import sys

SO_BINDTODEVICE = 25


def fail(reason, code=1):
    print(f"bind-sockets: {reason}", file=sys.stderr)
    sys.exit(code)


def bind(interface, name, port):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    try:
        udp.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, interface.encode() + b"\0")
        udp.bind(("0.0.0.0", port))
    except PermissionError:
        fail(f"no permission to bind {name} to UDP port {port} on {interface}; run as root or with CAP_NET_BIND_SERVICE and CAP_NET_RAW", 77)
    except OSError as error:
        fail(f"cannot bind {name} to UDP port {port} on {interface}: {error.strerror}")
    os.set_inheritable(udp.fileno(), True)
    return udp


def main(arguments):
    if "--" not in arguments or len(arguments) < 3:
        fail("usage: bind-sockets.py INTERFACE NAME=PORT... -- COMMAND ARG...", 2)
    split = arguments.index("--")
    interface, wanted, command = arguments[0], arguments[1:split], arguments[split + 1 :]
    if not command:
        fail("there is no command to run", 2)
    if interface not in (name for _, name in socket.if_nameindex()):
        fail(f"there is no interface {interface}; there are: {', '.join(name for _, name in socket.if_nameindex())}")
    held = []
    for item in wanted:
        name, _, port = item.partition("=")
        if not port.isdigit() or not 0 < int(port) < 65536:
            fail(f"{item} is not NAME=PORT", 2)
        held.append((name, bind(interface, name, int(port))))
    os.environ["MUSTER_SOCKETS"] = ",".join(f"{name}={udp.fileno()}" for name, udp in held)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        fail(f"cannot run {command[0]}: {error.strerror}", 127)


main(sys.argv[1:])
