"""Normalisations as students write them, and how they get them wrong: a line here or there.

Each wrong version names the mistake that it has to be told, or none where nothing certain may be said.
"""

# ruff: noqa: E501  # a table: one wrong version a line

from __future__ import annotations

BATCH = """
import numpy as np

def batchnorm_forward(x, gamma, beta, bn_param):
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D))
    running_var = bn_param.get("running_var", np.zeros(D))
    cache = None
    if mode == "train":
        mean = x.sum(axis=0) / N
        centred = x - mean
        var = np.sum(centred**2, axis=0) / N
        std = np.sqrt(var + eps)
        inv = 1.0 / std
        xhat = centred * inv
        out = xhat * gamma + beta
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
        cache = (x, centred, var, std, inv, xhat, gamma, beta, eps)
    else:
        xhat = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * xhat + beta
    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache

def batchnorm_backward(dout, cache):
    x, centred, var, std, inv, xhat, gamma, beta, eps = cache
    N, D = dout.shape
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dxhat = dout * gamma
    dinv = (dxhat * centred).sum(axis=0)
    dcentred = dxhat * inv
    dstd = -dinv / std**2
    dvar = dstd * 0.5 / std
    dsquare = np.ones((N, D)) * dvar / N
    dcentred += 2 * centred * dsquare
    dmean = -dcentred.sum(axis=0)
    dx = dcentred + np.ones((N, D)) * dmean / N
    return dx, dgamma, dbeta

def batchnorm_backward_alt(dout, cache):
    x, centred, var, std, inv, xhat, gamma, beta, eps = cache
    N = len(dout)
    dbeta = dout.sum(axis=0)
    dgamma = (dout * xhat).sum(axis=0)
    dx = gamma * inv / N * (N * dout - dbeta - xhat * dgamma)
    return dx, dgamma, dbeta
"""

PAPER = (
    BATCH.partition("def batchnorm_backward(")[0]
    + """def batchnorm_backward(dout, cache):
    x, centred, var, std, inv, xhat, gamma, beta, eps = cache
    N = x.shape[0]
    mean = x.mean(axis=0)
    dxhat = dout * gamma
    dvar = np.sum(dxhat * (x - mean) * -0.5 * (var + eps) ** -1.5, axis=0)
    dmean = np.sum(dxhat * -1 / np.sqrt(var + eps), axis=0) + dvar * np.mean(-2 * (x - mean), axis=0)
    dx = dxhat / np.sqrt(var + eps) + dvar * 2 * (x - mean) / N + dmean / N
    dgamma = np.sum(dout * xhat, axis=0)
    dbeta = np.sum(dout, axis=0)
    return dx, dgamma, dbeta

def batchnorm_backward_alt(dout, cache):
    x, centred, var, std, inv, xhat, gamma, beta, eps = cache
    dxhat = dout * gamma
    dx = inv * (dxhat - dxhat.mean(axis=0) - xhat * np.mean(dxhat * xhat, axis=0))
    return dx, np.sum(dout * xhat, axis=0), np.sum(dout, axis=0)
"""
)

SPATIAL = (
    BATCH
    + """
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out, cache = batchnorm_forward(rows, gamma, beta, bn_param)
    return out.reshape(N, H, W, C).transpose(0, 3, 1, 2), cache

def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    rows = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx, dgamma, dbeta = batchnorm_backward_alt(rows, cache)
    return dx.reshape(N, H, W, C).transpose(0, 3, 1, 2), dgamma, dbeta
"""
)

IMAGES = """
import numpy as np

def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    mode, eps, momentum = bn_param["mode"], bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    N, C, H, W = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(C))
    running_var = bn_param.get("running_var", np.zeros(C))
    cache = None
    if mode == "train":
        mean = x.mean(axis=(0, 2, 3))
        var = x.var(axis=(0, 2, 3))
        xhat = (x - mean[None, :, None, None]) / np.sqrt(var[None, :, None, None] + eps)
        cache = xhat, var + eps, gamma
        bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    else:
        xhat = (x - running_mean[None, :, None, None]) / np.sqrt(running_var[None, :, None, None] + eps)
    return gamma[None, :, None, None] * xhat + beta[None, :, None, None], cache

def spatial_batchnorm_backward(dout, cache):
    xhat, var, gamma = cache
    N, C, H, W = dout.shape
    m = N * H * W
    dgamma = np.sum(dout * xhat, axis=(0, 2, 3))
    dbeta = np.sum(dout, axis=(0, 2, 3))
    dxhat = dout * gamma.reshape(1, C, 1, 1)
    total = np.sum(dxhat, axis=(0, 2, 3), keepdims=True)
    along = xhat * np.sum(dxhat * xhat, axis=(0, 2, 3), keepdims=True)
    dx = (m * dxhat - total - along) / (m * np.sqrt(var).reshape(1, C, 1, 1))
    return dx, dgamma, dbeta
"""

LAYER = """
import numpy as np

def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    N, D = x.shape
    mean = np.mean(x, axis=1, keepdims=True)
    var = np.var(x, axis=1, keepdims=True)
    std = np.sqrt(var + eps)
    xhat = (x - mean) / std
    out = gamma * xhat + beta
    return out, (x, mean, var, std, xhat, gamma, eps)

def layernorm_backward(dout, cache):
    x, mean, var, std, xhat, gamma, eps = cache
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * xhat, axis=0)
    dxhat = dout * gamma
    dvar = np.sum(dxhat * (x - mean), axis=1, keepdims=True) * -0.5 * std**-3
    dmean = -np.sum(dxhat / std, axis=1, keepdims=True)
    dx = dxhat / std + 2 * dvar * (x - mean) / D + dmean / D
    return dx, dgamma, dbeta
"""

