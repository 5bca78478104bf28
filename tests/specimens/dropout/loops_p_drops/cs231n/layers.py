import random


def dropout_backward(dout, cache):
    dx = dout.copy()
    for place, factor in zip(cache["places"], cache["factors"]):
        dx[place] *= factor
    return dx


def dropout_forward(x, dropout_param):
    out = x.copy()
    cache = {"places": [], "factors": []}
    if dropout_param["mode"] == "train":
        coin = random.Random(dropout_param.get("seed"))
        keep = 1 - dropout_param["p"]
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                factor = 1 / keep if coin.random() < keep else 0
                out[i, j] = x[i, j] * factor
                cache["places"].append((i, j))
                cache["factors"].append(factor)
    return out, cache
