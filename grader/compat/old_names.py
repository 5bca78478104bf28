"""Names that Python 2 and NumPy had: what they are called now, and since when the old name is gone."""

import re

PYTHON2_ONLY = {"basestring", "cmp", "long", "raw_input", "reduce", "unichr", "unicode", "xrange"}
PYTHON2_MODULES = {"cPickle", "urllib2", "StringIO", "ConfigParser", "Queue", "Tkinter", "cStringIO"}
ITERATORS = {"iterkeys": "keys", "itervalues": "values", "iteritems": "items"}

# np.int and the like were Python's own types under another name.
BUILTIN_TYPES = ("int", "float", "complex", "object", "str")

ALIASES = {
    "product": "prod",
    "cumproduct": "cumprod",
    "alltrue": "all",
    "sometrue": "any",
    "round_": "round",
    "in1d": "isin",
    "row_stack": "vstack",
    "float_": "float64",
    "complex_": "complex128",
    "cfloat": "complex128",
    "singlecomplex": "complex64",
    "longfloat": "longdouble",
    "string_": "bytes_",
    "unicode_": "str_",
    "bool8": "bool_",
    "int0": "intp",
    "uint0": "uintp",
    "object0": "object_",
    "NaN": "nan",
    "Inf": "inf",
    "Infinity": "inf",
    "infty": "inf",
    "PINF": "inf",
    "mat": "asmatrix",
}

_BY_VERSION = {
    "1.18": ("rank",),
    "1.23": ("alen", "asscalar"),
    "1.24": (*BUILTIN_TYPES, "unicode", "bool8", "int0", "uint0", "object0"),
    "2.0": (
        *(name for name in ALIASES if name not in ("bool8", "int0", "uint0", "object0", "row_stack", "in1d")),
        *("NINF", "asfarray", "msort", "lib.pad"),
    ),
    "2.4": ("in1d", "trapz"),
}

# The version of NumPy without the name.
REMOVED = {name: version for version, names in _BY_VERSION.items() for name in names}
# Of what is in NumPy too, SciPy's own; the rest of NumPy it handed on until SciPy 1.12.
SCIPYS_OWN = {
    "fft",
    "linalg",
    "random",
    "test",
    "version",
    "show_config",
    "special",
    "sparse",
    "__version__",
    "__name__",
}
# np.random.random_integers still works, and warns since 1.11.
DEPRECATED = {"random.random_integers": "1.11"}

# What a text that parses today must contain for any sign of age.
_WORDS = PYTHON2_ONLY | PYTHON2_MODULES | {"scipy", "newshape", "normed"}
_ATTRIBUTES = {name for name in (*REMOVED, *DEPRECATED) if "." not in name} | {"has_key", *ITERATORS}
_DOTTED = [set(name.split(".")) for name in (*REMOVED, *DEPRECATED) if "." in name]
_PRINTS_TO = re.compile(r"\bprint\s*>>")
_SUMS = re.compile(r"\bsum\(([^\n\[]*+)")  # a generator stands in the rest of the line, up to an index


def may_show_age(text: str) -> bool:
    """Whether a text that parses can show any sign of age; quick, and right whenever it says no."""
    words = set(re.findall(r"\.?[A-Za-z_]\w*", text))
    attributes = {word[1:] for word in words if word[0] == "."}
    if words & _WORDS or attributes & (_ATTRIBUTES | _WORDS) or _PRINTS_TO.search(text):
        return True
    if any(" for " in rest for rest in _SUMS.findall(text)):
        return True
    return any(dotted <= words | attributes for dotted in _DOTTED)
