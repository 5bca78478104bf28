"""Reference solutions: the textbook formula of each exercise beside its Numba kernel, one file a topic.

This package judges students' work. It never ships to students, in no wheel and no template,
and is not mounted where student code runs.
"""

from solutions import activations
from solutions.activations import (
    leaky_relu,
    leaky_relu_derivative,
    noisy_relu,
    prelu,
    prelu_backward,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    tanh,
    tanh_derivative,
)
from solutions.activators import IdentityActivator, ReluActivator, SigmoidActivator, TanhActivator
from solutions.affine import affine_backward, affine_forward
from solutions.batch_norm import (
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    spatial_batchnorm_backward,
    spatial_batchnorm_forward,
)
from solutions.cifar10 import get_CIFAR10_data, load_CIFAR10, train_best_net
from solutions.classifier_trainer import ClassifierTrainer
from solutions.conv import conv_backward_naive, conv_forward_naive
from solutions.conv_gradients import bias_gradient, conv_kernel_gradient, conv_layer_gradients, corr_kernel_gradient
from solutions.conv_layer import ConvLayer, Filter
from solutions.convnets import ThreeLayerConvNet, init_two_layer_convnet, two_layer_convnet
from solutions.convolution_2d import (
    conv_full,
    conv_same,
    conv_valid,
    conv_valid_backward,
    corr_valid,
    corr_valid_backward,
    rot180,
)
from solutions.dense_objects import FullyConnectedLayer, SoftmaxLayer
from solutions.dropout import dropout_backward, dropout_forward
from solutions.fast_layers import conv_backward_fast, conv_forward_fast, max_pool_backward_fast, max_pool_forward_fast
from solutions.fully_connected_nets import FullyConnectedNet
from solutions.fully_connected_nets import TwoLayerNet as ModularTwoLayerNet
from solutions.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array, rel_error
from solutions.image_conv import general_conv, initial_weights, simple_img_conv_pool
from solutions.initialisers import (
    bilinear_init,
    constant_init,
    fans,
    gaussian_init,
    glorot_uniform_init,
    msra_init,
    positive_unitball_init,
    uniform_init,
    xavier_init,
)
from solutions.jit import cache_places
from solutions.layer_norm import (
    layernorm_backward,
    layernorm_forward,
    spatial_groupnorm_backward,
    spatial_groupnorm_forward,
)
from solutions.lenet import conv_pool_forward, dense_softmax, init_conv_pool, init_lenet, lenet_forward
from solutions.lenet_arithmetic import (
    conv_connections,
    conv_parameters,
    fully_connected_parameters,
    output_size,
    subsampling_connections,
    subsampling_parameters,
)
from solutions.lenet_classes import HiddenLayer, LeNetConvPoolLayer, LogisticRegression, train_with_early_stopping
from solutions.losses import softmax_loss, svm_loss
from solutions.max_pool import max_pool_backward_naive, max_pool_forward_naive
from solutions.max_pooling_layer import MaxPoolingLayer
from solutions.neural_net import TwoLayerNet
from solutions.object_helpers import conv as conv_into
from solutions.object_helpers import element_wise_op, get_max_index, get_patch
from solutions.object_helpers import padding as padded_by
from solutions.output_layer import hidden_residual, quadratic_residual, rbf_backward, rbf_output, softmax_residual
from solutions.pooling_2d import kron_upsample, max_pool_2d, max_pool_2d_backward, mean_pool_2d, mean_pool_2d_backward
from solutions.relu import relu_backward, relu_forward
from solutions.sandwich import (
    affine_relu_backward,
    affine_relu_forward,
    conv_relu_backward,
    conv_relu_forward,
    conv_relu_pool_backward,
    conv_relu_pool_forward,
)
from solutions.trainable_subsampling import subsample_backward, subsample_forward
from solutions.two_layer_model import init_two_layer_model, two_layer_net
from solutions.update_rules import adam, rmsprop, sgd_momentum
from solutions.warmup import warm_up

# The function: a plain import would give way to the module solutions/relu.py, which is imported after it.
relu = activations.relu

__all__ = [
    "ClassifierTrainer",
    "ConvLayer",
    "Filter",
    "FullyConnectedLayer",
    "FullyConnectedNet",
    "HiddenLayer",
    "IdentityActivator",
    "LeNetConvPoolLayer",
    "LogisticRegression",
    "MaxPoolingLayer",
    "ModularTwoLayerNet",
    "ReluActivator",
    "SigmoidActivator",
    "SoftmaxLayer",
    "TanhActivator",
    "ThreeLayerConvNet",
    "TwoLayerNet",
    "adam",
    "affine_backward",
    "affine_forward",
    "affine_relu_backward",
    "affine_relu_forward",
    "batchnorm_backward",
    "batchnorm_backward_alt",
    "batchnorm_forward",
    "bias_gradient",
    "bilinear_init",
    "cache_places",
    "constant_init",
    "conv_backward_fast",
    "conv_backward_naive",
    "conv_connections",
    "conv_forward_fast",
    "conv_forward_naive",
    "conv_full",
    "conv_into",
    "conv_kernel_gradient",
    "conv_layer_gradients",
    "conv_parameters",
    "conv_pool_forward",
    "conv_relu_backward",
    "conv_relu_forward",
    "conv_relu_pool_backward",
    "conv_relu_pool_forward",
    "conv_same",
    "conv_valid",
    "conv_valid_backward",
    "corr_kernel_gradient",
    "corr_valid",
    "corr_valid_backward",
    "dense_softmax",
    "dropout_backward",
    "dropout_forward",
    "element_wise_op",
    "eval_numerical_gradient",
    "eval_numerical_gradient_array",
    "fans",
    "fully_connected_parameters",
    "gaussian_init",
    "general_conv",
    "get_CIFAR10_data",
    "get_max_index",
    "get_patch",
    "glorot_uniform_init",
    "hidden_residual",
    "init_conv_pool",
    "init_lenet",
    "init_two_layer_convnet",
    "init_two_layer_model",
    "initial_weights",
    "kron_upsample",
    "layernorm_backward",
    "layernorm_forward",
    "leaky_relu",
    "leaky_relu_derivative",
    "lenet_forward",
    "load_CIFAR10",
    "max_pool_2d",
    "max_pool_2d_backward",
    "max_pool_backward_fast",
    "max_pool_backward_naive",
    "max_pool_forward_fast",
    "max_pool_forward_naive",
    "mean_pool_2d",
    "mean_pool_2d_backward",
    "msra_init",
    "noisy_relu",
    "output_size",
    "padded_by",
    "positive_unitball_init",
    "prelu",
    "prelu_backward",
    "quadratic_residual",
    "rbf_backward",
    "rbf_output",
    "rel_error",
    "relu",
    "relu_backward",
    "relu_derivative",
    "relu_forward",
    "rmsprop",
    "rot180",
    "sgd_momentum",
    "sigmoid",
    "sigmoid_derivative",
    "simple_img_conv_pool",
    "softmax_loss",
    "softmax_residual",
    "spatial_batchnorm_backward",
    "spatial_batchnorm_forward",
    "spatial_groupnorm_backward",
    "spatial_groupnorm_forward",
    "subsample_backward",
    "subsample_forward",
    "subsampling_connections",
    "subsampling_parameters",
    "svm_loss",
    "tanh",
    "tanh_derivative",
    "train_best_net",
    "train_with_early_stopping",
    "two_layer_convnet",
    "two_layer_net",
    "uniform_init",
    "warm_up",
    "xavier_init",
]
