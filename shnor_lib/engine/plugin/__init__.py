"""The papermill engines.

engines    `shnor` and `reference`, as papermill finds them
recorder   what a notebook's process says, put into its cells
"""

# papermill loads the engines of all packages while it is itself being imported, and this package is one of
# them: whoever comes from here must let papermill begin.
import papermill.engines


def register() -> None:
    """Make the engines known to papermill, also where this package is not installed but only found."""
    from shnor_lib.engine.plugin.engines import ReferenceEngine, ShnorEngine

    papermill.engines.papermill_engines.register("shnor", ShnorEngine)
    papermill.engines.papermill_engines.register("reference", ReferenceEngine)
