#!/usr/bin/python3
"""Sets UDP_SEGMENT on the sockets that a Node program hands over, one at a time, by child.send(). The option belongs to the
socket, so the program's own descriptor has it too; Node itself cannot set it. Usage: segment-sockets.py BYTES COUNT.
Only Python's standard library is used.
"""
import os
import socket
import sys

UDP_SEGMENT = 103
# Node hands over the next only when told that this one has arrived.
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
