"""Exceptions that are known mistakes of an exercise: certain from their message and the functions they came through."""

from __future__ import annotations

import re

from grader.mistakes import ANY, Raised

RAISED = (
    Raised(
        "batch-without-replacement",
        re.compile("Cannot take a larger sample than population"),
        "The batch is drawn without replacement, which needs at least batch_size samples.",
        "np.random.choice may draw a sample more than once, if you let it.",
        checks=re.compile("/training$|^classifier_trainer/"),
    ),
    Raised(
        "labels-not-of-the-samples",
        re.compile("indexing arrays could not be broadcast together"),
        "Training calls loss with more or fewer labels than samples.",
        "One of the two is the batch, and the other all of the data?",
        checks=re.compile("/training$"),
        through=re.compile("loss"),
    ),
    Raised(
        "layernorm-goes-back-as-batchnorm",
        ANY,
        "With layer normalisation, the backward pass calls that of batch normalisation, and that raises.",
        "Does the backward pass choose between the normalisations as well?",
        checks=re.compile("^fully_connected_net/layernorm$"),
        through=re.compile("batchnorm_backward(_alt)?"),
        not_through="layernorm_backward",
    ),
)
