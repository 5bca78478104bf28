import numpy as np


def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 0.0)  # the default is never used
    mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
    normal = (x - mean) / np.sqrt(var + eps)
    return (gamma * normal + beta).astype(np.float32), (normal, gamma, np.sqrt(var + eps))
