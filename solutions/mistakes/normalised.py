"""What can go wrong in a normalisation, as edits of the lines that all naive versions of one share.

A module without mistakes of its own: batch_norm and layer_norm declare each for their functions. dx has three terms:
one comes straight from out, one through the mean, and one through the variance.
"""

# ruff: noqa: E501  # tables: one mistake a line

from __future__ import annotations

Slip = tuple[str, ...]  # how the code ends, the sentence, the hint, and pieces of text, each with the new one

SCALE = "After the normalisation two parameters set the scale and the mean of each feature. Which, and how?"
STEPS = "Compare with the formula step by step: what is subtracted, and what is divided by?"
OVER = "Over which axes do the mean and the variance go?"

AFFINE, CENTRED, ROOT = "gamma * xhat + beta", "xhat = (x - mean)", "np.sqrt(var + eps)"
INSTEAD_OF_EPS = "1e-8 is used instead of eps, whatever is given."
TINY, TINY_BESIDE = (
    "Read eps from the dictionary; it is added to the variance, under the root.",
    "(np.sqrt(var) + 1e-8)",
)
OUT: tuple[Slip, ...] = (
    ("beta-absent", "beta is not added.", SCALE, AFFINE, "gamma * xhat"),
    ("gamma-absent-in-out", "gamma does not multiply the normalised values.", SCALE, AFFINE, "xhat + beta"),
    ("gamma-and-beta-absent", "Neither gamma nor beta is applied to the normalised values.", SCALE, AFFINE, "xhat"),
    ("gamma-and-beta-swapped", "gamma and beta are swapped.", SCALE, AFFINE, "beta * xhat + gamma"),
    ("beta-multiplied", "gamma and beta are added, and both multiply the normalised values.", SCALE, AFFINE, "(gamma + beta) * xhat"),
    ("beta-scaled", "beta is added before gamma multiplies, so gamma scales it as well.", SCALE, AFFINE, "gamma * (xhat + beta)"),
    ("beta-subtracted", "beta is subtracted; it should be added.", SCALE, AFFINE, "gamma * xhat - beta"),
    ("x-not-normalised", "gamma and beta are applied to x itself; the normalised values are not used.", SCALE, AFFINE, "gamma * x + beta"),
    ("not-divided", "x is centred, but not divided by the standard deviation.", STEPS, f" / {ROOT}", ""),
    ("not-centred", "The mean is not subtracted from x.", STEPS, CENTRED, "xhat = x"),
    ("mean-alone-divided", "Only the mean is divided by the standard deviation, not the difference of x and the mean.", "Which comes first, the subtraction or the division?", CENTRED, "xhat = x - mean"),
    ("divided-by-variance", "The centred values are divided by var + eps; it should be divided by its square root.", STEPS, ROOT, "(var + eps)"),
    ("divided-by-variance-alone", "The centred values are divided by the variance, without a root and without eps.", STEPS, ROOT, "var"),
    ("eps-squared", "eps is squared before it is added to the variance.", "eps is added to the variance as it is given.", ROOT, "np.sqrt(var + eps**2)"),
    ("eps-tiny", "eps is always 1e-8; it should be the one that is given, or 1e-5 by default.", "Read eps from the dictionary.", ROOT, "np.sqrt(var + 1e-8)"),
    ("variance-not-averaged", "The squares are summed and not averaged, so that the variance is too large.", "A variance is a mean.", ROOT, "np.sqrt(var * x.size / var.size + eps)"),
    ("variance-not-centred", "The variance is the mean of the squares of x; the mean is not subtracted first.", "What is squared and averaged in a variance?", ROOT, "np.sqrt(var + mean**2 + eps)"),
    ("statistics-of-all", "One mean and one variance are taken over all numbers of x.", OVER, CENTRED, "xhat = (x - np.mean(x))", ROOT, "np.sqrt(np.var(x) + eps)"),
    ("mean-of-all", "One mean is taken over all numbers of x.", OVER, CENTRED, "xhat = (x - np.mean(x))"),
    ("squares-about-mean-of-all", "One mean is taken over all numbers of x, and the deviations are taken from it.", OVER, CENTRED, "xhat = (x - np.mean(x))", ROOT, "np.sqrt(var + (mean - np.mean(x)) ** 2 + eps)"),
    ("variance-of-all", "One variance is taken over all numbers of x.", OVER, ROOT, "np.sqrt(np.var(x) + eps)"),
)  # fmt: skip

AS_OUT = "out = gamma xhat + beta: how does it change with each of the two?"
ADDS_UP = "gamma and beta are shared: what reaches each of them from all places adds up."
SHAPE = "A gradient has the shape of what it belongs to."

