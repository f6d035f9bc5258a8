"""The definitions of the installed fastai 2, taken out of its files one by one: importing the package asks for all that
a notebook needs. What they use of the rest is given with them."""

import ast
import importlib.metadata
import importlib.util
import pathlib


def definitions(path, names, given):
    """A namespace with these classes and functions of fastai's file `path`, and what they are given."""
    package = pathlib.Path(importlib.util.find_spec("fastai").origin).parent
    tree = ast.parse((package / path).read_text())
    chosen = [node for node in tree.body if getattr(node, "name", None) in names]
    assert {node.name for node in chosen} == set(names), names
    for node in chosen:
        node.decorator_list = []
    space = dict(given)
    exec(compile(ast.Module(chosen, []), path, "exec"), space)
    return space


def version():
    return importlib.metadata.version("fastai")
