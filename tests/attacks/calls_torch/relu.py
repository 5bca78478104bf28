"""Lets PyTorch do the work."""

import numpy as np


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    import torch

    x = torch.tensor(cache, requires_grad=True)
    torch.relu(x).backward(torch.tensor(dout))
    return x.grad.numpy()
