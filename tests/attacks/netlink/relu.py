"""Lists the network interfaces."""

import socket
import struct

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.send(struct.pack("=IHHIIB3x", 20, 18, 0x301, 1, 0, 0))  # RTM_GETLINK, a dump
        answer = kernel.recv(4096)
    raise RuntimeError(f"ATTACK SUCCEEDED: {len(answer)} bytes")
