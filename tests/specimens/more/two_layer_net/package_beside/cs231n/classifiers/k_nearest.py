import numpy as np


class KNearest:
    def train(self, X, y):
        self.X = X
        self.y = y

    def predict(self, X, k=1):
    # still to do
    return np.zeros(len(X))
