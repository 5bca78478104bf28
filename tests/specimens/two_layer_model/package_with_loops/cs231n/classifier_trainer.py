"""The trainer; every epoch goes once through the samples in a new order."""
import numpy as np


class ClassifierTrainer(object):
    def __init__(self):
        self.step_cache = {}

    def train(self, X, y, X_val, y_val, model, loss_function, reg=0.0, learning_rate=1e-2, momentum=0,
              learning_rate_decay=0.95, update='momentum', sample_batches=True, num_epochs=30, batch_size=100,
              acc_frequency=None, verbose=False):
        rules = {"sgd": self.plain, "momentum": self.momentum, "rmsprop": self.rmsprop}
        if update not in rules:
            raise ValueError('Unrecognized update type "%s"' % update)
        count = len(X)
        if not sample_batches:
            batch_size = count
        batch_size = min(batch_size, count)
        losses, train_acc, val_acc, best = [], [], [], None
        for epoch in range(num_epochs):
            order = np.random.permutation(count) if sample_batches else np.arange(count)
            for step in range(count // batch_size):
                rows = order[step * batch_size:(step + 1) * batch_size]
                if step == 0:  # looked at before the first step of an epoch
                    train_acc.append(self.accuracy(X, y, model, loss_function))
                    val_acc.append(self.accuracy(X_val, y_val, model, loss_function))
                    if val_acc[-1] >= max(val_acc):
                        best = dict((key, np.copy(model[key])) for key in model)
                loss, grads = loss_function(X=X[rows], model=model, y=y[rows], reg=reg)
                losses.append(loss)
                for key in sorted(model):
                    model[key] += rules[update](key, grads[key], learning_rate, momentum)
                if step == 0:
                    learning_rate *= learning_rate_decay
            if verbose:
                print(epoch, losses[-1], val_acc[-1])
        return best, losses, train_acc, val_acc

    def plain(self, key, g, rate, mu):
        return -rate * g

    def momentum(self, key, g, rate, mu):
        v = self.step_cache.setdefault(key, np.zeros(g.shape))
        v *= mu
        v -= rate * g
        return v

    def rmsprop(self, key, g, rate, mu):
        c = self.step_cache.setdefault(key, np.zeros(g.shape))
        c += 0.01 * (g * g - c)
        return -rate * g * (c + 1e-8) ** -0.5

    @staticmethod
    def accuracy(X, y, model, loss_function):
        return sum(int(np.argmax(row)) == label for row, label in zip(loss_function(X, model), y)) / float(len(y))
