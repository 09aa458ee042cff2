"""Where the sample city is: beside the packages in a source tree, inside them in an installation."""

from pathlib import Path


def sample() -> Path:
    """The folder of the sample city. Raises FileNotFoundError where an installation lost it."""
    here = Path(__file__).resolve().parent.parent
    for folder in (here / "sample_city", here.parent / "city"):
        if (folder / "city.yaml").is_file():
            return folder
    raise FileNotFoundError("the sample city is missing from this installation")
