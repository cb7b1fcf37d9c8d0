"""Which code of a chapter its claims depend on: found by names, from `claims.settle` upwards."""

import ast
import builtins
import symtable
from collections.abc import Callable, Iterable, Iterator

STREAM = "rng"  # whoever draws from it moves it on; what comes after is as random as before
SHOWS = ("print", "reveal", "claims.show", "claims.settle", "plots.show")  # what a page shows
PLAIN = ("np", "data", STREAM)  # what they return are arrays, which a call does not change


def needed_for_all(sources: Iterable[str]) -> list[str]:
    """Return the code cells that settle any claim, and all that what they use comes from.

    A cell comes along if it gives a value to a name that is used below it, or if it may change
    such a value: calls a method of it, stores into it, or hands it to a call. Figures of it are
    drawn, too; experiments whose outcome no claim uses are not run.

    Args:
        sources: the code cells of a chapter, in order.
    """
    found: list[str] = []
    used: set[str] = set()
    code = [(source, ast.parse(source)) for source in sources]
    fixed = {name for _, tree in code for name in _fixed(tree)} | {STREAM}
    for source, tree in reversed(code):
        touched = _bound(tree) | (_touched(tree) - fixed)
        if _settles(tree) or touched & used:
            found.append(source)
            used |= _loaded(tree)
    return found[::-1]


def needed_for(claim: str, sources: Iterable[str]) -> list[str]:
    """Return what the numbers of one claim come from: cells without what they merely show.

    It is the least of what `needed_for_all` returns. Where a cell gives a name a new value, cells
    above it that gave it another one are left out. So are twins in torch, which leave nothing
    behind, and whatever comes after the claim was settled.

    Args:
        claim: such as ``T02``.
        sources: the code cells of a chapter, in order.

    Returns:
        Code for each cell, to be run in this order; nothing where no cell settles the claim.
    """
    code = [_without_shows(ast.parse(source), claim) for source in sources]
    reads_of = _of_functions(code, _reads)
    changed_by = _of_functions(code, _changed_inside)
    fixed = {name for tree in code for name in _fixed(tree)} | _plain(code) | {*dir(builtins)}
    found: list[str] = []
    used: set[str] = set()
    for tree in reversed(code):
        settles = _settles(tree, claim)
        if (not found and not settles) or _is_twin(tree):
            continue
        if settles:
            tree = _until(tree, claim)
        if settles or _changed(tree, changed_by, fixed) & used:
            read, given = _flow(tree.body, reads_of)
            found.append(ast.unparse(tree))
            used = (used - given) | (read - {*dir(builtins)})
    return found[::-1]


def settled(source: str) -> list[str]:
    """Return the claims that code settles, such as ``T02``."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [
        ast.literal_eval(call.args[0])
        for call in calls
        if ast.unparse(call.func) == "claims.settle"
    ]


# ---- what a cell does with names ----


def _settles(tree: ast.Module, claim: str = "") -> bool:
    return any(
        isinstance(node, ast.Call)
        and ast.unparse(node.func) == "claims.settle"
        and (not claim or ast.unparse(node.args[0]) == repr(claim))
        for node in ast.walk(tree)
    )


def _fixed(tree: ast.Module) -> Iterator[str]:
    """Yield the names of modules, functions and classes: to call one does not change it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).split(".")[0] for alias in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


def _bound(tree: ast.Module) -> set[str]:
    """Return the names that get a value, those inside of functions included."""
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    return stored | set(_fixed(tree))


