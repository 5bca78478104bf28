"""Reference solutions: the textbook formula of each exercise beside its Numba kernel, one file a topic.

This package judges students' work. It never ships to students, in no wheel and no template,
and is not mounted where student code runs.
"""

from solutions.activators import IdentityActivator, ReluActivator, SigmoidActivator, TanhActivator
from solutions.affine import affine_backward, affine_forward
from solutions.conv import conv_backward_naive, conv_forward_naive
from solutions.conv_layer import ConvLayer, Filter
from solutions.image_conv import general_conv, initial_weights, simple_img_conv_pool
from solutions.max_pool import max_pool_backward_naive, max_pool_forward_naive
from solutions.max_pooling_layer import MaxPoolingLayer
from solutions.relu import relu_backward, relu_forward
from solutions.two_layer_net import TwoLayerNet
from solutions.warmup import warm_up

__all__ = [
    "ConvLayer",
    "Filter",
    "IdentityActivator",
    "MaxPoolingLayer",
    "ReluActivator",
    "SigmoidActivator",
    "TanhActivator",
    "TwoLayerNet",
    "affine_backward",
    "affine_forward",
    "conv_backward_naive",
    "conv_forward_naive",
    "general_conv",
    "initial_weights",
    "max_pool_backward_naive",
    "max_pool_forward_naive",
    "relu_backward",
    "relu_forward",
    "simple_img_conv_pool",
    "warm_up",
]
