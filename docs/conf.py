"""How Sphinx builds the site; what is more than a setting lives in ``_ext``, a module a subject."""

import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))
# Before NumPy is imported: a page on each processor, whose threads would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from api_pages import kinds, synonyms, types
from figure_style import DARK_VARIABLES, LIGHT_VARIABLES
from gallery_order import TOPICS
from hosting import place

project = "weightinit"
author = "The weightinit developers"
copyright = "The weightinit developers"
release = version = installed_version("weightinit")

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.intersphinx",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "sphinxcontrib.bibtex",
    "sphinxext.opengraph",
    "api_pages",
    "figure_again",
    "figure_pages",
    "gallery_pages",
    "glossary_links",
    "hosting",
    "mathml",
    "install",
    "lab_embed",
    "lab_page",
    "page_notebooks",
    "page_output",
    "page_assets",
    "page_place",
    "readme_figure",
    "reading_order",
    "search_index",
    "social_card",
]
exclude_patterns = [
    "_build",
    "_vendor",
    "_ext",
    "README.md",
    "**/README.md",
]
nitpicky = True
root_doc = "index"

# Pages: MyST, executed; a failing cell fails the build. Only `inline` lets prose {eval}`uate`.
myst_enable_extensions = [
    "attrs_block",
    "attrs_inline",
    "colon_fence",
    "deflist",
    "dollarmath",
    "fieldlist",
]
myst_heading_anchors = 3
nb_execution_mode = "inline"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_output_stderr = "warn"  # a library's warning, for one, must not reach a page
nb_code_prompt_show = "Show the code"
nb_code_prompt_hide = "Hide the code"
nb_eval_name_regex = r".+"  # whole expressions, so that prose can format what it states

# Pages that one can download as a notebook: _ext/page_notebooks.py.
notebook_pages = ["auto_gallery/*/plot_*", "guides/*", "theory/*", "tutorial"]

# Mathematics and figures: _ext/mathml.py, _ext/figure_*.py.
html_math_renderer = "mathml"
math_eqref_format = "({number})"

# API pages.
templates_path = ["_templates"]
autosummary_generate = [  # by name: `True` forgets files that are new
    f"reference/{page}.rst"
    for page in (
        "start",
        "meanfield",
        "schemes",
        "initializers",
        "networks",
        "layers",
        "training",
        "tracing",
        "diagnosis",
        "data",
        "models",
    )
]
autosummary_imported_members = True
autosummary_filename_map = {  # where file names ignore case, these would be those of functions
    "weightinit.datasets.Sentences": "weightinit.datasets.Sentences-class",
    "weightinit.meanfield.Moments": "weightinit.meanfield.Moments-class",
}
autosummary_context = {"kinds": kinds(), "synonyms": synonyms()}
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"  # of the words of a type, link only these:
numpydoc_xref_aliases = types() | {
    "Generator": "numpy.random.Generator",
    "callable": "collections.abc.Callable",
    "dtype": "numpy.dtype",
    "ndarray": "numpy.ndarray",
}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

# Other projects: by inventories from _inv/make_inventories.py, so a build asks no other site.
intersphinx_mapping = {
    "python": ("https://docs.python.org/3", "_inv/python.inv"),
    "numpy": ("https://numpy.org/doc/stable", "_inv/numpy.inv"),
    "matplotlib": ("https://matplotlib.org/stable", "_inv/matplotlib.inv"),
}

bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"

sphinx_gallery_conf = {
    "examples_dirs": "../gallery",
    "gallery_dirs": "auto_gallery",
    "filename_pattern": r"/plot_",
    "subsection_order": TOPICS,
    "within_subsection_order": "gallery_order.position",
    "abort_on_example_error": True,
    "parallel": True,  # as many scripts at once as sphinx-build -j says
    "image_scrapers": ("figure_gallery.scrape",),
    "reset_modules": ("matplotlib", "figure_gallery.apply_style"),
    "doc_module": ("weightinit",),
    "backreferences_dir": "reference/examples",
    "min_reported_time": float("inf"),
    "write_computation_times": False,
    "show_memory": False,
    "show_signature": False,
    "download_all_examples": False,
    "notebook_extensions": set(),  # _ext/page_notebooks.py makes one that reads better
    "css": ["sg_gallery"],
    "remove_config_comments": True,
}

# Pages in HTML: furo, and nothing from anywhere else.
html_theme = "furo"
pygments_dark_style = "a11y-high-contrast-dark"
html_title = "weightinit"
html_static_path = ["_static"]
html_extra_path = ["_build/extra"]  # the frames of figures to play with: _ext/figure_frames.py
html_css_files = ["site.css", ("print.css", {"media": "print"})]
html_js_files = [("drawers.js", {"defer": ""}), ("explore.js", {"defer": ""})]
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_domain_indices = False
template_bridge = "content_policy.Templates"
html_theme_options = {
    "light_css_variables": LIGHT_VARIABLES,
    "dark_css_variables": DARK_VARIABLES,
}

# What a copy button copies: code, without prompts, and no output.
copybutton_selector = (
    "div.highlight:not(.cell_output *, .sphx-glr-script-out *, .highlight-output *) > pre"
)
copybutton_exclude = ".linenos, .gp, .go"

# At an address: _ext/hosting.py.
served = place(os.environ)
html_baseurl = served.canonical
html_context = {"site_version": served.version}
if html_baseurl:
    extensions.append("notfound.extension")
notfound_urls_prefix = served.path
notfound_template = "404.html"
notfound_context = {"title": "Page not found", "body": ""}
ogp_site_url = html_baseurl
ogp_social_cards = {"enable": False}  # one card for all pages: _ext/social_card.py
ogp_enable_meta_description = True

# One page or script alone, in seconds, and links to others lead nowhere: `nox -s docs -- --only`.
if only := os.environ.get("ONLY_PAGE"):
    root_doc = only
    linked = ["about/bibliography.md", "reference/glossary.md"]
    include_patterns = [f"{only}.md", f"{only}.rst", *linked]
    suppress_warnings = ["app", "autosectionlabel", "bibtex", "docutils", "myst", "ref", "toc"]
    nitpicky = False
    if only.startswith("auto_gallery/"):
        sphinx_gallery_conf["filename_pattern"] = rf"/{Path(only).name}\.py"
    else:
        extensions = [name for name in extensions if "gallery" not in name]
    extensions.remove("page_place")  # the line of a page's place names its neighbours
