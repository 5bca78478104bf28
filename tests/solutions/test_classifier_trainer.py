"""The trainer against its rules written out, and on the toy problem."""

import numpy as np
import pytest

from solutions import ClassifierTrainer, two_layer_net

RATE, MU = 0.02, 0.9


def parabola(X, model, y=None, reg=0.0):
    """One parameter w with the gradient 2 w + reg; it predicts class 1 while w is above each sample's number."""
    w = model["w"]
    if y is None:
        return np.stack([X[:, 0], np.full(len(X), w[0])], axis=1)
    return float(w[0] ** 2), {"w": 2 * w + reg}


def train(**options):
    """Train w from 1 with samples at the numbers 0.9, ..., 0.1; returns what train returns, and the trainer."""
    X = np.arange(9, 0, -1)[:, None] / 10
    y = np.ones(9, int)
    X_val, y_val = options.pop("validation", (X, y))
    trainer = ClassifierTrainer()
    given = {"learning_rate": 0.1, "learning_rate_decay": 1.0, "sample_batches": False, "num_epochs": 4, **options}
    return trainer.train(X, y, X_val, y_val, {"w": np.ones(1)}, parabola, given.pop("reg", 0.0), **given), trainer


def losses_by(step):
    """The losses of five steps from w = 1, each by ``step(gradient)``."""
    w, losses = 1.0, []
    for _ in range(5):
        losses.append(w**2)
        w += step(2 * w)
    return losses


def sgd():
    return lambda g: -RATE * g


def momentum():
    v = 0.0

    def step(g):
        nonlocal v
        v = MU * v - RATE * g
        return v

    return step


def rmsprop():
    cache = 0.0

    def step(g):
        nonlocal cache
        cache = 0.99 * cache + 0.01 * g**2
        return -RATE * g / np.sqrt(cache + 1e-8)

    return step


@pytest.mark.parametrize("rule", [sgd, momentum, rmsprop], ids=lambda rule: rule.__name__)
def test_steps_are_the_rules(rule):
    """Five steps of each rule, seen in the losses before them."""
    (_, losses, _, _), _ = train(update=rule.__name__, learning_rate=RATE, momentum=MU, num_epochs=5)
    np.testing.assert_allclose(losses, losses_by(rule()), rtol=1e-12)


def test_the_velocity_is_kept_in_the_step_cache():
    """After one step v is -lr g, for the parameter's name."""
    _, trainer = train(update="momentum", learning_rate=RATE, momentum=MU, num_epochs=1)
    np.testing.assert_allclose(trainer.step_cache["w"], [-RATE * 2])


def test_momentum_is_the_default_and_zero():
    """Without update and momentum a trainer takes plain steps."""
    (_, losses, _, _), _ = train(learning_rate=RATE, num_epochs=5)
    np.testing.assert_allclose(losses, losses_by(sgd()), rtol=1e-12)


def test_an_unknown_rule_is_refused():
    """A misspelt rule does not train silently by another."""
    with pytest.raises(ValueError, match="The update rule is 'adagrad'; expected 'sgd', 'momentum' or 'rmsprop'"):
        train(update="adagrad")


def test_the_rate_decays_once_an_epoch():
    """Two steps an epoch with batches of four of nine samples: w shrinks by 1 - 2 lr, the rate halves after both."""
    (_, losses, _, _), _ = train(sample_batches=True, batch_size=4, num_epochs=3, learning_rate_decay=0.5)
    w = np.cumprod([1, 0.8, 0.8, 0.9, 0.9, 0.95])
    np.testing.assert_allclose(losses, w**2, rtol=1e-12)


@pytest.mark.parametrize(("batch_size", "steps"), [(4, 6), (9, 3), (100, 3)])
def test_an_epoch_has_at_least_one_step(batch_size, steps):
    """Also where a batch is larger than the data."""
    (_, losses, _, _), _ = train(sample_batches=True, batch_size=batch_size, num_epochs=3)
    assert len(losses) == steps


def test_the_best_model_is_a_copy_of_the_best_and_not_of_the_last():
    """Two validation samples are right together only while w is between 0.5 and 0.7: after the second step."""
    validation = np.array([[0.5], [0.7]]), np.array([1, 0])
    (best, _, _, accuracies), _ = train(update="sgd", num_epochs=6, validation=validation)
    assert accuracies == [0.5, 1.0, 1.0, 0.5, 0.5, 0.5]
    np.testing.assert_allclose(best["w"], [0.64])


def test_accuracies_are_taken_at_the_end_of_epochs_and_when_asked():
    """After the first step, at each epoch's end, and every acc_frequency steps."""
    for frequency, count in [(None, 4), (1, 6)]:
        (_, _, train_accuracies, val_accuracies), _ = train(
            sample_batches=True, batch_size=4, num_epochs=3, acc_frequency=frequency
        )
        assert len(train_accuracies) == len(val_accuracies) == count


def test_the_given_model_stays_as_it_is(capsys):
    """The caller's arrays are not changed, and verbose says how it goes."""
    model = {"w": np.ones(1)}
    X, y = np.zeros((2, 1)), np.zeros(2, int)
    ClassifierTrainer().train(X, y, X, y, model, parabola, 0.0, sample_batches=False, num_epochs=1, verbose=True)
    assert model["w"][0] == 1
    assert capsys.readouterr().out.startswith("step 1: loss 1.0")


def test_the_toy_problem_is_learnt():
    """With momentum the network of the exercise learns its five samples by heart."""
    model = {
        "W1": np.linspace(-0.2, 0.6, 40).reshape(4, 10),
        "b1": np.linspace(-0.3, 0.7, 10),
        "W2": np.linspace(-0.4, 0.1, 30).reshape(10, 3),
        "b2": np.linspace(-0.5, 0.9, 3),
    }
    X, y = np.linspace(-0.2, 0.5, 20).reshape(5, 4), np.array([0, 1, 2, 2, 1])
    best, losses, _, accuracies = ClassifierTrainer().train(
        X,
        y,
        X,
        y,
        model,
        two_layer_net,
        0.001,
        learning_rate=0.1,
        momentum=0.9,
        learning_rate_decay=1.0,
        sample_batches=False,
        num_epochs=200,
    )
    assert losses[-1] < 0.2
    assert max(accuracies) == 1.0
    np.testing.assert_array_equal(two_layer_net(X, best).argmax(axis=1), y)