DGAMMA, DBETA, COUNT = "shared(dout * xhat)", "shared(dout)", "shared(np.ones_like(dout))"
PARAMETERS: tuple[Slip, ...] = (
    ("gradients-swapped", "dgamma and dbeta are swapped.", AS_OUT, "return dx, dgamma, dbeta", "return dx, dbeta, dgamma"),
    ("dgamma-averaged", "dgamma is averaged; it should be a sum.", ADDS_UP, DGAMMA, f"{DGAMMA} / {COUNT}"),
    ("dbeta-averaged", "dbeta is averaged; it should be a sum.", ADDS_UP, DBETA, f"{DBETA} / {COUNT}"),
    ("gradients-averaged", "dgamma and dbeta are averaged; they should be sums.", ADDS_UP, DGAMMA, f"{DGAMMA} / {COUNT}", DBETA, f"{DBETA} / {COUNT}"),
    ("dgamma-from-x", "dgamma sums dout times x; gamma multiplies the normalised values.", AS_OUT, DGAMMA, "shared(dout * x)"),
    ("dgamma-from-centred", "dgamma sums dout times the centred values; gamma multiplies the normalised ones.", AS_OUT, DGAMMA, "shared(dout * (x - mean))"),
    ("dgamma-from-out", "dgamma sums dout times out; gamma multiplies the normalised values.", AS_OUT, DGAMMA, "shared(dout * (gamma * xhat + beta))"),
    ("dgamma-times-gamma", "dgamma is multiplied by gamma.", AS_OUT, DGAMMA, "shared(dout * gamma * xhat)"),
    ("dbeta-times-gamma", "dbeta is multiplied by gamma.", AS_OUT, DBETA, "shared(dout * gamma)"),
    ("gradients-times-gamma", "dgamma and dbeta are multiplied by gamma.", AS_OUT, DGAMMA, "shared(dout * gamma * xhat)", DBETA, "shared(dout * gamma)"),
    ("dgamma-eps-absent", "dgamma leaves eps out: it multiplies dout with values divided by the standard deviation alone.", AS_OUT, DGAMMA, "shared(dout * (x - mean) / np.sqrt(var))"),
    ("dgamma-std-plus-eps", "dgamma takes values divided by std + eps; eps belongs to the variance, under the root.", AS_OUT, DGAMMA, "shared(dout * (x - mean) / (np.sqrt(var) + eps))"),
    ("dgamma-without-xhat", "dgamma sums dout alone, as dbeta does.", AS_OUT, DGAMMA, DBETA),
    ("dgamma-not-summed", "dgamma is not summed: it has the shape of x.", ADDS_UP, DGAMMA, "dout * xhat"),
    ("dbeta-not-summed", "dbeta is not summed: it has the shape of x.", ADDS_UP, DBETA, "dout"),
    ("gradients-not-summed", "dgamma and dbeta are not summed: they have the shape of x.", ADDS_UP, DGAMMA, "dout * xhat", DBETA, "dout"),
    ("dgamma-one-number", "dgamma is summed to one number; there should be one for each entry of gamma.", SHAPE, DGAMMA, "np.sum(dout * xhat)"),
    ("dbeta-one-number", "dbeta is summed to one number; there should be one for each entry of beta.", SHAPE, DBETA, "np.sum(dout)"),
    ("gradients-one-number", "dgamma and dbeta are summed to one number each; there should be one for each entry.", SHAPE, DGAMMA, "np.sum(dout * xhat)", DBETA, "np.sum(dout)"),
    ("dgamma-zero", "dgamma is zero everywhere.", AS_OUT, DGAMMA, f"0 * {DGAMMA}"),
    ("dbeta-zero", "dbeta is zero everywhere.", AS_OUT, DBETA, f"0 * {DBETA}"),
)  # fmt: skip

WAYS = "Draw the computational graph: x reaches out along three paths. Which of them are in dx?"
FACTORS = "Derive the path through the variance again, one step at a time: the root, the mean, the square."
MEANS = "mean and var are means over the values: which factor does each of their gradients get?"
POWERS = "What is the derivative of 1 / sqrt(v) with respect to v?"
GAMMA = "What do the normalised values pass through on their way to out?"
SQUARED = "What is squared and averaged in the variance?"
DIVIDED = "What is the centred value divided by?"
CHANGES = "How does xhat change with x?"
ONE_VARIANCE = "The variance is one number for many values: what reaches it from all of them adds up."
ONE_MEAN = "The mean is one number for many values: what reaches it from all of them adds up."

