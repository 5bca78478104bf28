"""Names that NumPy had: what they are called now, and since when the old name is gone."""

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
