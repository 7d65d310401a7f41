"""A method from a file of one's own that is tried in place of that of the project, before others (R25).

In:   the method asked for and its name, the method of the project.
Out:  `before_others`: the method to show, and the method of the project where hidden cells must stand by it.
Not:  how a hidden cell keeps its verdict (see `analysis.trial`).

What `shnor.yml` names is the method of the project, and its verdicts are public. A file can be written at
every threshold; published one after another, such lists tell the counts of a hidden group as a trial of
thresholds does. Shipped profiles are documents that stand and cannot be stepped through.
"""

from pathlib import Path

from shnor_lib.methodology.load import is_file, load
from shnor_lib.methodology.model import Methodology


def before_others(
    name: str | Path, method: Methodology, usual: str | Path
) -> tuple[Methodology, Methodology | None]:
    """What readers may see of a method, and against what.

    Args:
        name: profile or file asked for.
        method: the method in it.
        usual: profile or file of the project.

    Returns:
        The method, hiding no less than that of the project does, and that of the project; None in its
        place where nothing is tried: a shipped profile, or a file that judges as the project does.

    Raises:
        MethodologyError: the profile of the project is wrong.
    """
    if not is_file(name) or str(name) == str(usual):
        return method, None
    own = load(usual)
    if (own.identification, own.publication) == (method.identification, method.publication):
        return method, None
    fewest = max(own.publication.min_participants, method.publication.min_participants)
    publication = method.publication.model_copy(update={"min_participants": fewest})
    return method.model_copy(update={"publication": publication}), own
