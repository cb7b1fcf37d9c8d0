"""What lines of code seem to bind, told by patterns that take time linear in the text.

These are hints, since nothing is parsed: what a name is bound to, only a kernel can tell.
"""

import re

from dlbook.check.roles import without_marks

_BINDING = re.compile(
    r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)"
    r"|^([\w, \t]+)(?::[^=\n]*)?=(?!=)"
    r"|^[ \t]*(?:from[ \t][^\n]*[ \t])?import[ \t]([^\n]*)",
    re.MULTILINE,
)
_STAR = re.compile(r"\bimport[ \t]*\*")


def bound_names(source: str) -> set[str]:
    """Return the names that lines define, assign or import, inside of functions and texts too."""
    lines = _BINDING.findall(source)
    return {name for parts in lines for part in parts for name in re.findall(r"\w+", part)}


def definitions(source: str) -> list[str]:
    """Return the names of the functions and classes that lines define, in their order."""
    return list(dict.fromkeys(name for name, _left, _imported in _BINDING.findall(source) if name))


def may_bind(name: str, source: str) -> bool:
    """Return whether `name` stands in a cell in any other way than in a call, or as a mark."""
    if "import" in source and _STAR.search(source):
        return True
    if name not in source:
        return False
    pattern = rf"\b(?:def|class)[ \t]+{name}\b|\b{name}\b(?![ \t]*\()"
    return bool(re.search(pattern, without_marks(source)))


def surely_binds(name: str, source: str) -> bool:
    """Return whether a line at the left margin defines or assigns `name`.

    A line inside a text of three quotes does not count, nor does any line of a cell that a magic
    such as `%%writefile` takes.
    """
    if name not in source or source.lstrip().startswith("%%"):
        return False
    pattern = rf"\"{{3}}|'{{3}}|^(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*=(?!=)"
    text = ""  # the quotes that the text around this place began with
    for match in re.finditer(pattern, source, re.MULTILINE):
        if match[0] not in ('"""', "'''"):
            if not text:
                return True
        elif text in ("", match[0]):
            text = "" if text else match[0]
    return False
