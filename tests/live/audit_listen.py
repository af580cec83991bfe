#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes what the kernel's audit tells all listeners, as auditd would, to standard output: "ready" first, then a record a line.

Exit status 77: the kernel does not let us listen (no CAP_AUDIT_READ, or another network namespace than its first).
"""

import os
import socket
import struct
import sys

NETLINK_AUDIT = 9
AUDIT_NLGRP_READLOG = 1
AUDIT_SECCOMP = 1326
SO_RCVBUFFORCE = 33


def say(text):
    os.write(1, text + b"\n")


def main():
    try:
        listener = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_AUDIT)
        listener.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        listener.bind((0, AUDIT_NLGRP_READLOG))
    except OSError as error:
        print(error, file=sys.stderr)
        return 77
    say(b"ready")
    while True:
        message = listener.recv(65536)
        # the length in the header leaves the header itself out on some kernels
        if struct.unpack_from("=H", message, 4)[0] == AUDIT_SECCOMP:
            say(b"type=SECCOMP msg=" + message[16:].rstrip(b"\0\n"))


if __name__ == "__main__":
    sys.exit(main())
