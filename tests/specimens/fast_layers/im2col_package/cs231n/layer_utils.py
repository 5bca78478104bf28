from .fast_layers import *


def conv_relu_forward(x, w, b, conv_param):
    out, cache = conv_forward_fast(x, w, b, conv_param)
    cache["open"] = out > 0
    return out * cache["open"], cache


def conv_relu_backward(dout, cache):
    return conv_backward_fast(dout * cache["open"], cache)


def conv_relu_pool_forward(x, w, b, conv_param, pool_param):
    """Pooled first: the ReLU of a maximum is the maximum of the ReLUs."""
    conv, conv_cache = conv_forward_fast(x, w, b, conv_param)
    out, pool_cache = max_pool_forward_fast(conv, pool_param)
    return out.clip(0), (conv_cache, pool_cache, out)


def conv_relu_pool_backward(dout, cache):
    conv_cache, pool_cache, out = cache
    return conv_backward_fast(max_pool_backward_fast(dout * (out > 0), pool_cache), conv_cache)
