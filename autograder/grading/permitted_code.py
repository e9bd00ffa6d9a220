"""Says which code of an instructor's may run outside the student's process.

Such code runs with the grader's own rights, on values that a student made. So it may use only
modules and functions that do not run, open, import or load what they are given. The rules guard
against what an instructor overlooks; an instructor's own code is trusted.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


MODULES = frozenset(
    {
        *("abc", "array", "base64", "binascii", "bisect", "calendar", "cmath", "collections"),
        *("contextlib", "copy", "csv", "dataclasses", "datetime", "decimal", "difflib", "enum"),
        *("fractions", "functools", "hashlib", "heapq", "itertools", "math", "numbers", "numpy"),
        *("operator", "pprint", "queue", "random", "statistics", "string", "struct", "textwrap"),
        *("time", "typing", "unicodedata", "unittest", "warnings"),
    }
)
"""Modules whose functions neither run nor open what they are given, but for `DENIED`.

SymPy is none of them: nearly all of its functions evaluate text that they are given.
"""

PACKAGES: dict[str, frozenset[str]] = {
    "pandas": words("testing api tseries"),
    "scipy": words(
        """
        cluster constants fft integrate interpolate linalg ndimage optimize signal sparse
        spatial special stats
        """
    ),
    "sklearn": words(
        """
        base cluster compose datasets decomposition discriminant_analysis dummy ensemble
        exceptions linear_model manifold metrics mixture model_selection naive_bayes
        neighbors neural_network pipeline preprocessing svm tree
        """
    ),
    "matplotlib": words(
        """
        axes axis cm collections colors container dates figure legend lines markers patches
        pyplot text ticker
        """
    ),
}
"""Packages of which only these modules may be imported; `DENIED` holds for them, too."""

PARTS: dict[str, frozenset[str]] = {
    "ast": frozenset(["literal_eval"]),
    "builtins": frozenset(["input", "print"]),
    "inspect": words(
        """
        Parameter Signature cleandoc getdoc getfullargspec getmembers isclass isfunction
        isgenerator isgeneratorfunction ismethod isroutine signature
        """
    ),
    "io": frozenset(["BytesIO", "StringIO"]),
    "json": frozenset(["JSONDecodeError", "dumps", "loads"]),
    "os": frozenset(["linesep", "path", "sep"]),
    "os.path": words("basename dirname isabs join normpath sep split splitext"),
    "pytest": frozenset(["approx", "raises", "warns"]),
    "re": words(
        """
        A ASCII DOTALL I IGNORECASE M MULTILINE Match Pattern S VERBOSE X compile escape
        findall finditer fullmatch match search split sub subn
        """
    ),
    "sys": words(
        """
        __stderr__ __stdout__ byteorder float_info getrecursionlimit getsizeof maxsize
        stderr stdout version version_info
        """
    ),
    "types": words("GeneratorType MappingProxyType NoneType SimpleNamespace"),
}
"""Modules of which only these parts may be used, and the module itself for nothing else."""

DENIED = frozenset(
    {
        *("eval", "exec", "compile", "open", "breakpoint", "globals", "locals", "vars"),
        *("getattr", "setattr", "delattr", "memoryview", "get_ipython", "help", "exit", "quit"),
        *("load", "loads", "loadtxt", "genfromtxt", "fromfile", "memmap", "fromregex", "ctypeslib"),
        *("save", "savez", "savez_compressed", "savetxt", "tofile", "dump", "f2py", "bmat"),
        *("subprocess", "system", "popen", "query", "DataSource", "distutils", "FileIO", "chdir"),
        *("measure", "runstring", "rundocs", "get_type_hints", "ForwardRef", "make_dataclass"),
        *("main", "TextTestRunner", "TestLoader", "defaultTestLoader", "loader"),
        *("attrgetter", "methodcaller", "file_digest", "pkgutil", "export_graphviz", "use"),
        # pandas
        *("to_clipboard", "to_csv", "to_excel", "to_feather", "to_gbq", "to_hdf", "to_html"),
        *("to_iceberg", "to_json", "to_latex", "to_markdown", "to_orc", "to_parquet", "to_pickle"),
        *("to_sql", "to_stata", "to_xml", "ExcelFile", "ExcelWriter", "HDFStore"),
        # SciPy, scikit-learn, Matplotlib
        *("loadmat", "savemat", "load_npz", "save_npz", "load_files", "load_svmlight_file"),
        *("load_svmlight_files", "dump_svmlight_file", "load_sample_image", "get_data_home"),
        *("clear_data_home", "savefig", "imread", "imsave", "thumbnail", "print_figure"),
        *("rc_file", "rc_context", "rc_params_from_file", "switch_backend", "set_loglevel"),
    }
)
"""Names and attributes that a test outside may not use; none that begins with two underscores."""

DENIED_BEGINNINGS = ("__", "read_", "fetch_", "_sys", "_os", "_io")
"""Beginnings of such names: pandas reads files and scikit-learn downloads them by functions."""

DENIED_PARTS = frozenset(
    {
        *("cbook", "compat", "core", "font_manager", "io", "lib", "modules", "os", "style", "sys"),
        "texmanager",
    }
)
"""Parts of modules that a test outside may not use; a variable may have such a name."""

DENIED_KEYWORDS = words("allow_pickle backend eval_str fname memory usetex")
"""Arguments by which functions evaluate, import or open what they are given."""

USUAL = words("__doc__ __init__ __name__ __qualname__")
"""Names with two underscores that a test outside may use."""

PATCHED = frozenset(["builtins.input", "builtins.print", "sys.stdout", "sys.stderr"])
"""What a test outside may replace by `unittest.mock.patch`."""


def restricted_modules(trees: Iterable[ast.AST | None]) -> dict[str, str]:
    """Return the names by which code imports the modules in `PARTS`."""
    found: dict[str, str] = {}
    for node in (node for tree in trees if tree for node in ast.walk(tree)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                found[alias.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return {name: module for name, module in found.items() if module in PARTS}


def reason_against(
    tree: ast.AST, modules: Mapping[str, str] | None = None, own: Iterable[str] = ()
) -> str:
    """Say why code may not run here, "" if it may.

    `modules` are the names by which the notebook imports modules of `PARTS`, `own` those of
    students' functions, which may be called `save`.
    """
    known = {**(modules or {}), **restricted_modules([tree])}
    own = {name for name in own if not hasattr(builtins, name) and name not in known}
    permitted = _permitted_nodes(tree, known)
    permitted |= {id(one) for one in ast.walk(tree) if isinstance(one, ast.Name) and one.id in own}
    for node in ast.walk(tree):
        for module in _modules(node):
            if not _may_import(module):
                return f"it imports {module}"
        if id(node) not in permitted:
            for name in _names(node, known):
                return f"it uses `{name}`"
    return ""


def _may_import(module: str) -> bool:
    """Whether a module may be imported; what of it is used is another question."""
    if module in PARTS or module == "course.checks":
        return True
    package, *parts = module.split(".")
    if package in PACKAGES:
        return not parts or (parts[0] in PACKAGES[package] and not any(map(_is_denied, parts)))
    denied = any(_is_denied(part) or part in DENIED_PARTS for part in parts)
    return package in MODULES and not denied


def _is_denied(name: str) -> bool:
    if name in USUAL:
        return False
    return name in DENIED or name == "patch" or name.startswith(DENIED_BEGINNINGS)


def _modules(node: ast.AST) -> Iterator[str]:
    """Name the modules that a statement imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield "." * node.level + (node.module or "")


