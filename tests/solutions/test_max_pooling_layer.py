"""The max-pooling layer as an object against loops and numeric gradients."""

import numpy as np
import pytest

from solutions import MaxPoolingLayer
from tests import naive

# (C, H, W, filter_height, filter_width, stride)
GEOMETRIES = [(3, 4, 4, 2, 2, 2), (2, 5, 7, 3, 3, 2), (1, 5, 5, 3, 2, 1), (2, 5, 8, 2, 2, 3), (2, 3, 3, 3, 3, 1)]


def layer_of(C, H, W, height, width, stride):
    """A layer, an image of negative numbers, and a sensitivity."""
    rng = np.random.default_rng(0)
    layer = MaxPoolingLayer(W, H, C, width, height, stride)
    return layer, rng.normal(size=(C, H, W)) - 10, rng.normal(size=layer.output_array.shape)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_forward_and_backward_are_the_loops(geometry):
    """Output and delta are those of slow, obvious code, shapes included."""
    layer, image, sensitivity = layer_of(*geometry)
    layer.forward(image)
    layer.backward(image, sensitivity)
    np.testing.assert_array_equal(layer.output_array, naive.max_pool_forward(image[None], *geometry[3:])[0])
    want = naive.max_pool_backward(sensitivity[None], image[None], *geometry[3:])[0]
    np.testing.assert_allclose(layer.delta_array, want, rtol=1e-13)


@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_backward_is_the_numeric_gradient(geometry):
    """delta_array agrees with central differences."""
    layer, image, sensitivity = layer_of(*geometry)
    layer.backward(image, sensitivity)
    delta = layer.delta_array

    def output(image):
        layer.forward(image)
        return layer.output_array

    np.testing.assert_allclose(naive.numeric_gradient(output, image, sensitivity), delta, rtol=1e-7, atol=1e-8)


def test_overlapping_windows_add_up():
    """A pixel that is the maximum of four windows receives all four sensitivities."""
    layer, image = MaxPoolingLayer(3, 3, 1, 2, 2, 1), np.zeros((1, 3, 3))
    image[0, 1, 1] = 1.0
    layer.backward(image, np.array([[[1.0, 2.0], [3.0, 4.0]]]))
    assert layer.delta_array[0, 1, 1] == 10.0
    assert np.count_nonzero(layer.delta_array) == 1


def test_wrong_shapes_and_windows_that_do_not_fit_are_refused():
    """The sentence gives the numbers."""
    layer, image, sensitivity = layer_of(*GEOMETRIES[0])
    with pytest.raises(ValueError, match=r"^input has shape \(4, 4\); expected \(3, 4, 4\)\.$"):
        layer.forward(image[0])
    with pytest.raises(ValueError, match=r"^sensitivity has shape \(1, 2, 2\); expected \(3, 2, 2\)\.$"):
        layer.backward(image, sensitivity[:1])
    with pytest.raises(ValueError, match=r"^Windows of 2 with stride 2 do not fill 5 with padding 0: "):
        MaxPoolingLayer(5, 4, 1, 2, 2, 2)
