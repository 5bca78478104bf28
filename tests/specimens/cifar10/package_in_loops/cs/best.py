from .net import TwoLayerNet


def train_best_net(X_train, y_train, X_val, y_val):
    """Two candidates; the better one on the validation images wins. The network itself is returned."""
    best, best_accuracy = None, -1.0
    for hidden, rate in ((80, 1e-3), (120, 8e-4)):
        net = TwoLayerNet(X_train.shape[1], hidden, 10)
        steps = max(10 * (len(X_train) // 250), 50)
        net.train(X_train, y_train, X_val, y_val, learning_rate=rate, reg=0.3, num_iters=steps, batch_size=250)
        accuracy = (net.predict(X_val) == y_val).mean()
        if accuracy > best_accuracy:
            best, best_accuracy = net, accuracy
    return best
