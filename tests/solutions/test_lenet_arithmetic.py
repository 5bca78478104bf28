"""The figures of LeNet-5, and other layers by counting what a layer really uses."""

import numpy as np
import pytest

import solutions
from tests import naive

C3 = [3] * 6 + [4] * 9 + [6]


def test_the_figures_of_lenet_5():
    """Sizes, parameters and connections from C1 to F6, as the paper has them."""
    sides = [32]
    for window, stride in ((5, 1), (2, 2), (5, 1), (2, 2), (5, 1)):
        sides.append(solutions.output_size(sides[-1], window, stride))
    assert sides == [32, 28, 14, 10, 5, 1]
    assert solutions.conv_parameters([1] * 6, 5, 5) == 156
    assert solutions.conv_connections([1] * 6, 5, 5, 28, 28) == 122_304
    assert (solutions.subsampling_parameters(6), solutions.subsampling_connections(6, 2, 2, 14, 14)) == (12, 5_880)
    assert (solutions.conv_parameters(C3, 5, 5), solutions.conv_connections(C3, 5, 5, 10, 10)) == (1_516, 151_600)
    assert (solutions.subsampling_parameters(16), solutions.subsampling_connections(16, 2, 2, 5, 5)) == (32, 2_000)
    assert solutions.conv_parameters([16] * 120, 5, 5) == solutions.conv_connections([16] * 120, 5, 5, 1, 1) == 48_120
    assert solutions.fully_connected_parameters(120, 84) == 10_164


def test_sizes_and_parameters_are_those_of_real_arrays():
    """A convolution of 3 maps to 5 with oblong kernels, stride 2 and padding has so many outputs and weights."""
    x, w, b = np.ones((1, 3, 7, 10)), np.ones((5, 3, 3, 4)), np.ones(5)
    out = naive.conv_forward(x, w, b, 2, 1)
    assert out.shape[2:] == (solutions.output_size(7, 3, 2, 1), solutions.output_size(10, 4, 2, 1))
    assert solutions.conv_parameters([3] * 5, 3, 4) == w.size + b.size
    assert solutions.conv_connections([3] * 5, 3, 4, *out.shape[2:]) == (w[0].size + 1) * out.size


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: solutions.output_size(6, 3, 2), "^Windows of 3 with stride 2 do not fill 6 with padding 0: "),
        (lambda: solutions.conv_parameters([1, 0], 5, 5), "^An entry of inputs_per_map is 0; expected a whole number"),
        (lambda: solutions.subsampling_parameters(1.5), r"^maps is 1\.5; expected a whole number of at least 1\.$"),
    ],
)
def test_what_makes_no_sense_is_refused(call, sentence):
    """Fractions, zeros, and windows that do not fit."""
    with pytest.raises(ValueError, match=sentence):
        call()
