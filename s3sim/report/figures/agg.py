"""Imports matplotlib whatever MPLBACKEND says: only Agg canvases are drawn on here.

`import matplotlib` itself fails on an unknown backend, which notebooks and editors pass on to
programs that they start. A backend that is known is still the user's own for pyplot.
"""

import os
import sys
from contextlib import suppress

if "matplotlib" not in sys.modules:
    wanted = os.environ.pop("MPLBACKEND", None)
    try:
        import matplotlib
    finally:
        if wanted is not None:
            os.environ["MPLBACKEND"] = wanted
    if wanted:
        with suppress(ValueError):
            matplotlib.rcParams["backend"] = wanted