def _loaded(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _touched(tree: ast.Module) -> set[str]:
    """Return the names whose values may be changed: in calls, and where something is stored."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call | ast.AugAssign | ast.Delete):
            found |= _loaded(node)
    return found | _stored_into(tree)


def _stored_into(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found |= _loaded(node.value)
    return found


# ---- one claim alone ----


def _without_shows(tree: ast.Module, claim: str) -> ast.Module:
    """Return the code without lines that show something, but for the one that settles a claim."""
    kept = [
        line
        for line in tree.body
        if not (
            isinstance(line, ast.Expr)
            and isinstance(line.value, ast.Call)
            and ast.unparse(line.value.func).startswith(SHOWS)
            and not _settles(ast.Module([line], []), claim)
        )
    ]
    return ast.Module(kept, [])


def _until(tree: ast.Module, claim: str) -> ast.Module:
    last = max(n for n, line in enumerate(tree.body) if _settles(ast.Module([line], []), claim))
    return ast.Module(tree.body[: last + 1], [])


def _is_twin(tree: ast.Module) -> bool:
    return any(
        isinstance(line, ast.Assign) and ast.unparse(line.value).startswith("guest(")
        for line in tree.body
    )


def _changed(tree: ast.Module, changed_by: dict[str, set[str]], fixed: set[str]) -> set[str]:
    """Return the names that a cell gives a value to, or whose value its calls may change.

    A call may change what is handed to it, and what its function hands on. Modules, functions and
    arrays (`fixed`) stay as they are, unless something is stored into an array.
    """
    found: set[str] = set()
    for line in tree.body:
        if isinstance(line, ast.FunctionDef | ast.ClassDef):
            found.add(line.name)  # what is inside of it happens when it is called
            continue
        alone, read = ast.Module([line], []), _reads(line)
        called = _closed(_touched(alone) & read, changed_by)
        found |= _given(line) | (called - fixed) | (_stored_into(alone) & read)
    return found


def _changed_inside(function: ast.stmt) -> set[str]:
    """Return the names from outside of a function whose values a call of it may change."""
    return _touched(ast.Module([function], [])) & _reads(function)


def _flow(lines: list[ast.stmt], reads_of: dict[str, set[str]]) -> tuple[set[str], set[str]]:
    """Return the names that lines read before they give them a value, and those they give one.

    What a function reads is read where the function is named, not where it is defined.
    """
    read: set[str] = set()
    given: set[str] = set()
    for line in lines:
        if isinstance(line, ast.For | ast.While | ast.With):
            head, named = _head(line)
            inner, new = _flow(line.body, reads_of)
            before, after = _reads(head) | (inner - named), named | new
        elif isinstance(line, ast.If):
            (one, if_so), (other, if_not) = (_flow(b, reads_of) for b in (line.body, line.orelse))
            before, after = _reads(line.test) | one | other, if_so & if_not
        else:
            before = _reads(_at_once(line))
            after = set() if isinstance(line, ast.AugAssign) else _given(line)
        read |= _closed(before, reads_of) - given
        given |= after
    return read, given


def _at_once(line: ast.stmt) -> ast.AST:
    """Return what is read when a line runs: of a function, its decorators and defaults alone."""
    if not isinstance(line, ast.FunctionDef):
        return line
    defaults = [value for value in (*line.args.defaults, *line.args.kw_defaults) if value]
    return ast.Tuple([*line.decorator_list, *defaults], ast.Load())


def _head(line: ast.For | ast.While | ast.With) -> tuple[ast.AST, set[str]]:
    """Return what stands at the head of a block, and the names that the head gives a value."""
    if isinstance(line, ast.While):
        return line.test, set()
    if isinstance(line, ast.For):
        return line.iter, _loaded(line.target)
    names = [_loaded(item.optional_vars) for item in line.items if item.optional_vars]
    return ast.Tuple([item.context_expr for item in line.items], ast.Load()), set().union(*names)


def _given(line: ast.stmt) -> set[str]:
    """Return the names that get a value outside of functions."""
    table = symtable.symtable(ast.unparse(line), "cell", "exec")
    return {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}


def _reads(code: ast.AST) -> set[str]:
    """Return the names outside of functions that code reads, now or when it is called."""
    table = symtable.symtable(ast.unparse(code), "cell", "exec")
    names = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
    added = _loaded(code.target) if isinstance(code, ast.AugAssign) else set()
    return names | added | _globals_in(table)


def _globals_in(table: symtable.SymbolTable) -> set[str]:
    found: set[str] = set()
    for child in table.get_children():
        found |= {s.get_name() for s in child.get_symbols() if s.is_global()} | _globals_in(child)
    return found


def _of_functions(
    code: list[ast.Module], names_in: Callable[[ast.stmt], set[str]]
) -> dict[str, set[str]]:
    """Return, for each function of a chapter, what `names_in` finds in it."""
    found: dict[str, set[str]] = {}
    for tree in code:
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found[node.name] = found.get(node.name, set()) | names_in(node)
    return found


def _closed(names: set[str], of_functions: dict[str, set[str]]) -> set[str]:
    """Return the names, those of the functions among them, and so on."""
    waiting, found = list(names), set(names)
    while waiting:
        new = of_functions.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _plain(code: list[ast.Module]) -> set[str]:
    """Return the names that hold arrays and numbers alone, from their first value to the last."""
    found: set[str] = set()
    other: set[str] = set()
    for tree in code:
        for line in tree.body:
            if isinstance(line, ast.Assign):
                names = set().union(*map(_loaded, line.targets))
                if _is_plain(line.value, found - other):
                    found |= names
                else:
                    other |= names
    return found - other


def _is_plain(value: ast.expr, plain: set[str]) -> bool:
    if isinstance(value, ast.Constant | ast.BinOp | ast.Compare | ast.UnaryOp):
        return True
    if isinstance(value, ast.Tuple):
        return all(_is_plain(item, plain) for item in value.elts)
    while isinstance(value, ast.Attribute | ast.Subscript | ast.Call):
        value = value.func if isinstance(value, ast.Call) else value.value
    return isinstance(value, ast.Name) and (value.id in plain or value.id in PLAIN)
