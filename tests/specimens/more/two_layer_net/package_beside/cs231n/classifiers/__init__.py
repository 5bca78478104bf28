from .k_nearest import *
from .neural_net import *
