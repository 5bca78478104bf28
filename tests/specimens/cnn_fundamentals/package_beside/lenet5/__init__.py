from .activations import *
from .arithmetic import *
from .convolution import *
from .lenet import *
from .pooling import *
from .weights import *