DX, BY_MEAN, BY_VAR = "direct - by_mean - by_var", "total(g) / M / root", "/ M * xhat / root"
G_LINE, DIRECT, OF_MEAN, OF_VAR = "g = dout * gamma", "direct = g", "total(g)", "total(g * xhat)"
OWN = "g * xhat**2 / M / root"  # a value's own product instead of the sum, on the way through the variance
XHAT = "xhat = (x - mean) / root"
TERMS: tuple[Slip, ...] = (
    ("from-out", "The backward pass uses out where the normalised values belong.", "What does the cache hold, and what does the formula ask for?", XHAT, "xhat = gamma * (x - mean) / root + beta"),
    ("from-centred", "The backward pass takes the centred values for the normalised ones: they are not divided.", "What does the cache hold, and what does the formula ask for?", XHAT, "xhat = x - mean"),
    ("from-x", "The backward pass takes x itself for the normalised values.", "What does the cache hold, and what does the formula ask for?", XHAT, "xhat = x"),
    ("mean-path", "dx leaves out what flows through the mean.", WAYS, DX, "direct - by_var"),
    ("variance-path", "dx leaves out what flows through the variance.", WAYS, DX, "direct - by_mean"),
    ("statistics-constant", "dx takes the mean and the variance as constants, though both depend on x.", WAYS, DX, "direct"),
    ("direct-path", "dx leaves out what flows straight through the normalised value.", WAYS, DX, "-by_mean - by_var"),
    ("variance-path-only", "dx holds only what flows through the variance.", WAYS, DX, "-by_var"),
    ("mean-path-only", "dx holds only what flows through the mean.", WAYS, DX, "-by_mean + 0 * direct"),
    ("dx-zero", "dx is zero everywhere.", WAYS, DX, "0 * direct"),
    ("jacobian-diagonal", "dx holds the diagonal of the Jacobian only: how each value changes its own result, not the others'.", "A value changes the mean and the variance, and with them the results of all that are normalised with it.", DX, "direct * (M - 1 - xhat**2) / M"),
    ("variance-doubled", "In dx, what flows through the variance is doubled.", FACTORS, DX, "direct - by_mean - 2 * by_var"),
    ("variance-halved", "In dx, what flows through the variance is halved.", FACTORS, DX, "direct - by_mean - 0.5 * by_var"),
    ("variance-sign", "In dx, what flows through the variance has the wrong sign.", FACTORS, DX, "direct - by_mean + by_var"),
    ("mean-sign", "In dx, what flows through the mean has the wrong sign.", MEANS, DX, "direct + by_mean - by_var"),
    ("statistics-signs", "In dx, what flows through the mean and through the variance has the wrong sign.", FACTORS, DX, "direct + by_mean + by_var"),
    ("variance-summed", "In dx, what flows through the variance is not divided by the number of values.", MEANS, BY_VAR, "* xhat / root"),
    ("mean-summed", "In dx, what flows through the mean is not divided by the number of values.", MEANS, BY_MEAN, "total(g) / root"),
    ("statistics-summed", "In dx, what flows through the mean and through the variance is not divided by the number of values.", MEANS, " / M", ""),
    ("direct-divided", "In dx, what flows straight through the normalised value is divided by the number of values; only the means are.", "Multiply the formula out: which of its three terms has a factor of 1 / N?", DX, "direct / M - by_mean - by_var"),
    ("dx-times-count", "dx is too large by a factor: the number of values.", MEANS, DX, f"M * ({DX})"),
    ("dx-over-count", "dx is too small by a factor: the number of values.", MEANS, DX, f"({DX}) / M"),
    ("dx-count-less-1", "dx divides by one less than the number of values.", "What do mean and var divide by in the forward pass?", DX, f"({DX}) * M / np.maximum(M - 1, 1)"),
    ("mean-by-std", "In dx, what flows through the mean is not divided by sqrt(var + eps).", DIVIDED, BY_MEAN, "total(g) / M"),
    ("direct-by-std", "In dx, what flows straight through the normalised value is not divided by sqrt(var + eps).", DIVIDED, "direct = g / root", DIRECT),
    ("direct-and-mean-by-std", "In dx, only what flows through the variance is divided by sqrt(var + eps).", DIVIDED, "direct = g / root", DIRECT, BY_MEAN, "total(g) / M"),
    ("dx-by-std", "dx is not divided by sqrt(var + eps).", CHANGES, DX, f"({DX}) * root"),
    ("dx-by-variance", "dx is divided by var + eps; it should be divided by its square root.", CHANGES, DX, f"({DX}) / root"),
    ("dx-times-std", "dx is multiplied by sqrt(var + eps); it should be divided by it.", CHANGES, DX, f"({DX}) * root**2"),
    ("variance-powers-1-less", "In dx, what flows through the variance is divided by sqrt(var + eps) one time too few.", POWERS, DX, f"{DX} * root"),
    ("variance-powers-2-less", "In dx, what flows through the variance is divided by sqrt(var + eps) two times too few.", POWERS, DX, f"{DX} * root**2"),
    ("variance-powers-3-less", "In dx, what flows through the variance is divided by sqrt(var + eps) three times too few.", POWERS, DX, f"{DX} * root**3"),
    ("variance-powers-1-more", "In dx, what flows through the variance is divided by sqrt(var + eps) one time too many.", POWERS, DX, f"{DX} / root"),
    ("variance-powers-2-more", "In dx, what flows through the variance is divided by sqrt(var + eps) two times too many.", POWERS, DX, f"{DX} / root**2"),
    ("direct-without-gamma", "In dx, what flows straight through the normalised value lacks gamma.", GAMMA, DIRECT, "direct = dout"),
    ("mean-without-gamma", "In dx, what flows through the mean lacks gamma.", GAMMA, OF_MEAN, "total(dout)"),
    ("variance-without-gamma", "In dx, what flows through the variance lacks gamma.", GAMMA, OF_VAR, "total(dout * xhat)"),
    ("statistics-without-gamma", "In dx, what flows through the mean and through the variance lacks gamma.", GAMMA, OF_MEAN, "total(dout)", OF_VAR, "total(dout * xhat)"),
    ("direct-gamma-twice", "In dx, the direct path has gamma twice.", GAMMA, DIRECT, "direct = g * gamma"),
    ("gamma-twice", "dx is multiplied by gamma twice.", GAMMA, G_LINE, "g = dout * gamma**2"),
    ("variance-from-x", "In dx, the sum on the path through the variance uses x; the mean is not subtracted.", SQUARED, OF_VAR, "total(g * x) / root"),
    ("variance-times-x", "In dx, what flows through the variance is multiplied by x; the mean is not subtracted.", SQUARED, BY_VAR, "/ M * x / root**2"),
    ("variance-times-x-for-xhat", "In dx, what flows through the variance is multiplied by x, where the normalised value belongs.", SQUARED, BY_VAR, "/ M * x / root"),
    ("variance-not-multiplied", "In dx, what flows through the variance is the same for all values; it should grow with each centred value.", SQUARED, BY_VAR, "/ M / root"),
    ("variance-sum", "In dx, the sum on the path through the variance is left out: each value takes its own product.", ONE_VARIANCE, DX, f"direct - {OWN}\n    dx = dx - total(dx) / M"),
    ("variance-sum-alone", "In dx, the sum on the path through the variance is left out: each value takes its own product.", ONE_VARIANCE, DX, f"direct - by_mean - {OWN}"),
    ("mean-sum", "In dx, the sum on the path through the mean is left out: each value takes its own.", ONE_MEAN, DX, "(direct - by_var) * (M - 1) / M"),
    ("mean-sum-alone", "In dx, the sum on the path through the mean is left out: each value takes its own.", ONE_MEAN, DX, "direct - direct / M - by_var"),
)  # fmt: skip

