import os
import pickle

import numpy as np


def unpickle(path):
    with open(path, "rb") as handle:
        return pickle.load(handle, encoding="bytes")


def load_CIFAR10(root):
    files = sorted(name for name in os.listdir(root) if name.startswith("data_batch_"))
    X, y = [], []
    for name in files + ["test_batch"]:
        content = unpickle(os.path.join(root, name))
        X.append(content[b"data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1).astype(float))
        y.append(np.array(content[b"labels"]))
    return np.concatenate(X[:-1]), np.concatenate(y[:-1]), X[-1], y[-1]


def get_CIFAR10_data(X_train, y_train, X_test, y_test, num_training=49000, num_validation=1000, num_test=1000):
    mask = list(range(num_training, num_training + num_validation))
    X_val, y_val = X_train[mask], y_train[mask]
    mask = list(range(num_training))
    X_train, y_train = X_train[mask], y_train[mask]
    mask = list(range(num_test))
    X_test, y_test = X_test[mask], y_test[mask]
    mean = np.zeros(X_train.shape[1:])
    for image in X_train:
        mean += image
    mean /= num_training
    X_train -= mean
    X_val -= mean
    X_test -= mean
    return (X_train.reshape(num_training, 3072), y_train, X_val.reshape(num_validation, 3072), y_val,
            X_test.reshape(num_test, 3072), y_test)
