"""Slips between the layers of convolutional networks, as patches of how students write them."""

# ruff: noqa: E501  # a table: one mistake a line

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.mistakes import mistake
from grader.patches import Naive

FILE = Path(__file__).parents[1] / "naive" / "convnets.py"
TWO, THREE = ("two_layer_convnet",), ("three_layer_convnet",)
both = Naive(FILE, parts=(*TWO, *THREE))

STEPS = "Compare the order of the steps with the first line of the exercise."
BACK = "Each step of the forward pass has its backward pass, in the reverse order."
RELU, UNRELU = "active = np.maximum(maps, 0)", "dactive * (maps > 0)"
POOLED = "pooled, pool = max_pool_forward_naive(active, POOL)"
UNPOOLED = "dactive = max_pool_backward_naive(dpooled, pool)"
MEANS = "N, F, H, W = active.shape; pool = active; pooled = active.reshape(N, F, H // 2, 2, W // 2, 2)"

MAPS = (
    *(  # the three-layer network has these in convnet_relus.py
        both.wrong(code, sentence, STEPS, function, *edits, also=also, parts=TWO)
        for code, sentence, function, edits, also in (
            ("maps-relu-absent", "There is no ReLU after the convolution.", "maps_forward", (RELU, "active = maps"), (("maps_backward", UNRELU, "dactive"),)),
            ("maps-relu-forward-only", "The gradients do not go back through the ReLU after the convolution.", "maps_backward", (UNRELU, "dactive"), ()),
            ("maps-relu-backward-only", "There is no ReLU after the convolution in the forward pass; only the backward pass has one.", "maps_forward", (RELU, "active = maps"), ()),
        )
    ),
    both.wrong("maps-mean-pooling", "The maps are pooled by their mean, not by their maximum.", STEPS, "maps_forward", POOLED, f"{MEANS}.mean(axis=(3, 5))", also=(("maps_backward", UNPOOLED, "dactive = np.repeat(np.repeat(dpooled.reshape(pool.shape[0], pool.shape[1], pool.shape[2] // 2, -1), 2, 2), 2, 3) / 4"),)),
    both.wrong("maps-subsampled", "Every second pixel of the maps is taken, not the maximum of each window.", STEPS, "maps_forward", POOLED, "pool = active; pooled = active[:, :, ::2, ::2]", also=(("maps_backward", UNPOOLED, "dactive = np.zeros(pool.shape); dactive[:, :, ::2, ::2] = dpooled"),)),
    both.wrong("maps-unpooled-to-all", "On the way back, every pixel of a window gets its whole gradient; it belongs to the maximum.", BACK, "maps_backward", UNPOOLED, "dactive = np.repeat(np.repeat(dpooled, 2, 2), 2, 3)"),
    both.wrong("maps-unpooled-evenly", "On the way back, the gradient of a window is spread evenly over it; it belongs to the maximum.", BACK, "maps_backward", UNPOOLED, "dactive = np.repeat(np.repeat(dpooled, 2, 2), 2, 3) / 4"),
)  # fmt: skip


def even_sizes(ref: Any) -> Mapping[str, Any]:
    """Filters of even sizes are made as well."""

    def init_two_layer_convnet(filter_size: int = 5, **options: Any) -> Any:
        return ref.init_two_layer_convnet(filter_size=filter_size + 1 - filter_size % 2, **options)

    return {"init_two_layer_convnet": init_two_layer_convnet}


EVEN = mistake(
    "even-filter-sizes-accepted",
    parts=TWO,
    sentence="Filters of an even size are accepted; no padding keeps the size of the maps with them.",
    hint="Refuse such a size with an exception.",
)(even_sizes)
