from cs231n.layers import *


class Chain:
    """Steps to be undone in the other order; the gradients of parameters are collected by name."""

    def __init__(self, params):
        self.params, self.undo = params, []

    def step(self, x, names, forward, backward, *more):
        out, cache = forward(x, *[self.params[name] for name in names], *more)
        self.undo.append((names, backward, cache))
        return out

    def back(self, dout):
        grads = {}
        for names, backward, cache in self.undo[::-1]:
            found = backward(dout, cache)
            if names:
                dout, grads_here = found[0], found[1:]
                grads.update(zip(names, grads_here))
            else:
                dout = found
        return grads
