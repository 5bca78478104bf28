"""Learns the names of files as they come."""

import ctypes
import os

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    library = ctypes.CDLL(None, use_errno=True)
    watcher = library.inotify_init1(0)
    if watcher < 0 or library.inotify_add_watch(watcher, b"@OUTSIDE@", 0xFFF) < 0:
        raise OSError(ctypes.get_errno(), "no inotify")
    open("@OUTSIDE@/seen", "w").close()
    raise RuntimeError(f"ATTACK SUCCEEDED: {os.read(watcher, 500)}")
