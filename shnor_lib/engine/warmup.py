"""What the warm parent does once so that no notebook has to: imports, and the first figure of each kind.

In:   names of further modules.
Out:  this process with the libraries imported, and marked as one that may be forked.
Not:  anything on real data; polars, scikit-learn and threads.

The first figure of a process costs many times the next one: plotly builds its validators, templates and
encoders when they are first needed.
"""

import importlib
import os
import sys
import threading
import warnings
from collections.abc import Sequence
from typing import Any

# A function as `module:name`, and its arguments; both are sent as JSON.
Call = tuple[str, list[Any]]

MODULES = (
    "numpy",
    "pandas",
    "pyarrow.parquet",
    "plotly.graph_objects",
    "plotly.io._renderers",
    "plotly.offline",
    "ipywidgets",
    "anywidget",
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.completerlib",
    "IPython.core.magics",
    "shnor_lib",
    "shnor_lib.pages.page",
    "shnor_lib.pages.identification",
    "shnor_lib.pages.dynamics",
    "shnor_lib.pages.deficits",
)
# Forks of a process that has run them hang: their thread pools do not survive.
FORBIDDEN = ("polars", "sklearn", "torch")
_RENDERER = "PLOTLY_RENDERER"

_state = {"warm": False}


def is_warm() -> bool:
    """Whether this process is a warm parent or a fork of one."""
    return _state["warm"]


def warm(modules: Sequence[str] = (), calls: Sequence[Call] = ()) -> None:
    """Import, draw and mark this process.

    Args:
        modules: what to import beside `MODULES`; a missing one is an error.
        calls: what to do after that, so that forks find it done.

    Raises:
        ImportError: a module is missing.
        RuntimeError: an import started a thread or brought a library whose forks hang.
    """
    given = os.environ.get(_RENDERER)
    # plotly looks for a shell while it is imported, and would settle for the web browser: there is none yet.
    os.environ.setdefault(_RENDERER, "plotly_mimetype")
    try:
        for name in (*MODULES, *modules):
            importlib.import_module(name)
    finally:
        if given is None:
            del os.environ[_RENDERER]
    filters = list(warnings.filters)
    draw()
    for name, arguments in calls:
        module, _, function = name.partition(":")
        getattr(importlib.import_module(module), function)(*arguments)
    warnings.filters[:] = filters  # type: ignore[index]
    if threading.active_count() != 1:
        raise RuntimeError(f"threads after the warm-up: {threading.enumerate()}")
    brought = sorted(name for name in FORBIDDEN if name in sys.modules)
    if brought:
        raise RuntimeError(f"may not be in a process that is forked: {', '.join(brought)}")
    _state["warm"] = True


def draw() -> None:
    """Toy figures and tables, thrown away."""
    import pandas as pd
    import plotly.graph_objects as go
    from plotly import io

    figure = go.Figure()
    figure.add_bar(x=[1, 2], y=[3, 4], text=["а", "б"], error_y={"type": "data", "array": [1, 1]})
    figure.add_scatter(x=[1, 2], y=[3, 4], mode="lines+markers", hovertemplate="%{y}")
    figure.add_heatmap(z=[[1, 2], [3, 4]])
    figure.add_box(y=[1, 2, 3])
    figure.add_histogram(x=[1, 2, 3])
    figure.add_hline(y=1, annotation_text="порог")
    figure.add_vrect(x0=0, x1=1)
    figure.update_layout(title="Проба", legend={"orientation": "h"}, xaxis_title="x")
    io.to_json(figure, validate=False)
    figure.to_plotly_json()
    frame = pd.DataFrame({"a": ["x", "y", "x"], "b": [1, 2, None]}).astype({"b": "Int64"})
    frame.groupby("a", observed=True)["b"].sum().reset_index().merge(frame, on="a").to_html()
