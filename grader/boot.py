"""``python boot.py MODULE [ARGUMENT…]``: run ``main`` of one of this package's modules, found by this file's place.

The processes that run student code start here. The folder that holds the package may also hold the solutions,
so it is on no path: only ``grader`` itself can be imported.
"""

import importlib
import importlib.util
import os
import sys


def main() -> None:
    """Import the package from where this file is, then run the module."""
    folder = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "grader", os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec and spec.loader, f"no package in {folder}"
    package = importlib.util.module_from_spec(spec)
    sys.modules["grader"] = package
    spec.loader.exec_module(package)
    module, *arguments = sys.argv[1:]
    importlib.import_module(module).main(arguments)


if __name__ == "__main__":
    if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]  # Python puts a script's folder first; its files must not pass for top-level modules
    main()
