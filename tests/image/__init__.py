"""The image, built and run for real: only by ``make test-image``, and a selection of it by ``.ci/run``."""
