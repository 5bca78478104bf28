"""General convolution against loops and SciPy; initial weights; the combined layer."""

import itertools

import numpy as np
import pytest

from solutions import ConvLayer, IdentityActivator, SigmoidActivator, general_conv, initial_weights
from solutions import simple_img_conv_pool as conv_pool
from tests import naive


def loops(x, w, b, stride, padding, dilation, groups):
    """One image, number by number; the group's channels are cut out of the padded image first."""
    C, H, W = x.shape
    F, per_group, HH, WW = w.shape
    padded = np.zeros((C, H + 2 * padding[0], W + 2 * padding[1]))
    padded[:, padding[0] : padding[0] + H, padding[1] : padding[1] + W] = x
    rows = [y for y in range(0, padded.shape[1], stride[0]) if y + dilation[0] * (HH - 1) < padded.shape[1]]
    columns = [z for z in range(0, padded.shape[2], stride[1]) if z + dilation[1] * (WW - 1) < padded.shape[2]]
    out = np.zeros((F, len(rows), len(columns)))
    sets = np.split(np.arange(F), groups)
    for channels, filters in zip(np.split(padded, groups), sets, strict=True):
        for f in filters:
            for y, z in np.ndindex(out.shape[1:]):
                out[f, y, z] = b[f]
                for c, i, j in np.ndindex(per_group, HH, WW):
                    out[f, y, z] += w[f, c, i, j] * channels[c, rows[y] + dilation[0] * i, columns[z] + dilation[1] * j]
    return out


def draw(C, H, W, F, HH, WW, groups=1, seed=0):
    """x, w and b."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(C, H, W)), rng.normal(size=(F, C // groups, HH, WW)), rng.normal(size=F)


OPTIONS = list(itertools.product([(1, 1), (2, 3)], [(0, 0), (2, 1)], [(1, 1), (1, 2), (3, 2)], [1, 2, 4]))


@pytest.mark.parametrize(("stride", "padding", "dilation", "groups"), OPTIONS)
def test_every_combination_of_options_is_the_loops(stride, padding, dilation, groups):
    """Stride, padding, dilation and groups alone and together, on sides that differ."""
    x, w, b = draw(4, 7, 8, 8, 3, 2, groups)
    got = general_conv(x, w, b, stride, padding, dilation, groups)
    np.testing.assert_allclose(got, loops(x, w, b, stride, padding, dilation, groups), rtol=1e-12, atol=1e-13)


def test_a_batch_is_its_images():
    """(N, C, H, W) gives (N, F, OH, OW), image by image."""
    x, w, b = draw(2, 5, 6, 3, 3, 2)
    batch = np.stack([x, -x, x[:, ::-1]])
    np.testing.assert_array_equal(general_conv(batch, w, b), [general_conv(image, w, b) for image in batch])


def test_without_options_it_is_scipys_correlation():
    """SciPy's valid cross-correlation over channels, rows and columns."""
    signal = pytest.importorskip("scipy.signal")
    x, w, b = draw(3, 7, 6, 4, 3, 2)
    want = [signal.correlate(x, one, "valid", "direct")[0] for one in w]
    np.testing.assert_allclose(general_conv(x, w), want, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(general_conv(x, w, b), np.array(want) + b[:, None, None], rtol=1e-12, atol=1e-13)


def test_a_dilated_filter_is_a_filter_with_holes():
    """SciPy's correlation with zeros between the weights gives the same."""
    signal = pytest.importorskip("scipy.signal")
    x, w, _ = draw(2, 9, 9, 1, 3, 3)
    holes = np.zeros((2, 5, 7))
    holes[:, ::2, ::3] = w[0]
    want = signal.correlate(x, holes, "valid", "direct")
    np.testing.assert_allclose(general_conv(x, w, dilation=(2, 3)), want, rtol=1e-12, atol=1e-13)


def test_a_group_for_every_channel_keeps_channels_apart():
    """Changing one channel changes the outputs of its own filters only."""
    x, w, b = draw(3, 5, 5, 6, 2, 2, groups=3)
    changed = x.copy()
    changed[1] += 1.0
    moved = np.any(general_conv(x, w, b, groups=3) != general_conv(changed, w, b, groups=3), axis=(1, 2))
    assert moved.tolist() == [False, False, True, True, False, False]


def test_it_agrees_with_the_layer():
    """Where both apply, the function and the object give the same."""
    x, w, b = draw(3, 5, 7, 2, 3, 3)
    layer = ConvLayer(7, 5, 3, 3, 3, 2, 1, 2, IdentityActivator(), 0.001)
    for one, weights, bias in zip(layer.filters, w, b, strict=True):
        one.weights, one.bias = weights, bias
    layer.forward(x)
    np.testing.assert_allclose(general_conv(x, w, b, (2, 2), (1, 1)), layer.output_array, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"stride": 2}, r"^stride is 2; expected a pair \(vertical, horizontal\)\.$"),
        ({"stride": (1, 0)}, r"^horizontal stride is 0; expected a whole number of at least 1\.$"),
        ({"padding": (-1, 0)}, r"^vertical padding is -1; "),
        ({"groups": 3}, r"^4 channels and 6 filters cannot be cut into 3 groups\.$"),
        ({"groups": 2}, r"^w has shape \(6, 4, 3, 3\); expected \(F, 2, HH, WW\)\.$"),
        ({"dilation": (1, 3)}, r"^A window of 3 with dilation 3 does not fit into 5 with padding 0: "),
        ({"b": np.ones(5)}, r"^b has shape \(5,\); expected \(6,\)\.$"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, sentence):
    """The sentence gives the option and the numbers."""
    x, w, _ = draw(4, 5, 5, 6, 3, 3)
    with pytest.raises(ValueError, match=sentence):
        general_conv(x, w, **options)


