"""A max-pooling layer as an object, for one image (channels, height, width) at a time.

    output_array[c, y, z] = max over i, j of x[c, s y + i, s z + j]        (s the stride)

Backward sends each sensitivity[c, y, z] to the pixel that was the maximum; where windows overlap, a pixel
receives the sum. The kernels are max_pool.py's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from solutions.inputs import Floats, as_float64, count_windows, expect_shape
from solutions.max_pool import PoolCache, max_pool_backward_naive, max_pool_forward_naive


class MaxPoolingLayer:
    """Max pooling with windows of filter_height x filter_width every ``stride`` pixels.

    ``output_array`` (channels, output height, output width) comes from forward, ``delta_array`` (channels, height,
    width) from backward. Raises ValueError if the windows do not fit evenly, or an array has the wrong shape.
    """

    def __init__(
        self,
        input_width: int,
        input_height: int,
        channel_number: int,
        filter_width: int,
        filter_height: int,
        stride: int,
    ) -> None:
        self.window = {"pool_height": filter_height, "pool_width": filter_width, "stride": stride}
        self.input_shape = (channel_number, input_height, input_width)
        height = count_windows(input_height, filter_height, stride)
        width = count_windows(input_width, filter_width, stride)
        self.output_array: Floats = np.zeros((channel_number, height, width))
        self.delta_array: Floats = np.zeros(self.input_shape)

    def forward(self, input: npt.ArrayLike) -> None:
        """Set output_array for the image ``input`` (channels, height, width)."""
        self.output_array = self._pool(input)[0]

    def backward(self, input: npt.ArrayLike, sensitivity: npt.ArrayLike) -> None:
        """Set delta_array for the image and a sensitivity in the shape of output_array."""
        sensitivity = as_float64(sensitivity)
        expect_shape("sensitivity", sensitivity, self.output_array.shape)
        self.delta_array = max_pool_backward_naive(sensitivity[None], self._pool(input)[1])[0]

    def _pool(self, input: npt.ArrayLike) -> tuple[Floats, PoolCache]:
        image = as_float64(input)
        expect_shape("input", image, self.input_shape)
        out, cache = max_pool_forward_naive(image[None], self.window)
        return out[0], cache
