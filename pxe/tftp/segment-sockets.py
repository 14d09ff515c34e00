#!/usr/bin/python3
"""Sets UDP_SEGMENT on sockets that a Node program passes with child.send(), one at a time.

Node itself cannot set the option. It belongs to the socket, so it also applies to the program's own descriptor.
Usage: segment-sockets.py BYTES COUNT. Uses only Python's standard library.
"""
import os
import socket
import sys

UDP_SEGMENT = 103
# Node passes the next socket only after this acknowledgement.
ARRIVED = b'{"cmd":"NODE_HANDLE_ACK"}\n'

size, count = int(sys.argv[1]), int(sys.argv[2])
channel = socket.socket(fileno=int(os.environ["NODE_CHANNEL_FD"]))
while count > 0:
    message, descriptors, _, _ = socket.recv_fds(channel, 65536, 16)
    if not message:
        sys.exit("segment-sockets: fewer sockets came than were announced")
    for descriptor in descriptors:
        with socket.socket(fileno=descriptor) as udp:
            udp.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
        count -= 1
        channel.sendall(ARRIVED)
