"""Reaches a service of this machine."""

import socket

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("@UNIX@")
    return dout * (cache > 0)
