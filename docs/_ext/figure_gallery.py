"""The figures of gallery scripts: drawn in the site's style, put into the page as themed SVG."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from figure_style import rc_params
from figure_svg import inline_svg, standalone_svg


def apply_style(gallery_conf: dict[str, Any], script: str) -> None:  # noqa: ARG001  sphinx-gallery
    """Give matplotlib the site's style before each script (listed in ``reset_modules``)."""
    mpl.rcParams.update(rc_params())


def scrape(
    block: tuple[Any, ...],  # noqa: ARG001  sphinx-gallery passes three
    block_vars: dict[str, Any],
    gallery_conf: dict[str, Any],  # noqa: ARG001
) -> str:
    """Return reStructuredText that holds every open figure; save each as a file for the thumbnail.

    A figure without alternative text raises ValueError, which stops the build.
    """
    parts = []
    for number, path in zip(plt.get_fignums(), block_vars["image_path_iterator"], strict=False):
        fig = plt.figure(number)
        file = Path(path).with_suffix(".svg")
        file.write_text(standalone_svg(fig), encoding="utf-8")
        parts.append(raw_html(inline_svg(fig, prefix=file.stem)))
    plt.close("all")
    return "\n".join(parts)


def raw_html(svg: str) -> str:
    """Return a directive that puts an SVG element into the page as it is."""
    lines = f'<div class="wi-figure-frame" tabindex="0">{svg}</div>'.splitlines()
    return "\n.. raw:: html\n\n" + "\n".join(f"    {line}" for line in lines) + "\n"
