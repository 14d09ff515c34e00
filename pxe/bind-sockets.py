#!/usr/bin/python3
"""Binds UDP sockets to network interfaces and runs a command that inherits them.

Node cannot bind a socket to an interface, cannot see the interface a packet arrived on, and needs a route for
broadcasts. A socket with SO_BINDTODEVICE solves all three. Usage:

    bind-sockets.py [--handed FD,...] INTERFACE NAME=PORT... [INTERFACE NAME=PORT...]... -- COMMAND ARG...

A process with more rights, such as systemd, may have bound sockets already. They are recognised by interface and
port, and used instead of new ones. NAME?=PORT only uses such a socket. NAME~=PORT tries to bind one, and continues
without it on failure.

The command finds MUSTER_SOCKETS=NAME@INTERFACE=FD,... in its environment. Only Python's standard library is used.
"""
import os
import socket
import sys

SO_BINDTODEVICE = 25
SO_RCVBUFFORCE = 33
# Large enough for many machines switched on at once. The default buffer holds about 250 packets, and a
# machine whose packet is dropped waits a second or more.
RECEIVE_BUFFER = 4 * 1024 * 1024
NAME_LENGTH = 16
USAGE = "usage: bind-sockets.py [--handed FD,...] INTERFACE NAME=PORT... [INTERFACE NAME=PORT...]... -- COMMAND ARG..."


def fail(reason, code=1):
    print(f"bind-sockets: {reason}", file=sys.stderr)
    sys.exit(code)


def bind(interface, name, port, needed):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        udp.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, interface.encode() + b"\0")
        udp.bind(("0.0.0.0", port))
    except OSError as error:
        if not needed:
            print(f"bind-sockets: goes on without {name}, UDP port {port} on {interface}: {error.strerror}", file=sys.stderr)
            return None
        return refuse(error, interface, name, port)
    return udp


def refuse(error, interface, name, port):
    if isinstance(error, PermissionError):
        fail(f"no permission to bind {name} to UDP port {port} on {interface}; have systemd do it (scripts/systemd/install {interface}), or run as root or with CAP_NET_BIND_SERVICE", 77)
    fail(f"cannot bind {name} to UDP port {port} on {interface}: {error.strerror}")


def widen(udp):
    """Raises the buffer above the system limit if permitted. Never lowers it."""
    if udp.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >= RECEIVE_BUFFER:
        return
    try:
        udp.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RECEIVE_BUFFER)
    except PermissionError:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)


def handed(descriptors):
    """Passed-in sockets by interface and port. A socket without an interface would answer on foreign networks."""
    found = {}
    for descriptor in descriptors:
        try:
            udp = socket.socket(fileno=int(descriptor))
            port = udp.getsockname()[1] if (udp.family, udp.type) == (socket.AF_INET, socket.SOCK_DGRAM) else None
        except (OSError, ValueError):
            fail(f"descriptor {descriptor} that was handed in is not a socket")
        if port is None:
            fail(f"descriptor {descriptor} that was handed in is not a UDP socket of IPv4; write ListenDatagram=0.0.0.0:PORT in its unit")
        interface = udp.getsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, NAME_LENGTH).rstrip(b"\0").decode()
        if not interface:
            fail(f"the socket for UDP port {port} that was handed in is bound to no interface; write BindToDevice= in its unit")
        found[interface, port] = udp
    return found


def wanted(items):
    """Yields INTERFACE, NAME, PORT and the action if the socket was not passed in: "=" bind, "~" try to bind, "?" skip."""
    interface = None
    for item in items:
        name, equals, port = item.partition("=")
        if not equals:
            interface = item
        elif interface is None:
            fail(USAGE, 2)
        elif not port.isdigit() or not 0 < int(port) < 65536:
            fail(f"{item} is not NAME=PORT", 2)
        else:
            yield interface, name.rstrip("?~"), int(port), name[-1] if name[-1:] in ("?", "~") else "="


def main(arguments):
    if "--" not in arguments:
        fail(USAGE, 2)
    split = arguments.index("--")
    items, command = arguments[:split], arguments[split + 1 :]
    if not command:
        fail("there is no command to run", 2)
    descriptors = []
    if items[:1] == ["--handed"]:
        descriptors, items = items[1].split(","), items[2:]
    there = [name for _, name in socket.if_nameindex()]
    ready = handed(descriptors)
    held = []
    for interface, name, port, otherwise in wanted(items):
        if interface not in there:
            fail(f"there is no interface {interface}; there are: {', '.join(there)}")
        udp = ready.pop((interface, port), None) or (None if otherwise == "?" else bind(interface, name, port, otherwise == "="))
        if udp is None:
            continue
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        widen(udp)
        os.set_inheritable(udp.fileno(), True)
        held.append((f"{name}@{interface}", udp))
    for (interface, port), udp in ready.items():
        print(f"bind-sockets: a socket for UDP port {port} on {interface} was handed in, and the configuration has no use for it", file=sys.stderr)
        udp.close()
    os.environ["MUSTER_SOCKETS"] = ",".join(f"{name}={udp.fileno()}" for name, udp in held)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        fail(f"cannot run {command[0]}: {error.strerror}", 127)


main(sys.argv[1:])