AS_FORWARD = "It has to divide by what the forward pass divided by."
PLACES = (
    ("dx", "dx", G_LINE, f"{G_LINE}\n    root = {{root}}\n    xhat = (x - mean) / root"),
    ("dx-xhat", "The xhat of the backward pass", "xhat = (x - mean) / root", "xhat = (x - mean) / {root}"),
    ("dx-outside", "dx", DX, f"({DX}) * root / {{root}}"),
    ("dx-variance", "In dx, what flows through the variance", DX, f"{DX} * (root / {{root}}) ** 3"),
    ("dx-variance-once", "In dx, one step on the path through the variance", DX, f"{DX} * (root / {{root}}) ** 2"),
    ("dx-root", "In dx, the derivative of the root", DX, f"{DX} * root / {{root}}"),
    ("dx-direct", "In dx, what flows straight through the normalised value", DX, "direct * root / {root} - by_mean - by_var"),
    ("dx-mean", "In dx, what flows through the mean", DX, "direct - by_mean * root / {root} - by_var"),
    ("dx-direct-and-mean", "In dx, all but what flows through the variance", DX, "(direct - by_mean) * root / {root} - by_var"),
)  # fmt: skip
ROOTS: tuple[Slip, ...] = tuple(
    (f"{where}-{code}", f"{what} {does}: it should use sqrt(var + eps), as the forward pass does.", AS_FORWARD, piece, new.format(root=root))
    for code, does, root, places in (
        ("eps-absent", "leaves eps out", "np.sqrt(var)", PLACES),
        ("std-plus-eps", "adds eps to the standard deviation, outside the root", "(np.sqrt(var) + eps)", PLACES),
        ("eps-hard-coded", "takes an eps of 1e-5, whatever is given", "np.sqrt(var + 1e-5)", PLACES[:5]),
        ("eps-tiny", "takes an eps of 1e-8, whatever is given", "np.sqrt(var + 1e-8)", PLACES[:1]),
        ("std-plus-tiny", "adds 1e-8 to the standard deviation, whatever eps is", TINY_BESIDE, PLACES[:1]),
    )
    for where, what, piece, new in places
)  # fmt: skip