def _names(node: ast.AST, modules: Mapping[str, str]) -> Iterator[str]:
    """Give every name that a node itself uses and may not."""
    if isinstance(node, ast.Name | ast.Attribute):
        name = node.id if isinstance(node, ast.Name) else node.attr
        of = _module_of(node.value, modules) if isinstance(node, ast.Attribute) else ""
        part = isinstance(node, ast.Attribute) and name in DENIED_PARTS
        if of or _module_of(node, modules) or part or _is_denied(name):
            yield f"{of}.{name}" if of else name
    elif isinstance(node, ast.ImportFrom):
        for name in (alias.name for alias in node.names):
            if node.module in PARTS:
                if name not in PARTS[node.module]:
                    yield f"{node.module}.{name}"
            elif _is_denied(name) or name in DENIED_PARTS or not _is_module_open(node, name):
                yield name
    elif isinstance(node, ast.keyword) and node.arg in DENIED_KEYWORDS:
        yield str(node.arg)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "usetex" in node.value:
        yield "usetex"


def _is_module_open(node: ast.ImportFrom, name: str) -> bool:
    """Whether what is imported of a package is none of its modules that may not be imported."""
    known = PACKAGES.get(node.module or "")
    return known is None or name in known or not name.islower() or node.module == "pandas"


def _module_of(node: ast.AST, modules: Mapping[str, str]) -> str:
    """Return the module of `PARTS` that an expression is, "" if it is none."""
    if isinstance(node, ast.Name):
        return modules.get(node.id, "") if isinstance(node.ctx, ast.Load) else ""
    if isinstance(node, ast.Attribute):
        whole = f"{_module_of(node.value, modules)}.{node.attr}"
        return whole if whole in PARTS else ""
    return ""


def _permitted_nodes(tree: ast.AST, modules: Mapping[str, str]) -> set[int]:
    """Return the ids of the nodes that use a part of a module, or `patch`, as a test may."""
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            module = _module_of(node.value, modules)
            if module and node.attr in PARTS[module]:
                found.add(id(node.value))
                if f"{module}.{node.attr}" not in PARTS:
                    found.add(id(node))
        elif isinstance(node, ast.Call) and _is_permitted_patch(node):
            found.add(id(node.func))
        elif isinstance(node, ast.ImportFrom) and _imports_patch(node):
            found.add(id(node))
    return found


def _imports_patch(node: ast.ImportFrom) -> bool:
    """Whether a statement imports `patch` under its own name, and nothing that is denied."""
    names = [alias.name for alias in node.names if alias.name != "patch" or alias.asname]
    return node.module == "unittest.mock" and not any(map(_is_denied, names))


def _is_permitted_patch(call: ast.Call) -> bool:
    """Whether a call is `patch("builtins.input", …)` or the like."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    target = call.args[0] if call.args else None
    return name == "patch" and isinstance(target, ast.Constant) and target.value in PATCHED


def names_loaded(tree: ast.AST) -> set[str]:
    """Return the names that code reads, also in functions that it defines."""
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in names if not isinstance(node.ctx, ast.Store)}
