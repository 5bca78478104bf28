"""What a network has from the layers that it calls is said to be theirs."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import solutions
from grader.course.parts import load_part
from grader.diagnosis import explained
from grader.inherited import inherited
from tests import right_nets, wrong_layers, wrong_norms
from tests.diagnosing import asks, play

pytestmark = [pytest.mark.slow, asks("fully_connected_nets")]


def told(oracle, texts, layers, part, check, **changes):
    """What a check of a network is told, in a submission with these layers and this network."""
    names: dict[str, object] = dict(vars(solutions)) | {"np": np}
    for text in texts:
        for old, new in changes.items():
            text = text.replace(old, new)
        exec(text, names)
    code = SimpleNamespace(**names)
    parts = []
    for slug, checks in ((layers[0], layers[1:]), (part, (check,))):
        found = load_part(slug)
        graded = [play(found.checks[name], code, oracle) for name in checks]
        parts.append((found.title, graded, explained(graded, oracle)))
    return inherited(parts, oracle)[-1][0]


LAST = "for i in range(1, L + 1):\n            W ="
BATCH = ("batch_norm", "train_mode", "test_mode", "backward")


def test_a_net_over_wrong_layers_is_told_that_it_is_right_but_for_them(oracle):
    """eps of batch normalisation is fixed at another size; nothing else is wrong."""
    wrong = wrong_norms.BATCH.replace('bn_param.get("eps", 1e-5)', "1e-8")
    result = told(oracle, [wrong, right_nets.DEEP], BATCH, "fully_connected_net", "batchnorm")
    assert result.status == "failed"
    (found,) = result.diagnosis
    assert found.certain and found.code.startswith("batchnorm-")
    assert found.sentence.startswith("This is what follows here from a mistake in Batch normalisation: ")


def test_a_mistake_of_the_nets_own_beside_them_is_told_first(oracle):
    """The last layer's weights are left out of the regularisation, too."""
    wrong = wrong_norms.BATCH.replace("xhat * gamma + beta", "xhat * gamma")
    own = right_nets.DEEP.replace(
        "for i in range(1, L + 1):\n            W =", "for i in range(1, L):\n            W ="
    )
    result = told(oracle, [wrong, own], BATCH, "fully_connected_net", "batchnorm")
    assert [item.code for item in result.diagnosis] == [
        "net-last-weights-not-regularised",
        "batchnorm-train-beta-absent",
    ]
    assert "in Batch normalisation" in result.diagnosis[1].sentence


def test_a_net_that_is_wrong_in_another_way_is_told_nothing_of_its_layers(oracle):
    """The layers are wrong, and so is the net, in a way that nothing is known of."""
    wrong = wrong_norms.BATCH.replace("xhat * gamma + beta", "xhat * gamma")
    own = right_nets.DEEP.replace("0.5 * self.reg", "0.7 * self.reg").replace("return scores", "return scores**3")
    result = told(oracle, [wrong, own], BATCH, "fully_connected_net", "batchnorm")
    assert not any(item.certain and item.specific for item in result.diagnosis)


def test_a_convolutional_net_has_its_mistakes_from_its_convolution(oracle):
    """Without the bias in the convolution its scores are wrong."""
    wrong = wrong_layers.RIGHT.replace(" + b[f]", "")
    result = told(oracle, [wrong, right_nets.CONVNET], ("conv", "forward"), "three_layer_convnet", "scores")
    assert [item.code for item in result.diagnosis] == ["conv-bias-not-added"]
    assert "in Convolution" in result.diagnosis[0].sentence
