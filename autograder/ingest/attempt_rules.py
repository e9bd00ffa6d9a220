"""What looks like an attempt on the grading, as data.

A rule names what an honest notebook of this course does not need. A match proves nothing: the
instructor reads the evidence and decides.
"""

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Rule:
    """One kind of attempt, and the names and texts that it is recognized by."""

    kind: str
    description: str
    names: tuple[str, ...] = ()
    """Dotted names, aliases of imports resolved; `a.*` is everything of `a` and `a` imported."""
    attributes: tuple[str, ...] = ()
    """Attributes of any object, as in `anything.ast_transformers`."""
    texts: re.Pattern[str] | None = None
    """Searched in the cell's text constants that are not docstrings."""
    lines: re.Pattern[str] | None = None
    """Searched in the lines of the cell, magics included."""

    def names_code(self, name: str, attribute: str) -> bool:
        """Whether the rule names a dotted name or its last attribute.

        `os.kill` matches that name alone, `os.exec*` every name that starts so, and `socket.*`
        everything of the module and its import, which `attempts` writes as `socket.`.
        """
        if attribute and attribute in self.attributes:
            return True
        return name in self.names or name.startswith(self._prefixes)

    @cached_property
    def _prefixes(self) -> tuple[str, ...]:
        return tuple(name[:-1] for name in self.names if name.endswith("*"))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _lines(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


RULES = (
    Rule(
        "transformer",
        "changes code before IPython runs it",
        names=_words("ast.NodeTransformer ast.NodeVisitor IPython.core.inputtransformer2.*"),
        attributes=_words(
            "ast_transformers input_transformers_post input_transformers_cleanup "
            "input_transformer_manager input_splitter"
        ),
    ),
    Rule(
        "ipython_patched",
        "reaches into the IPython shell or the kernel",
        names=_words(
            "IPython.core.interactiveshell.* ipykernel.* get_ipython().kernel "
            "IPython.get_ipython().kernel"
        ),
        attributes=_words(
            "run_cell run_cell_async run_code run_ast_nodes set_custom_exc showtraceback user_ns "
            "user_global_ns user_module shell_handlers iopub_socket do_execute"
        ),
    ),
    Rule(
        "hook",
        "installs a hook of the interpreter",
        names=_words(
            "sys.displayhook sys.excepthook sys.unraisablehook sys.settrace sys.setprofile "
            "sys.addaudithook sys.meta_path sys.path_hooks sys.monitoring.* threading.settrace "
            "threading.setprofile atexit.* weakref.finalize signal.* faulthandler.*"
        ),
        attributes=_words("displayhook"),
    ),
    Rule(
        "builtins_patched",
        "reaches into Python's builtins",
        names=_words("builtins.* __builtins__"),
        attributes=_words("__builtins__ __build_class__"),
    ),
    Rule(
        "introspection",
        "looks into frames, the garbage collector or the inside of objects",
        names=_words("inspect.* gc.* sys._getframe sys._current_frames traceback.walk_stack"),
        attributes=_words(
            "f_back f_globals f_locals f_code tb_frame gi_frame __globals__ __closure__ __code__ "
            "__subclasses__ __mro__ __bases__"
        ),
    ),
    Rule(
        "native_code",
        "calls native code or reads raw memory",
        names=_words("ctypes.* cffi.* mmap.* tensorflow.load_op_library numpy.ctypeslib.*"),
    ),
    Rule(
        "process",
        "starts, ends or controls processes",
        names=_words(
            "subprocess.* multiprocessing.* pty.* resource.* psutil.* os.system os.popen os._exit "
            "os.abort os.kill os.killpg os.fork os.forkpty os.exec* os.spawn* os.posix_spawn* "
            "os.setsid os.getppid sys.exit exit quit asyncio.create_subprocess_*"
        ),
        lines=_lines(
            r"^[ \t]*%%?(sx|system|bash|sh|script|perl|ruby|cmd)\b.*|^[ \t]*!.*|=[ \t]*!\w.*"
        ),
    ),
    Rule(
        "network",
        "opens a connection",
        names=_words(
            "socket.* socketserver.* urllib.request.* http.client.* http.server.* requests.* "
            "httpx.* aiohttp.* ftplib.* smtplib.* zmq.* ssl.* jupyter_client.* websockets.* "
            "telnetlib.* xmlrpc.*"
        ),
    ),
    Rule(
        "threads",
        "runs something beside the cells",
        names=_words(
            "threading.* _thread.* concurrent.futures.* asyncio.create_task asyncio.ensure_future "
            "asyncio.get_event_loop sched.*"
        ),
    ),
    Rule(
        "reads_outside",
        "names files that no exercise needs",
        names=_words("glob.glob os.walk os.listdir os.scandir pathlib.Path.home"),
        attributes=_words("expanduser rglob iterdir"),
        texts=re.compile(
            r"^/[\w.-]+/|^/(proc|sys|dev|etc|root|home|tmp|var|run|srv)$|^~(/|$)|(^|/)\.\.(/|$)"
            r"|gradebook|\.db$|\bsolutions/|^solutions$|\bautograded\b|\bsubmitted/|\.ipython"
            r"|\.jupyter|\.ssh|\.ipynb|^file:"
        ),
        lines=_lines(r"^[ \t]*%(run|load|cd|cat|less|more|ls|lsmagic|store|pycat)\b.*"),
    ),
    Rule(
        "grader_named",
        "names the grader, its files or its settings",
        names=_words("autograder.* nbgrader.* solutions.* convpool_agent.*"),
        texts=re.compile(
            r"nbgrader|autograder|convpool|course[./]checks|CANARY|HIDDEN TESTS", re.I
        ),
    ),
    Rule(
        "writes_files",
        "writes a file",
        names=_words("os.rename os.replace os.remove os.unlink os.symlink os.link"),
        attributes=_words("write_text write_bytes symlink_to hardlink_to"),
        lines=_lines(r"^[ \t]*%%(writefile|file)\b.*|^[ \t]*%(save|alias_magic|install_ext)\b.*"),
    ),
    Rule(
        "shadowed_module",
        "replaces a module that tests import",
        names=_words("sys.modules sys.path site.* types.ModuleType importlib.*"),
        texts=re.compile(
            r"(^|/)(numpy|tensorflow|keras|scipy|matplotlib|course|sitecustomize|usercustomize"
            r"|__init__)\.(py|pth|so)$|PYTHONPATH|PYTHONSTARTUP"
        ),
        lines=_lines(r"^[ \t]*%(load_ext|reload_ext|autoreload)\b.*"),
    ),
    Rule(
        "pickle",
        "writes or reads pickles",
        names=_words(
            "pickle.* cPickle.* _pickle.* marshal.* shelve.* dill.* cloudpickle.* joblib.* "
            "copyreg.*"
        ),
        attributes=_words("__reduce__ __reduce_ex__"),
    ),
    Rule(
        "obfuscated",
        "runs code that is in no cell, or hides names",
        names=_words(
            "exec eval compile __import__ globals vars base64.* codecs.* zlib.* binascii.* bz2.* "
            "lzma.* code.* codeop.* runpy.*"
        ),
        attributes=_words("__dict__ __getattribute__ __import__"),
    ),
)

STRUCTURES = {
    "always_equal": "a class defines its own comparisons",
    "module_patched": "sets an attribute of an imported module",
    "name_shadowed": "gives a builtin that tests rely on another meaning",
    "writes_files": "opens a file for writing",
    "pickle": "loads arrays with pickles",
    "obfuscated": "hides a name from the reader",
    "answers_taken": "takes an answer from the modules of the course that grading hides",
    "unreadable": "code too long or too nested to be scanned",
}
"""Kinds that `scan` recognizes by the form of the code rather than by a name."""

RESTORED = {
    "test_edited": "a test cell had another text; the source's was used",
    "test_from_earlier_release": "a test cell was of another release; the source's was used",
    "test_deleted": "a test cell was missing; the source's was put back",
    "test_duplicated": "a test cell was handed in more than once",
    "test_moved": "a test cell stood in another place",
    "test_retyped": "a test cell had another type",
    "test_reflagged": "a test cell had other settings, such as points",
    "locked_edited": "a locked cell had another text; the source's was used",
    "locked_from_earlier_release": "a locked cell was of another release; the source's was used",
    "locked_deleted": "a locked cell was missing; the source's was put back",
    "locked_duplicated": "a locked cell was handed in more than once",
    "locked_moved": "a locked cell stood in another place",
    "locked_retyped": "a locked cell had another type",
    "locked_reflagged": "a locked cell had other settings",
    "gap_deleted": "a gap's cell was missing",
    "gap_duplicated": "a gap's cell was handed in more than once; all copies were run in order",
    "gap_retyped": "a gap's cell was no code cell; its text was run as code",
    "gap_reflagged": "a gap's cell had other settings",
    "gap_found_by_name": "a gap's cell was found only by the name that it defines",
    "not_read": "parts of the file that are no code were not read",
    "marks_lost": "nbgrader's marks were gone; cells were found by id, text or name",
}
"""Kinds that the rebuild flags: cells of the source that were not handed in as released."""

KINDS = {rule.kind: rule.description for rule in RULES} | RESTORED
KINDS |= {kind: text for kind, text in STRUCTURES.items() if kind not in KINDS}
"""Every kind of flag and its one-line description."""
