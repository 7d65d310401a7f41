"""One cell for every way in which a notebook can speak: both engines must record all of them alike."""

from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode


@dataclass(frozen=True)
class Cell:
    name: str
    source: str
    tags: tuple[str, ...] = ()


# Output past Python: the stock kernel records it whenever it comes to it.
ANY_ORDER = "any-order"

# The stock kernel sometimes never ends a cell that awaits; ours must.
AWAITED = (
    Cell(
        "top-level await",
        "import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')\nawait asyncio.sleep(0, 'value')",
    ),
    Cell(
        "task that runs on",
        "async def later():\n    await asyncio.sleep(0)\n    return 5\n\ntask = asyncio.create_task(later())",
    ),
    Cell("awaited in another cell", "await task"),
)

FEATURES = (
    Cell("print", "print('одно')\nprint('другое', end='')"),
    Cell("nothing", "x = 1"),
    Cell("result", "{'a': [1, 2], 'b': 'слово'}"),
    Cell("result is none", "None"),
    Cell("result is silenced", "7;"),
    Cell("last result", "_ , Out[3]"),
    Cell(
        "both streams",
        "import sys\nprint('out 1')\nprint('err 1', file=sys.stderr)\nprint('out 2')\n"
        "print('err 2', file=sys.stderr)",
    ),
    Cell(
        "flushed streams",
        "print('a', flush=True)\nprint('b', file=sys.stderr, flush=True)\nprint('c', flush=True)",
    ),
    Cell(
        "streams and displays",
        "from IPython.display import HTML, Markdown, clear_output, display, update_display\n"
        "print('before')\ndisplay(HTML('<b>bold</b>'))\nprint('between')\n"
        "display(Markdown('*m*'), {'x': 1})\nprint('after')",
    ),
    Cell(
        "streams late",
        "import time\nprint('first')\ntime.sleep(0.5)\nprint('second', file=sys.stderr)\n"
        "time.sleep(0.5)\nprint('third')",
    ),
    Cell(
        "raw display",
        "display({'application/json': {'a': 1, 2: [None, 1.5]}, 'text/plain': 'plain'}, "
        "raw=True, metadata={'m': 1})",
    ),
    Cell("display id", "handle = display('old', display_id='shown')\ndisplay('other')"),
    Cell("update of an earlier cell", "update_display('new', display_id='shown')"),
    Cell("update by handle", "again = display('x', display_id=True)\nagain.update('y')\n2"),
    Cell("clear at once", "print('gone')\nclear_output()\nprint('stays')"),
    Cell("clear when something comes", "print('gone')\nclear_output(wait=True)\nprint('stays')"),
    Cell("clear with nothing after", "print('stays')\nclear_output(wait=True)"),
    Cell("error", "def inner():\n    return 1 / 0\n\nprint('before')\ninner()", ("raises-exception",)),
    Cell("syntax error", "a = = 1", ("raises-exception",)),
    Cell(
        "chained error",
        "try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('тут') from e",
        ("raises-exception",),
    ),
    Cell("exit", "raise SystemExit(0)", ("raises-exception",)),
    Cell("skipped", "print('never')", ("skip-execution",)),
    Cell("bash", "%%bash\necho out\necho err >&2"),
    Cell("shell line", "!echo line; echo second"),
    Cell("captured shell line", "lines = !printf 'a\\nb\\n'\nlines"),
    Cell(
        "os.system", "import os\ndone = os.system('echo from a shell')\ntime.sleep(0.5)\ndone", (ANY_ORDER,)
    ),
    Cell(
        "subprocess",
        "import subprocess\ndone = subprocess.run(['echo', 'child'])\ntime.sleep(0.5)\ndone.returncode",
        (ANY_ORDER,),
    ),
    Cell("descriptor", "n = os.write(2, 'прямо\\n'.encode())\ntime.sleep(0.5)\nn", (ANY_ORDER,)),
    Cell("capture magic", "%%capture captured\nprint('kept')\ndisplay('kept too')"),
    Cell("captured", "captured.stdout, len(captured.outputs)"),
    Cell("magics", "%timeit -n1 -r1 -q pass\n%who str"),
    Cell("inline backend", "%config InlineBackend.figure_format", ("raises-exception",)),
    Cell("help", "len?"),
    Cell("input", "input('имя: ')", ("raises-exception",)),
    Cell("getpass", "import getpass\ngetpass.getpass()", ("raises-exception",)),
    Cell(
        "warning", "import warnings\nwarnings.warn('осторожно')\nwarnings.warn('старое', DeprecationWarning)"
    ),
    Cell("warning again", "for _ in range(3):\n    warnings.warn('один раз')"),
    Cell("table", "import pandas as pd\npd.DataFrame({'a': [1, 2], 'б': ['x', None]})"),
    Cell("series", "pd.Series([1.5, 2.5], name='s')"),
    Cell("figure", "import plotly.graph_objects as go\ngo.Figure(go.Bar(x=[1, 2], y=[3, 4]))"),
    Cell("figure shown", "go.Figure(go.Scatter(x=[1], y=[2])).show()"),
    Cell("renderer", "import plotly.io as pio\npio.renderers.default"),
    Cell(
        "image",
        "from IPython.display import Image, SVG\nimport base64\n"
        "Image(base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='))",
    ),
    Cell("svg", "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"><g/></svg>')"),
    Cell("widget", "import ipywidgets as w\nslider = w.IntSlider(value=3)\nslider"),
    Cell("widget moved", "slider.value = 5\nw.HBox([slider, w.Label('подпись')])"),
    Cell(
        "output widget", "out = w.Output()\nwith out:\n    print('inside')\n    display('shown inside')\nout"
    ),
    Cell(
        "output widget later",
        "out.append_stdout('more')\nwith out:\n    1 / 0\nout.outputs[-1]['output_type']",
    ),
    Cell("output widget cleared", "out.clear_output()\nwith out:\n    print('anew')\nout.outputs"),
    Cell("image widget with a buffer", "w.Image(value=b'\\x89PNG', format='png')"),
    Cell(
        "matplotlib inline", "%matplotlib inline\nimport os\nos.environ['MPLBACKEND']", ("raises-exception",)
    ),
    Cell("environment", "{name: os.environ[name] for name in ('TERM', 'CLICOLOR', 'PAGER', 'FORCE_COLOR')}"),
    Cell("place", "sys.path[0], sys.argv[0].endswith('ipykernel_launcher.py'), __name__"),
    Cell("history", "In[2], len(In)"),
    Cell(
        "thread",
        # One write: of the two of `print` each engine makes one output or two, as its flushing falls.
        "import threading\n"
        "t = threading.Thread(target=sys.stdout.write, args=('in a thread\\n',))\n"
        "t.start()\n"
        "t.join()",
    ),
    Cell(
        "process pool",
        "import multiprocessing as mp\n\n\ndef square(x):\n    return x * x\n\n\n"
        "with mp.get_context('fork').Pool(2) as pool:\n    values = pool.map(square, range(4))\nvalues",
    ),
    Cell("logging", "import logging\nlogging.warning('в журнал')"),
    Cell("long text", "print('x' * 200_000)"),
    Cell("nul and control", "print('a\\x00b\\rc\\x08d')"),
    Cell("lone surrogate", "'\\ud800'"),
    Cell("not a number", "display({'application/json': {'v': float('nan')}, 'text/plain': ''}, raw=True)"),
    Cell("empty", "   \n"),
    Cell(
        "filters",
        "sorted({str(f[0]) + ' ' + f[2].__name__"
        " for f in warnings.filters if f[2].__module__ == 'builtins'})",
    ),
    Cell("atexit", "import atexit\natexit.register(print, 'bye');"),
    Cell(
        "error in a repr",
        "class Bad:\n    def __repr__(self):\n        raise RuntimeError('no words')\n\nBad()",
        ("raises-exception",),
    ),
)


def notebook(*cells: Cell) -> NotebookNode:
    """A notebook of these cells."""
    document = nbformat.v4.new_notebook()
    for number, cell in enumerate(cells):
        node = nbformat.v4.new_code_cell(cell.source, id=f"cell{number}")
        if cell.tags:
            node.metadata["tags"] = list(cell.tags)
        document.cells.append(node)
    document.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return document


def source(text: str) -> NotebookNode:
    """A notebook of one cell."""
    return notebook(Cell("", text))