TRANSPOSED = """
import numpy as np

def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    xt = x.T
    mean = xt.mean(axis=0)
    var = xt.var(axis=0)
    inv = 1 / np.sqrt(var + eps)
    xhat = ((xt - mean) * inv).T
    return xhat * gamma + beta, (xhat, inv, gamma)

def layernorm_backward(dout, cache):
    xhat, inv, gamma = cache
    dbeta = dout.sum(0)
    dgamma = (dout * xhat).sum(0)
    g = (dout * gamma).T
    D = g.shape[0]
    h = xhat.T
    dx = inv / D * (D * g - g.sum(0) - h * (g * h).sum(0))
    return dx.T, dgamma, dbeta
"""

GROUP = """
import numpy as np

def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get("eps", 1e-5)
    N, C, H, W = x.shape
    groups = x.reshape(N, G, C // G, H, W)
    mean = groups.mean(axis=(2, 3, 4), keepdims=True)
    var = groups.var(axis=(2, 3, 4), keepdims=True)
    std = np.sqrt(var + eps)
    xhat = ((groups - mean) / std).reshape(N, C, H, W)
    out = gamma * xhat + beta
    return out, (x, mean, std, xhat, gamma, G)

def spatial_groupnorm_backward(dout, cache):
    x, mean, std, xhat, gamma, G = cache
    N, C, H, W = x.shape
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dgamma = np.sum(dout * xhat, axis=(0, 2, 3), keepdims=True)
    g = (dout * gamma).reshape(N, G, C // G, H, W)
    h = xhat.reshape(N, G, C // G, H, W)
    m = C // G * H * W
    sums = g.sum(axis=(2, 3, 4), keepdims=True)
    turned = h * np.sum(g * h, axis=(2, 3, 4), keepdims=True)
    dx = (m * g - sums - turned) / (m * std)
    return dx.reshape(N, C, H, W), dgamma, dbeta
"""

TRAIN, RUNNING, TEST = "train_mode", "running_statistics", "test_mode"
DX = "dx = gamma * inv / N * (N * dout - dbeta - xhat * dgamma)"
MOVED = "transpose(0, 2, 3, 1).reshape(-1, C)"
BACK = "reshape(N, H, W, C).transpose(0, 3, 1, 2)"
M = "m = N * H * W"