def test_x_must_be_an_image_or_a_batch():
    """Two axes are no image with channels."""
    with pytest.raises(ValueError, match=r"^x has shape \(5, 5\); expected \(C, H, W\) or \(N, C, H, W\)\.$"):
        general_conv(np.ones((5, 5)), np.ones((1, 1, 3, 3)))


@pytest.mark.parametrize(("channels", "filter_size"), [(1, 5), (20, 5), (3, 3)])
def test_initial_weights_have_the_stated_deviation(channels, filter_size):
    """sqrt(2 / (filter_size**2 * channels)) and mean 0, within 5 standard errors of a large sample."""
    np.random.seed(0)
    weights = initial_weights(2000, channels, filter_size)
    assert weights.shape == (2000, channels, filter_size, filter_size)
    std = np.sqrt(2 / (filter_size**2 * channels))
    assert np.std(weights) == pytest.approx(std, rel=5 / np.sqrt(2 * weights.size))
    assert abs(np.mean(weights)) < 5 * std / np.sqrt(weights.size)


def test_the_combined_layer_is_convolution_relu_and_pooling():
    """The loops for the convolution and the pooling, with a ReLU between them."""
    x, w, b = draw(2, 8, 10, 20, 5, 5)
    want = np.maximum(loops(x, w, b, (1, 1), (0, 0), (1, 1), 1), 0)
    want = naive.max_pool_forward(want[None], 2, 2, 2)[0]
    np.testing.assert_allclose(conv_pool(x, w, b), want, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(conv_pool(np.stack([x, x]), w, b), [want, want], rtol=1e-12, atol=1e-13)


def test_the_combined_layer_takes_other_sizes_and_activators():
    """3x3 filters, a sigmoid, and overlapping pools."""
    x, w, b = draw(3, 8, 8, 4, 3, 3)
    want = 1 / (1 + np.exp(-loops(x, w, b, (1, 1), (0, 0), (1, 1), 1)))
    want = naive.max_pool_forward(want[None], 3, 3, 1)[0]
    got = conv_pool(x, w, b, 3, 4, 3, 1, SigmoidActivator())
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)


def test_the_defaults_suit_digits():
    """(1, 28, 28) becomes (20, 12, 12), with weights of its own."""
    np.random.seed(0)
    out = conv_pool(np.random.default_rng(0).normal(size=(1, 28, 28)))
    assert out.shape == (20, 12, 12)
    assert out.min() >= 0 and out.max() > 0


def test_weights_of_another_size_are_refused():
    """filter_size and num_filters speak for w."""
    x, w, b = draw(3, 8, 8, 4, 3, 3)
    with pytest.raises(ValueError, match=r"^w has shape \(4, 3, 3, 3\); expected \(20, 3, 5, 5\)\.$"):
        conv_pool(x, w, b)
