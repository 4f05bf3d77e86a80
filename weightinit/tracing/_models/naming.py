"""Name a layer by its weight, where the paths of parameters end with their own names."""

__all__ = ["layer_of"]


def layer_of(parameter: str) -> str:
    """
    Return the name of the layer whose weight a parameter is.

    Parameters
    ----------
    parameter : str
        The path, with dots.

    Returns
    -------
    str
        The path of its module; with what tells apart several kernels of one module.

    Examples
    --------
    >>> from weightinit.tracing._models.naming import layer_of
    >>> layer_of("hidden.kernel"), layer_of("cell.recurrent_kernel"), layer_of("scale")
    ('hidden', 'cell.recurrent', 'scale')
    """
    kernel = parameter.removesuffix("_kernel")
    return kernel if kernel != parameter else parameter.rpartition(".")[0] or parameter