# (source, check, what is told, then pairs: a piece of the function, and what stands there instead)
WRONG: list[tuple[str, ...]] = [
    (LAYER, "layer_norm/backward", "layernorm-backward-std-plus-eps-staged", "    N, D =", "    std = np.sqrt(var) + eps; xhat = (x - mean) / std\n    N, D =", "-0.5 * std**-3", "-0.5 / std**2 / np.sqrt(var + eps)"),
    (GROUP, "group_norm/backward", "groupnorm-means-per-channel", "(2, 3, 4)", "(3, 4)", "m = C // G * H * W", "m = H * W"),
    (BATCH, "batch_norm/train_mode", "batchnorm-eps-absent-training", "np.sqrt(var + eps)", "np.sqrt(var)"),
    (BATCH, "batch_norm/train_mode", "batchnorm-eps-outside-root-training", "np.sqrt(var + eps)", "(np.sqrt(var) + eps)"),
    # eps was said not to be used; and a formula was told where all is NaN
    (BATCH, "batch_norm/train_mode", "batchnorm-eps-outside-root-training", "np.sqrt(var + eps)", "np.sqrt(var) + eps", '"eps", 1e-5', '"eps", 1e-8'),
    (BATCH, "batch_norm/train_mode", "", "np.sqrt(var + eps)", "np.sqrt(-var)"),
    (BATCH, "batch_norm/train_mode", "batchnorm-eps-hard-coded-training", "np.sqrt(var + eps)", "np.sqrt(var + 1e-5)"),
    (BATCH, "batch_norm/train_mode", "batchnorm-std-plus-tiny-training", "np.sqrt(var + eps)", "np.sqrt(var + 1e-8)"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-divided-by-variance", "std = np.sqrt(var + eps)", "std = var + eps"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-eps-squared", "std = np.sqrt(var + eps)", "std = np.sqrt(var + eps**2)"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-beta-multiplied", "out = xhat * gamma + beta", "out = xhat * (gamma + beta)"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-beta-absent", "out = xhat * gamma + beta", "out = xhat * gamma"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-gamma-and-beta-absent", "out = xhat * gamma + beta", "out = xhat"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-gamma-and-beta-swapped", "out = xhat * gamma + beta", "out = xhat * beta + gamma"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-x-not-normalised", "out = xhat * gamma + beta", "out = gamma * x + beta"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-not-divided", "xhat = centred * inv", "xhat = centred"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-not-centred", "xhat = centred * inv", "xhat = x * inv"),
    (BATCH, "batch_norm/train_mode", "batchnorm-unbiased-variance-forward", "axis=0) / N\n        std", "axis=0) / (N - 1)\n        std"),
    (BATCH, "batch_norm/train_mode", "batchnorm-squares-summed", "axis=0) / N\n        std", "axis=0)\n        std"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-variance-of-all", "np.sum(centred**2, axis=0) / N", "np.var(x)"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-statistics-of-all", "x.sum(axis=0) / N", "x.mean()", "np.sum(centred**2, axis=0) / N", "np.var(x)"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-squares-about-mean-of-all", "x.sum(axis=0) / N", "x.mean()"),
    (BATCH, "batch_norm/train_mode", "batchnorm-train-variance-not-centred", "np.sum(centred**2, axis=0) / N", "np.sum(x**2, axis=0) / N"),
    (BATCH, "batch_norm/train_mode", "batchnorm-training-by-running", "        running_mean = mom", "        xhat = (x - running_mean) / np.sqrt(running_var + eps); out = xhat * gamma + beta\n        running_mean = mom"),
    (BATCH, "batch_norm/train_mode", "batchnorm-training-by-updated-running", "cache = (x,", "out = (x - running_mean) / np.sqrt(running_var + eps) * gamma + beta\n        cache = (x,"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-var-eps", "(1 - momentum) * var", "(1 - momentum) * (var + eps)"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-std-eps", "(1 - momentum) * var", "(1 - momentum) * std"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-std", "(1 - momentum) * var", "(1 - momentum) * np.std(x, axis=0)"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-unbiased", "(1 - momentum) * var", "(1 - momentum) * var * N / (N - 1)"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-inverse-std-eps", "(1 - momentum) * var", "(1 - momentum) * inv"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-momentum-swapped", "(1 - momentum) * var", "momentum * var", "momentum * running_var", "(1 - momentum) * running_var", "(1 - momentum) * mean", "momentum * mean", "momentum * running_mean", "(1 - momentum) * running_mean"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-momentum-swapped-mean", "(1 - momentum) * mean", "momentum * mean", "momentum * running_mean", "(1 - momentum) * running_mean"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-batch-by-momentum-both", "(1 - momentum) * mean", "momentum * mean", "(1 - momentum) * var", "momentum * var"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-forgotten", '    bn_param["running_mean"] = running_mean\n', "", '    bn_param["running_var"] = running_var\n', ""),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-var-forgotten", '    bn_param["running_var"] = running_var\n', ""),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-forgotten", '    bn_param["running_mean"] = running_mean\n', '    bn_param.setdefault("running_mean", np.zeros(D))\n', '    bn_param["running_var"] = running_var\n', '    bn_param.setdefault("running_var", np.zeros(D))\n'),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-var-is-mean", 'bn_param["running_var"] = running_var', 'bn_param["running_var"] = running_mean'),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-var-from-new-mean", "momentum * running_var +", "momentum * running_mean +"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-replaced-both", "momentum * running_mean + (1 - momentum) * mean", "mean", "momentum * running_var + (1 - momentum) * var", "var"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-momentum-ignored", 'bn_param.get("momentum", 0.9)', "0.9"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-momentum-always-0.99", 'bn_param.get("momentum", 0.9)', "0.99"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-not-decayed-both", "momentum * running_mean + (1", "running_mean + (1", "momentum * running_var + (1", "running_var + (1"),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-starts-with-batch", 'bn_param.get("running_var", np.zeros(D))', 'bn_param.get("running_var", x.var(axis=0))', 'bn_param.get("running_mean", np.zeros(D))', 'bn_param.get("running_mean", x.mean(axis=0))'),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-var-starts-at-1", 'bn_param.get("running_var", np.zeros(D))', 'bn_param.get("running_var", np.ones(D))'),
    (BATCH, "batch_norm/running_statistics", "batchnorm-running-restart", 'bn_param.get("running_var", np.zeros(D))', "np.zeros(D)", 'bn_param.get("running_mean", np.zeros(D))', "np.zeros(D)"),
    (BATCH, "batch_norm/test_mode", "batchnorm-eps-absent-test", "np.sqrt(running_var + eps)", "np.sqrt(running_var)"),
    (BATCH, "batch_norm/test_mode", "batchnorm-eps-outside-root-test", "np.sqrt(running_var + eps)", "(np.sqrt(running_var) + eps)"),
    (BATCH, "batch_norm/test_mode", "batchnorm-eps-hard-coded-test", "np.sqrt(running_var + eps)", "np.sqrt(running_var + 1e-5)"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-divided-by-variance", "np.sqrt(running_var + eps)", "(running_var + eps)"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-divided-by-variance-alone", "np.sqrt(running_var + eps)", "running_var"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-uses-batch", "(x - running_mean) / np.sqrt(running_var + eps)", "(x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-gamma-and-beta-absent", "out = gamma * xhat + beta", "out = xhat"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-beta-absent", "out = gamma * xhat + beta", "out = gamma * xhat"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-x-not-normalised", "out = gamma * xhat + beta", "out = gamma * x + beta"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-not-centred", "(x - running_mean) / np", "x / np"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-not-divided", "(x - running_mean) / np.sqrt(running_var + eps)", "(x - running_mean)"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-updates-running-first", "    else:\n", "    else:\n        running_mean = momentum * running_mean + (1 - momentum) * x.mean(0); running_var = momentum * running_var + (1 - momentum) * x.var(0)\n"),
    (BATCH, "batch_norm/test_mode", "batchnorm-test-updates-running", "        out = gamma * xhat + beta", "        out = gamma * xhat + beta; running_mean = momentum * running_mean + (1 - momentum) * x.mean(0); running_var = momentum * running_var + (1 - momentum) * x.var(0)"),
    (BATCH, "batch_norm/backward", "batchnorm-mean-path", "np.ones((N, D)) * dmean / N", "0"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-path", "dcentred += 2 * centred * dsquare\n", "\n"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-halved", "dcentred += 2 *", "dcentred +="),
    (BATCH, "batch_norm/backward", "batchnorm-variance-doubled", "dstd * 0.5 / std", "dstd / std"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-powers-1-less", "dstd * 0.5 / std", "dstd * 0.5"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-powers-2-less", "dstd * 0.5 / std", "dstd * 0.5 * std"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-powers-1-less", "-dinv / std**2", "-dinv / std"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-sign", "-dinv / std**2", "dinv / std**2"),
    (BATCH, "batch_norm/backward", "batchnorm-dx-variance-once-eps-absent", "-dinv / std**2", "-dinv / var"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-powers-2-less", "-dinv / std**2", "-dinv"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-summed", "* dvar / N", "* dvar"),
    (BATCH, "batch_norm/backward", "batchnorm-mean-summed", "* dmean / N", "* dmean"),
    (BATCH, "batch_norm/backward", "batchnorm-statistics-summed", "* dvar / N", "* dvar", "* dmean / N", "* dmean"),
    (BATCH, "batch_norm/backward", "batchnorm-mean-sign", "dmean = -dcentred", "dmean = dcentred"),
    (BATCH, "batch_norm/backward", "batchnorm-mean-path-only", "dx = dcentred + ", "dx = "),
    (BATCH, "batch_norm/backward", "batchnorm-variance-path-only", "dcentred += 2", "dcentred = 2"),
    (BATCH, "batch_norm/backward", "batchnorm-direct-and-mean-by-std", "dcentred = dxhat * inv", "dcentred = dxhat"),
    (BATCH, "batch_norm/backward", "batchnorm-gamma-absent", "dxhat = dout * gamma", "dxhat = dout"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-without-gamma", "dxhat * centred).sum(axis=0)", "dout * centred).sum(axis=0)"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-from-x", "dxhat * centred).sum(axis=0)", "dxhat * x).sum(axis=0)"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-powers-1-more", "dxhat * centred).sum(axis=0)", "dxhat * xhat).sum(axis=0)"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-powers-1-more", "2 * centred * dsquare", "2 * xhat * dsquare"),
    (BATCH, "batch_norm/backward", "batchnorm-variance-sum", "(dxhat * centred).sum(axis=0)", "dxhat * centred"),
    (BATCH, "batch_norm/backward", "batchnorm-dgamma-averaged", "(dout * xhat).sum(axis=0)", "(dout * xhat).mean(axis=0)"),
    (BATCH, "batch_norm/backward", "batchnorm-dbeta-averaged", "dbeta = dout.sum(axis=0)", "dbeta = dout.mean(axis=0)"),
    (BATCH, "batch_norm/backward", "batchnorm-gradients-averaged", "dbeta = dout.sum(axis=0)", "dbeta = dout.mean(axis=0)", "(dout * xhat).sum(axis=0)", "(dout * xhat).mean(axis=0)"),
    (BATCH, "batch_norm/backward", "batchnorm-gradients-swapped", "return dx, dgamma, dbeta", "return dx, dbeta, dgamma"),
    (BATCH, "batch_norm/backward", "batchnorm-dgamma-from-x", "(dout * xhat).sum", "(dout * x).sum"),
    (BATCH, "batch_norm/backward", "batchnorm-dgamma-from-centred", "(dout * xhat).sum", "(dout * centred).sum"),
    (BATCH, "batch_norm/backward", "batchnorm-dgamma-from-out", "(dout * xhat).sum", "(dout * (gamma * xhat + beta)).sum"),
    (BATCH, "batch_norm/backward", "batchnorm-dgamma-times-gamma", "(dout * xhat).sum", "(dout * xhat * gamma).sum"),
    (BATCH, "batch_norm/backward", "batchnorm-dgamma-not-summed", "(dout * xhat).sum(axis=0)", "dout * xhat"),
    (BATCH, "batch_norm/backward", "batchnorm-dbeta-not-summed", "dbeta = dout.sum(axis=0)", "dbeta = dout"),
    (BATCH, "batch_norm/backward", "batchnorm-dbeta-one-number", "dbeta = dout.sum(axis=0)", "dbeta = dout.sum()"),
    (BATCH, "batch_norm/backward", "batchnorm-gradients-per-sample", "dbeta = dout.sum(axis=0)", "dbeta = dout.sum(axis=1)", "(dout * xhat).sum(axis=0)", "(dout * xhat).sum(axis=1)"),
    (BATCH, "batch_norm/backward", "batchnorm-count-features", "N, D = dout.shape", "D, N = dout.shape", "np.ones((N, D))", "1"),
    (BATCH, "batch_norm/backward", "batchnorm-dx-eps-hard-coded", "cache\n", "cache\n    std = np.sqrt(var + 1e-5); inv = 1 / std\n"),
    (BATCH, "batch_norm/backward", "batchnorm-dx-eps-absent", "cache\n", "cache\n    std = np.sqrt(var); inv = 1 / std\n"),
    (BATCH, "batch_norm/backward", "batchnorm-dx-variance-eps-absent", "cache\n", "cache\n    std = np.sqrt(var)\n"),
    (BATCH, "batch_norm/backward", "batchnorm-dx-zero", "dx = dcentred +", "dx = np.zeros_like(x); dcentred +"),
    (BATCH, "batch_norm/backward", "batchnorm-statistics-constant", "cache\n", "cache\n    dx = dout * gamma * inv; return dx, (dout * xhat).sum(0), dout.sum(0)\n"),
    (PAPER, "batch_norm/backward", "batchnorm-variance-powers-2-less", "** -1.5", "** -0.5"),
    (PAPER, "batch_norm/backward", "batchnorm-variance-sign", "-0.5 * (var", "0.5 * (var"),
    (PAPER, "batch_norm/backward", "batchnorm-variance-doubled", "* -0.5 *", "* -1 *"),
    (PAPER, "batch_norm/backward", "batchnorm-mean-path", " + dmean / N", ""),
    (PAPER, "batch_norm/backward", "batchnorm-variance-path", " + dvar * 2 * (x - mean) / N", ""),
    (PAPER, "batch_norm/backward", "batchnorm-variance-halved", "dvar * 2 *", "dvar *"),
    (PAPER, "batch_norm/backward", "batchnorm-variance-summed", "(x - mean) / N", "(x - mean)"),
    (PAPER, "batch_norm/backward", "batchnorm-direct-by-std", "dxhat / np.sqrt(var + eps) +", "dxhat +"),
    (PAPER, "batch_norm/backward", "batchnorm-mean-by-std", "dxhat * -1 / np.sqrt(var + eps), axis=0)", "dxhat * -1, axis=0)"),
    (PAPER, "batch_norm/backward", "batchnorm-mean-sign", "dxhat * -1 /", "dxhat /"),
    (PAPER, "batch_norm/backward", "batchnorm-mean-without-gamma", "dxhat * -1 /", "dout * -1 /"),
    (PAPER, "batch_norm/backward", "batchnorm-variance-without-gamma", "dxhat * (x - mean) *", "dout * (x - mean) *"),
    (PAPER, "batch_norm/backward", "batchnorm-direct-without-gamma", "dxhat / np.sqrt(var + eps) +", "dout / np.sqrt(var + eps) +"),
    (PAPER, "batch_norm/backward", "batchnorm-dx-eps-absent", "(var + eps)", "(var)"),
    (PAPER, "batch_norm/backward", "batchnorm-direct-path", "dxhat / np.sqrt(var + eps) + dvar", "dvar"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-dx-times-count", "gamma * inv / N *", "gamma * inv *"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-direct-divided", "(N * dout - dbeta", "(dout - dbeta"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-statistics-summed", "/ N * (N * dout - dbeta", "* (dout - dbeta"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-gamma-absent", "gamma * inv", "inv"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-dx-by-std", "gamma * inv", "gamma"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-dx-by-variance", "gamma * inv", "gamma * inv**2"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-dx-times-std", "gamma * inv", "gamma * std"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-mean-path", " - dbeta", ""),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-variance-path", " - xhat * dgamma", ""),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-statistics-constant", " - dbeta - xhat * dgamma", ""),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-mean-sign", "- dbeta", "+ dbeta"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-variance-sign", "- xhat * dgamma", "+ xhat * dgamma"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-variance-powers-1-less", "- xhat * dgamma", "- centred * dgamma"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-variance-times-x-for-xhat", "- xhat * dgamma", "- x * dgamma"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-variance-not-multiplied", "- xhat * dgamma", "- dgamma"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-jacobian-diagonal", DX, "dx = gamma * inv * dout * (N - 1 - xhat**2) / N"),
    (BATCH, "batch_norm/backward_alt", "", DX, "dx = gamma * inv * dout * (1 - 1 / N)"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-direct-gamma-twice", "N * dout - dbeta", "N * dout * gamma - dbeta"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-gradients-swapped", "return dx, dgamma, dbeta", "return dx, dbeta, dgamma"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-count-features", "N = len(dout)", "N = dout.shape[1]"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-count-all", "N = len(dout)", "N = dout.size"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-dx-count-less-1", "inv / N", "inv / (N - 1)"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-dx-outside-eps-absent", "cache\n", "cache\n    inv = 1 / np.sqrt(var)\n"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-dx-outside-eps-hard-coded", "cache\n", "cache\n    inv = 1 / np.sqrt(var + 1e-5)\n"),
    (BATCH, "batch_norm/backward_alt", "batchnorm-alt-dx-outside-std-plus-eps", "cache\n", "cache\n    inv = 1 / (np.sqrt(var) + eps)\n"),
    (PAPER, "batch_norm/backward_alt", "batchnorm-alt-gamma-absent", "dxhat = dout * gamma", "dxhat = dout"),
    (PAPER, "batch_norm/backward_alt", "batchnorm-alt-variance-summed", "np.mean(dxhat * xhat", "np.sum(dxhat * xhat"),
    (PAPER, "batch_norm/backward_alt", "batchnorm-alt-mean-summed", "dxhat.mean", "dxhat.sum"),
    (PAPER, "batch_norm/backward_alt", "batchnorm-alt-gamma-twice", "inv * (", "gamma * inv * ("),
    (PAPER, "batch_norm/backward_alt", "batchnorm-alt-mean-without-gamma", "dxhat - dxhat.mean", "dxhat - dout.mean"),
    (SPATIAL, "spatial_batch_norm/train_mode", "spatial-batchnorm-axes-unmoved", MOVED, "reshape(-1, C)", BACK, "reshape(N, C, H, W)"),
    (SPATIAL, "spatial_batch_norm/train_mode", "spatial-batchnorm-not-moved-back-forward", BACK, "reshape(N, C, H, W)"),
    (SPATIAL, "spatial_batch_norm/train_mode", "spatial-batchnorm-moved-back-by-columns-forward", MOVED, "transpose(0, 2, 3, 1).reshape(-1, C)", BACK, "reshape(N, W, H, C).transpose(0, 3, 2, 1)"),
    (SPATIAL, "spatial_batch_norm/train_mode", "spatial-batchnorm-moved-back-by-channels-forward", MOVED, "transpose(1, 0, 2, 3).reshape(C, -1).T", BACK, "T.reshape(N, C, H, W)"),
    (IMAGES, "spatial_batch_norm/train_mode", "spatial-batchnorm-per-image", "x.mean(axis=(0, 2, 3))", "x.mean(axis=(2, 3))", "x.var(axis=(0, 2, 3))", "x.var(axis=(2, 3))", "mean[None, :, None, None]", "mean[:, :, None, None]", "var[None, :, None, None] + eps)\n        cache", "var[:, :, None, None] + eps)\n        cache"),
    (IMAGES, "spatial_batch_norm/train_mode", "shapes-do-not-combine", "x.mean(axis=(0, 2, 3))", "x.mean(axis=0)", "x.var(axis=(0, 2, 3))", "x.var(axis=0)", "mean[None, :, None, None]", "mean", "var[None, :, None, None] + eps)\n        cache", "var + eps)\n        cache"),
    (IMAGES, "spatial_batch_norm/train_mode", "batchnorm-eps-absent-training", "np.sqrt(var[None, :, None, None] + eps)\n        cache", "np.sqrt(var[None, :, None, None])\n        cache"),
    (IMAGES, "spatial_batch_norm/train_mode", "batchnorm-train-beta-subtracted", "* xhat + beta", "* xhat - beta"),
    (SPATIAL, "spatial_batch_norm/test_mode", "batchnorm-test-uses-batch", "bn_param)\n", '{**bn_param, "mode": "train"})\n'),
    (SPATIAL, "spatial_batch_norm/running_statistics", "batchnorm-running-forgotten", "bn_param)\n", "dict(bn_param))\n"),
    (SPATIAL, "spatial_batch_norm/train_mode", "", "bn_param)\n", '{"mode": bn_param["mode"]})\n'),
    (SPATIAL, "spatial_batch_norm/backward", "spatial-batchnorm-backward-unmoved", MOVED, "reshape(-1, C)", BACK, "reshape(N, C, H, W)"),
    (SPATIAL, "spatial_batch_norm/backward", "spatial-batchnorm-backward-order", MOVED, "transpose(0, 3, 2, 1).reshape(-1, C)", BACK, "reshape(N, W, H, C).transpose(0, 3, 2, 1)"),
    (SPATIAL, "spatial_batch_norm/backward", "spatial-batchnorm-backward-order-there", MOVED, "transpose(0, 3, 2, 1).reshape(-1, C)"),
    (SPATIAL, "spatial_batch_norm/backward", "spatial-batchnorm-not-moved-back-backward", BACK, "reshape(N, C, H, W)"),
    (SPATIAL, "spatial_batch_norm/backward", "spatial-batchnorm-moved-back-by-columns-backward", BACK, "reshape(N, W, H, C).transpose(0, 3, 2, 1)"),
    (SPATIAL, "spatial_batch_norm/backward", "spatial-batchnorm-backward-pixels-first", MOVED, "transpose(2, 3, 0, 1).reshape(-1, C)", BACK, "reshape(H, W, N, C).transpose(2, 3, 0, 1)"),
    (IMAGES, "spatial_batch_norm/backward", "spatial-batchnorm-count-images", M, "m = N"),
    (IMAGES, "spatial_batch_norm/backward", "spatial-batchnorm-count-pixels", M, "m = H * W"),
    (IMAGES, "spatial_batch_norm/backward", "spatial-batchnorm-count-all", M, "m = N * C * H * W"),
    (IMAGES, "spatial_batch_norm/backward", "batchnorm-statistics-summed", M, "m = 1"),
    (IMAGES, "spatial_batch_norm/backward", "batchnorm-variance-path", " - along", ""),
    (IMAGES, "spatial_batch_norm/backward", "batchnorm-mean-path", " - total", ""),
    (IMAGES, "spatial_batch_norm/backward", "batchnorm-gamma-absent", "dout * gamma.reshape(1, C, 1, 1)", "dout"),
    (IMAGES, "spatial_batch_norm/backward", "batchnorm-gradients-swapped", "return dx, dgamma, dbeta", "return dx, dbeta, dgamma"),
    (IMAGES, "spatial_batch_norm/backward", "spatial-batchnorm-backward-sums-per-image", "axis=(0, 2, 3), keepdims", "axis=(2, 3), keepdims"),
    (IMAGES, "spatial_batch_norm/backward", "spatial-batchnorm-dbeta-over-images", "np.sum(dout, axis=(0, 2, 3))", "np.sum(dout, axis=0)"),
    (LAYER, "layer_norm/forward", "layernorm-is-batchnorm", "axis=1, keepdims=True", "axis=0"),
    (LAYER, "layer_norm/forward", "layernorm-eps-absent", "np.sqrt(var + eps)", "np.sqrt(var)"),
    (LAYER, "layer_norm/forward", "layernorm-eps-outside-root", "np.sqrt(var + eps)", "(np.sqrt(var) + eps)"),
    (LAYER, "layer_norm/forward", "layernorm-eps-hard-coded", 'ln_param.get("eps", 1e-5)', "1e-5"),
    (LAYER, "layer_norm/forward", "layernorm-eps-hard-coded-tiny", 'ln_param.get("eps", 1e-5)', "1e-8"),
    (LAYER, "layer_norm/forward", "layernorm-unbiased-variance-forward", "keepdims=True)\n    std", "keepdims=True, ddof=1)\n    std"),
    (LAYER, "layer_norm/forward", "layernorm-divided-by-variance", "std = np.sqrt(var + eps)", "std = var + eps"),
    (LAYER, "layer_norm/forward", "layernorm-gamma-and-beta-absent", "out = gamma * xhat + beta", "out = xhat"),
    (LAYER, "layer_norm/forward", "layernorm-beta-absent", "out = gamma * xhat + beta", "out = gamma * xhat"),
    (LAYER, "layer_norm/forward", "layernorm-statistics-of-all", "np.var(x, axis=1, keepdims=True)", "np.var(x)", "np.mean(x, axis=1, keepdims=True)", "np.mean(x)"),
    (LAYER, "layer_norm/forward", "layernorm-variance-per-feature", "np.var(x, axis=1, keepdims=True)", "np.var(x, axis=0)"),
    (TRANSPOSED, "layer_norm/forward", "layernorm-is-batchnorm", "xt = x.T", "xt = x", "* inv).T", "* inv)"),
    (LAYER, "layer_norm/backward", "layernorm-count-samples", "(x - mean) / D + dmean / D", "(x - mean) / N + dmean / N"),
    (LAYER, "layer_norm/backward", "layernorm-mean-path", " + dmean / D", ""),
    (LAYER, "layer_norm/forward", "layernorm-mean-alone-divided", "xhat = (x - mean) / std", "xhat = x - mean / std; return gamma * xhat + beta, (x, mean, var, std, (x - mean) / std, gamma, eps)"),
    (LAYER, "layer_norm/backward", "layernorm-variance-path", " + 2 * dvar * (x - mean) / D", ""),
    (LAYER, "layer_norm/backward", "layernorm-variance-halved", "2 * dvar", "dvar"),
    (LAYER, "layer_norm/backward", "layernorm-variance-powers-2-less", "-0.5 * std**-3", "-0.5 / std"),
    (LAYER, "layer_norm/backward", "layernorm-variance-doubled", "-0.5 * std**-3", "-1 * std**-3"),
    (LAYER, "layer_norm/backward", "layernorm-variance-sign", "-0.5 * std**-3", "0.5 * std**-3"),
    (LAYER, "layer_norm/backward", "layernorm-dx-variance-eps-absent", "-0.5 * std**-3", "-0.5 * var**-1.5"),
    (LAYER, "layer_norm/backward", "layernorm-mean-summed", "dmean / D", "dmean"),
    (LAYER, "layer_norm/backward", "layernorm-variance-summed", "(x - mean) / D", "(x - mean)"),
    (LAYER, "layer_norm/backward", "layernorm-mean-sign", "-np.sum(dxhat / std", "np.sum(dxhat / std"),
    (LAYER, "layer_norm/backward", "layernorm-mean-by-std", "-np.sum(dxhat / std", "-np.sum(dxhat"),
    (LAYER, "layer_norm/backward", "layernorm-direct-path", "dx = dxhat / std +", "dx ="),
    (LAYER, "layer_norm/backward", "layernorm-direct-by-std", "dx = dxhat / std +", "dx = dxhat +"),
    (LAYER, "layer_norm/backward", "layernorm-gamma-absent", "dxhat = dout * gamma", "dxhat = dout"),
    (LAYER, "layer_norm/backward", "layernorm-gradients-swapped", "return dx, dgamma, dbeta", "return dx, dbeta, dgamma"),
    (LAYER, "layer_norm/backward", "layernorm-gradients-per-sample", "np.sum(dout, axis=0)", "np.sum(dout, axis=1)", "np.sum(dout * xhat, axis=0)", "np.sum(dout * xhat, axis=1)"),
    (LAYER, "layer_norm/backward", "layernorm-gradients-averaged", "np.sum(dout, axis=0)", "np.mean(dout, axis=0)", "np.sum(dout * xhat, axis=0)", "np.mean(dout * xhat, axis=0)"),
    (LAYER, "layer_norm/backward", "layernorm-dgamma-from-x", "np.sum(dout * xhat, axis=0)", "np.sum(dout * x, axis=0)"),
    (LAYER, "layer_norm/backward", "layernorm-dgamma-from-centred", "np.sum(dout * xhat, axis=0)", "np.sum(dout * (x - mean), axis=0)"),
    (LAYER, "layer_norm/backward", "layernorm-sums-over-samples-by-features-inside", "axis=1, keepdims=True", "axis=0"),
    (LAYER, "layer_norm/backward", "layernorm-dx-eps-absent", "cache\n", "cache\n    std = np.sqrt(var)\n"),
    (LAYER, "layer_norm/backward", "layernorm-dx-eps-hard-coded", "cache\n", "cache\n    std = np.sqrt(var + 1e-5)\n"),
    (TRANSPOSED, "layer_norm/backward", "layernorm-gamma-last", "g = (dout * gamma).T", "g = dout.T", "dx.T,", "dx.T * gamma,"),
    (TRANSPOSED, "layer_norm/backward", "layernorm-dx-times-count", "inv / D *", "inv *"),
    (TRANSPOSED, "layer_norm/backward", "layernorm-direct-divided", "(D * g -", "(g -"),
    (TRANSPOSED, "layer_norm/backward", "layernorm-statistics-summed", "inv / D * (D * g -", "inv * (g -"),
    (TRANSPOSED, "layer_norm/backward", "layernorm-variance-path", " - h * (g * h).sum(0)", ""),
    (TRANSPOSED, "layer_norm/backward", "layernorm-mean-path", " - g.sum(0)", ""),
    (TRANSPOSED, "layer_norm/backward", "layernorm-count-samples", "D = g.shape[0]", "D = g.shape[1]"),
    (TRANSPOSED, "layer_norm/backward", "layernorm-sums-over-samples", "D = g.shape[0]", "D = g.shape[1]", "g.sum(0)", "g.sum(1, keepdims=True)", "(g * h).sum(0)", "(g * h).sum(1, keepdims=True)"),
    (GROUP, "group_norm/forward", "groupnorm-all-channels", "(2, 3, 4)", "(1, 2, 3, 4)"),
    (GROUP, "group_norm/forward", "groupnorm-over-images", "(2, 3, 4)", "(0, 2, 3, 4)"),
    (GROUP, "group_norm/forward", "groupnorm-per-channel", "(2, 3, 4)", "(3, 4)"),
    (GROUP, "group_norm/forward", "groupnorm-per-pixel", "(2, 3, 4)", "(2,)"),
    (GROUP, "group_norm/forward", "groupnorm-per-column", "(2, 3, 4)", "(2, 3)"),
    (GROUP, "group_norm/forward", "groupnorm-across-groups", "(2, 3, 4)", "(1, 3, 4)"),
    (GROUP, "group_norm/forward", "groupnorm-groups-of-g", "(N, G, C // G, H, W)", "(N, C // G, G, H, W)"),
    (GROUP, "group_norm/forward", "groupnorm-interleaved", "(N, G, C // G, H, W)", "(N, C // G, G, H, W)", "(2, 3, 4)", "(1, 3, 4)"),
    (GROUP, "group_norm/forward", "layernorm-eps-absent", "np.sqrt(var + eps)", "np.sqrt(var)"),
    (GROUP, "group_norm/forward", "layernorm-eps-outside-root", "np.sqrt(var + eps)", "np.sqrt(var) + eps"),
    (GROUP, "group_norm/forward", "layernorm-eps-hard-coded", 'gn_param.get("eps", 1e-5)', "1e-5"),
    (GROUP, "group_norm/forward", "layernorm-divided-by-variance", "std = np.sqrt(var + eps)", "std = var + eps"),
    (GROUP, "group_norm/forward", "layernorm-gamma-and-beta-absent", "out = gamma * xhat + beta", "out = xhat"),
    (GROUP, "group_norm/forward", "groupnorm-one-size-of-group", "(N, G, C // G, H, W)", "(N, G, 3, H, W)"),
    (GROUP, "group_norm/forward", "ignores-G", "groups = x", "G = 2\n    groups = x"),
    (GROUP, "group_norm/backward", "groupnorm-count-channels-of-group", "m = C // G * H * W", "m = C // G"),
    (GROUP, "group_norm/backward", "groupnorm-count-pixels", "m = C // G * H * W", "m = H * W"),
    (GROUP, "group_norm/backward", "groupnorm-count-all", "m = C // G * H * W", "m = C * H * W"),
    (GROUP, "group_norm/backward", "groupnorm-count-batch", "m = C // G * H * W", "m = N * H * W"),
    (GROUP, "group_norm/backward", "groupnorm-count-g-pixels", "m = C // G * H * W", "m = G * H * W"),
    (GROUP, "group_norm/backward", "groupnorm-count-images", "m = C // G * H * W", "m = N"),
    (GROUP, "group_norm/backward", "layernorm-statistics-summed", "m = C // G * H * W", "m = 1"),
    (GROUP, "group_norm/backward", "layernorm-variance-path", " - turned", ""),
    (GROUP, "group_norm/backward", "layernorm-mean-path", " - sums", ""),
    (GROUP, "group_norm/backward", "layernorm-gamma-absent", "(dout * gamma).reshape", "dout.reshape"),
    (GROUP, "group_norm/backward", "layernorm-gamma-last", "(dout * gamma).reshape", "dout.reshape", "return dx.reshape(N, C, H, W)", "return dx.reshape(N, C, H, W) * gamma"),
    (GROUP, "group_norm/backward", "layernorm-dx-by-std", "/ (m * std)", "/ m"),
    (GROUP, "group_norm/backward", "groupnorm-gradients-over-pixels", "(0, 2, 3), keepdims=True", "(2, 3), keepdims=True"),
    (GROUP, "group_norm/backward", "groupnorm-dbeta-over-images", "dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)", "dbeta = np.sum(dout, axis=0)"),
    (GROUP, "group_norm/backward", "layernorm-gradients-swapped", "return dx.reshape(N, C, H, W), dgamma, dbeta", "return dx.reshape(N, C, H, W), dbeta, dgamma"),
    (GROUP, "group_norm/backward", "groupnorm-one-size-of-group", "(N, G, C // G, H, W)", "(N, G, 3, H, W)"),
    (GROUP, "group_norm/backward", "groupnorm-sums-per-channel", "(2, 3, 4)", "(3, 4)"),
    (GROUP, "group_norm/backward", "groupnorm-axes-of-length-1", "    return dx", "    dx = dx.squeeze()\n    N, G, K, H, W = dx.shape\n    return dx"),
]  # fmt: skip

# The same, where another function is wrong too
WITH_ANOTHER = [
    (LAYER.replace("np.sqrt(var + eps)", "np.sqrt(var) + eps"), "layer_norm/backward", "layernorm-gradients-per-sample", "dgamma = np.sum(dout * xhat, axis=0)", "dgamma = np.sum(dout * xhat, axis=1)", "dbeta = np.sum(dout, axis=0)", "dbeta = np.sum(dout, axis=1)"),
    (LAYER.replace("np.var(x, axis=1, keepdims=True)", "np.sum((x - mean) ** 2, axis=1, keepdims=True)"), "layer_norm/backward", "layernorm-squares-summed", " + dmean / D", ""),
]  # fmt: skip

ASSIGNMENT = {
    "batch_norm": "batch_norm",
    "spatial_batch_norm": "batch_norm",
    "layer_norm": "layer_norm",
    "group_norm": "layer_norm",
}
FORWARDS = {
    "batch_norm": "batchnorm",
    "spatial_batch_norm": "spatial_batchnorm",
    "layer_norm": "layernorm",
    "group_norm": "spatial_groupnorm",
}
FUNCTION = {
    check: FORWARDS[check.partition("/")[0]] + "_" + (check.partition("/")[2] if "backward" in check else "forward")
    for check in {one[1] for one in WRONG}
}
