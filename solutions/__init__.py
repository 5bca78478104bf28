"""Reference solutions: the textbook formula of each exercise beside its Numba kernel, one file a topic.

This package judges students' work. It never ships to students, in no wheel and no template,
and is not mounted where student code runs.
"""

from solutions.affine import affine_backward, affine_forward
from solutions.conv import conv_backward_naive, conv_forward_naive
from solutions.max_pool import max_pool_backward_naive, max_pool_forward_naive
from solutions.relu import relu_backward, relu_forward
from solutions.two_layer_net import TwoLayerNet
from solutions.warmup import warm_up

__all__ = [
    "TwoLayerNet",
    "affine_backward",
    "affine_forward",
    "conv_backward_naive",
    "conv_forward_naive",
    "max_pool_backward_naive",
    "max_pool_forward_naive",
    "relu_backward",
    "relu_forward",
    "warm_up",
]
