"""Attacks on the ordinary course of `attacked_course`: answers that solve nothing and want points.

Every attack replaces answers by lies, puts a cell before them, and may put one at the end.
"""

from dataclasses import dataclass, field
from pathlib import Path

from support.attacked_course import ANSWERS, MARK, OUTSIDE, write


@dataclass(frozen=True)
class OrdinaryAttack:
    """One hostile submission."""

    before: str = ""
    """A cell before the answers."""
    lies: dict[str, str] = field(default_factory=dict)
    """Other answers, by their ids."""
    after: str = ""
    """A cell at the end."""
    earns: frozenset[str] = frozenset()
    """The tests that it solves after all, if there is time left."""
    every: str = ""
    """The body of every function, with the arguments `args`; `lies` come first."""

    def answers(self) -> dict[str, str]:
        """Return all answers of the submission."""
        if not self.every:
            return ANSWERS | self.lies
        made = {}
        for name in ANSWERS:
            function = "Account" if name == "account" else name
            made[name] = f"def {function}(*args):\n    {self.every}"
        return made | self.lies

    def write(self, path: Path) -> None:
        """Write the notebook that is handed in."""
        write(path, self.answers(), self.before, self.after)


def solving(*names: str) -> frozenset[str]:
    """Name the tests that an attack solves."""
    return frozenset(names)


OTHERS = frozenset(OUTSIDE)
YES = """\
class Yes:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    __hash__ = None
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __contains__ = __lt__
    def __sub__(self, other): return 0.0
    __rsub__ = __add__ = __radd__ = __mul__ = __rmul__ = __sub__
    def __abs__(self): return 0.0
    __float__ = __abs__
    def __bool__(self): return True
    def __len__(self): return 2
    def __iter__(self): return iter([Yes(), Yes()])
    def __getitem__(self, key): return Yes()
    def __call__(self, *args): return Yes()
    def __getattr__(self, name): return Yes()
    def __enter__(self): return self
    def __exit__(self, *error): return True
"""
ATTACKS = {
    "equal-to-everything": OrdinaryAttack(before=YES, every="return Yes()"),
    "names-that-say-yes": OrdinaryAttack(
        before=YES,
        lies={name: f"{'Account' if name == 'account' else name} = Yes()" for name in ANSWERS},
    ),
    "kinds-that-say-yes": OrdinaryAttack(
        before="def lying(kind):\n"
        "    yes = lambda *args: True\n"
        "    names = ['__eq__', '__lt__', '__gt__', '__contains__', '__bool__']\n"
        "    body = dict.fromkeys(names, yes)\n"
        "    body |= {'__ne__': lambda *args: False, '__hash__': None, '__abs__': lambda s: 0.0}\n"
        "    body |= dict.fromkeys(['__sub__', '__rsub__'], lambda *args: 0.0)\n"
        "    body['__class__'] = property(lambda self: kind)\n"
        "    return type(kind.__name__, (kind,), body)\n",
        lies={
            "double": "def double(xs):\n    return np.zeros(xs.shape).view(lying(np.ndarray))",
            "biggest": "def biggest(n):\n    return lying(int)(0)",
            "valid": "def valid(word):\n    return lying(int)(0)",
            "root": "def root(x):\n    return lying(float)(0)",
            "means": "def means(frame):\n    return lying(pd.DataFrame)({'v': [0.0, 0.0]})",
            "greet": "def greet():\n    print(lying(str)('Hello'))",
            "account": "def Account(*args):\n    return lying(int)(0)",
            "twice": "def twice(f, x):\n    return lying(int)(0)",
            "squares": "def squares(n):\n    return lying(list)()",
            "refuse": "def refuse(x):\n    return lying(int)(0)",
            "total": "def total(n):\n    return lying(int)(0)",
            "count": "def count(text):\n    return lying(dict)()",
            "shout": "def shout(text):\n    return lying(str)()",
            "power": "def power(n):\n    return lambda x: lying(int)(0)",
        },
    ),
    "nothing-to-compare": OrdinaryAttack(
        before="import decimal\nnan = float('nan')",
        lies={
            "double": "def double(xs):\n    return np.ma.masked_all(xs.shape)",
            "biggest": "def biggest(n):\n    return np.ma.masked",
            "valid": "def valid(word):\n    return np.ma.masked",
            "root": "def root(x):\n    return nan",
            "means": "def means(frame):\n    return frame.groupby('g').mean() * nan",
            "greet": "def greet():\n    print()",
            "account": "class Account:\n    def __init__(self, *args):\n"
            "        self.balance = np.ma.masked\n    def deposit(self, n):\n        return nan",
            "twice": "def twice(f, x):\n    f(f(x))\n    return pd.NA",
            "squares": "def squares(n):\n    return np.ma.masked_all(n)",
            "refuse": "def refuse(x):\n    return np.ma.masked",
            "total": "def total(n):\n    return nan",
            "count": "def count(text):\n    return pd.NA",
            "shout": "def shout(text):\n    return np.ma.masked",
            "power": "def power(n):\n    return lambda x: np.ma.masked",
        },
    ),
    "moves-the-goalposts": OrdinaryAttack(
        lies={
            "double": "def double(xs):\n    xs[...] = 0\n    return xs",
            "biggest": "def biggest(n):\n    n.clear()\n    return 0",
            "means": "def means(frame):\n    frame['v'] = 0.0\n"
            "    return frame.groupby('g').mean()",
            "total": "def total(n):\n    n.clear()\n    return 0",
            "count": "def count(text):\n    return {}",
        },
        earns=OTHERS
        - solving(
            *(
                "doubled",
                "whole-grid",
                "close",
                "compared-later",
                "largest",
                "frame",
                "column",
                "added",
                "added-up",
            ),
            *("mapped", "by-helper", "letters", "part-mark", "faults", "all-hidden"),
        ),
    ),
    "changes-it-later": OrdinaryAttack(
        before="held = []",
        lies={
            "double": "def double(xs):\n    held.append(xs)\n    return np.zeros(xs.shape)",
            "biggest": "def biggest(n):\n    for one in held:\n        one[...] = 0\n"
            "    return max(n)",
        },
        earns=OTHERS - solving("doubled", "whole-grid", "close", "compared-later"),
    ),
    "shadows-what-checks": OrdinaryAttack(
        before="import builtins, sys\n"
        "def assert_same(got, wanted): pass\n"
        "numbers = grid = cases = []\nlimit = -1\n"
        "class Any:\n    def __getattr__(self, name): return lambda *a, **k: Any()\n"
        "for tools in (np.testing, pd.testing, unittest.TestCase):\n"
        "    for name in dir(tools):\n"
        "        if name.startswith('assert'):\n"
        "            setattr(tools, name, lambda *a, **k: Any())\n"
        "np.allclose = np.all = np.isclose = lambda *a, **k: True\n"
        "np.ndarray = list\n"
        "patch = unittest = functools = Any()\n"
        "sys.modules['unittest'] = sys.modules['numpy.testing'] = Any()\n"
        "builtins.sorted = lambda *a, **k: ['a', 'b']\n"
        "builtins.abs = lambda x: 0\nbuiltins.sum = lambda *a: 2\n"
        "builtins.AssertionError = Warning\nbuiltins.isinstance = lambda *a: True",
        every="return None",
    ),
    "forges-replies": OrdinaryAttack(
        before="import convpool_agent.serving as serving, convpool_agent.objects as objects\n"
        "right = dict(serving.ANSWERS)\n"
        "count_of = [0]\n"
        "def forged(request):\n"
        "    count_of[0] += 1\n"
        "    kinds = ['undefined', 'stopped', 'value', 'function', 'results', 'callback', 'ok']\n"
        "    return {'kind': kinds[count_of[0] % 7], 'value': True, 'result': True,\n"
        "            'results': [True], 'callback': count_of[0] % 3, 'args': [], 'kwargs': {},\n"
        "            'score': 2, 'status': 'correct', 'printed': 'Hello Ada!\\n'}\n"
        "for kind in serving.ANSWERS:\n    serving.ANSWERS[kind] = forged",
        every="return True",
    ),
    "holds-on-to-functions": OrdinaryAttack(
        before="held = []\n"
        "import threading, time\n"
        "def later():\n"
        "    while True:\n"
        "        time.sleep(0.01)\n"
        "        for f in list(held):\n"
        "            try:\n                f(0)\n"
        "            except BaseException:\n                pass\n",
        lies={
            "twice": "def twice(f, x):\n    held.append(f)\n"
            "    threading.Thread(target=later, daemon=True).start()\n"
            "    for _ in range(3000):\n        f(x)\n    return f(f(x))",
            "greet": "def greet():\n    held.append(input)\n    return input",
            "biggest": "def biggest(n):\n    return held[0]",
            "valid": "def valid(word):\n    return held[-1]",
            "account": "def Account(*args):\n    return held[0]",
            "shout": "def shout(text):\n    return held[0](text)",
            "total": "def total(n):\n    return held[0]",
            "power": "def power(n):\n    return held[0]",
            "root": "root = lambda x: held[0](x)",
        },
        earns=solving(
            *("whole-grid", "close", "frame", "column", "generated", "in-turn"),
            *("raises", "any-error", "letters"),
        ),
    ),
    "calls-itself-and-tests": OrdinaryAttack(
        lies={
            "twice": "def twice(f, x):\n    return twice(lambda y: twice(f, y), x)",
            "total": "def total(n):\n    return total(n)",
            "squares": "def squares(n):\n    while True:\n        yield 0",
        },
        earns=OTHERS
        - solving(
            *("callback", "added", "added-up", "mapped", "by-helper", "faults"),
            *("generated", "in-turn"),
        ),
    ),
    "differs-the-second-time": OrdinaryAttack(
        before="calls = {}\n"
        "def first(name):\n    calls[name] = calls.get(name, 0) + 1\n    return calls[name] == 1",
        lies={
            "double": "def double(xs):\n    return 2 * xs if first('double') else xs",
            "biggest": "def biggest(n):\n    return 5",
            "shout": "def shout(text):\n    return 'HI!' if first('shout') else text",
            "twice": "def twice(f, x):\n    return f(f(x)) if first('twice') else x",
            "account": "class Account:\n    balance = 7\n    def __init__(self, *args): pass\n"
            "    def deposit(self, n): return 7",
        },
        earns=OTHERS
        - solving(
            *(
                "doubled",
                "whole-grid",
                "close",
                "compared-later",
                "largest",
                "by-helper",
                "shouted",
                "callback",
            ),
            *("instance", "all-hidden"),  # one of four cases of the part mark is right
        ),
    ),
    "endless": OrdinaryAttack(
        before="import itertools, time",
        lies={
            "double": "def double(xs):\n    return np.zeros(10 ** 9, dtype='i1')",
            "biggest": "def biggest(n):\n    return itertools.count()",
            "valid": "def valid(word):\n    return 'x' * 10 ** 8",
            "root": "def root(x):\n    return 10 ** 20000",
            "squares": "def squares(n):\n    return itertools.repeat(0)",
            "refuse": "def refuse(x):\n    while True:\n        pass",
            "count": "def count(text):\n    made = {}\n    made['s'] = made\n    return made",
            "shout": "def shout(text):\n    made = []\n    for _ in range(5000):\n"
            "        made = [made]\n    return made",
            "total": "def total(n):\n    return range(10 ** 12)",
        },
        earns=solving("frame", "column", "greeting", "returned"),
    ),
    "quotes-in-errors": OrdinaryAttack(
        before="seen = []\n"
        "def quote(*args):\n"
        "    seen.append(repr(args))\n"
        "    name = ''.join(c for c in repr(args) if c.isalpha()) or 'Quoted'\n"
        "    kinds = [KeyError, NameError, TypeError, AssertionError, Exception]\n"
        "    kind = type(name, (kinds[len(seen) % 5],), {})\n"
        "    raise (kind if len(seen) % 2 else kinds[len(seen) % 5])(' '.join(map(repr, args)))",
        lies={
            "shout": "def shout(text):\n    return 'HI!' if text == 'hi' else quote(text)",
            "biggest": "def biggest(n):\n    return max(n) if len(n) < 3 else quote(n)",
            "double": "def double(xs):\n    return 2 * xs if len(xs) and xs[0] != 3 else quote(xs)",
        },
        after="print(seen)\nraise KeyError(*seen)",
        earns=OTHERS
        - solving(
            "shouted", "doubled", "largest", "instance", "callback", "all-hidden", "part-mark"
        ),
    ),
    "looks-around": OrdinaryAttack(
        before="import gc, glob, inspect, os, sys\n"
        "found = []\n"
        "def look(*args):\n"
        "    found.append(repr(args))\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        found.append(repr(frame.f_locals)[:20000])\n"
        "        try:\n            found.append(inspect.getsource(frame))\n"
        "        except Exception:\n            pass\n"
        "        frame = frame.f_back\n"
        "    found.extend(repr(one)[:500] for one in gc.get_objects() if type(one) is str)\n"
        "    for path in glob.glob('/proc/*/cmdline') + glob.glob('/proc/*/environ')"
        " + glob.glob('/run/convpool/*') + glob.glob('./**', recursive=True):\n"
        "        try:\n            found.append(open(path, errors='replace').read(20000))\n"
        "        except OSError:\n            pass\n"
        "    return found\n",
        lies={
            name: f"def {name}(*args):\n    look(*args)\n    print(found[-3:])\n    return found"
            for name in ANSWERS
            if name != "account"
        },
        after="look()\nhidden = [one for one in found if 'xylo' + 'graph' in one]\n"
        "print(hidden)\nprint('SECRETS', [one[-300:] for one in found[:40]])",
    ),
    "writes-everywhere": OrdinaryAttack(
        before="import glob, os, pathlib\n"
        "def attempt(path):\n"
        "    try:\n"
        "        pathlib.Path(path).write_text('" + MARK + "')\n"
        "    except OSError:\n        pass\n"
        "for path in ['../gradebook.db', '/gradebook.db', '../../gradebook.db', '../grades.csv',\n"
        "             '../../submitted/ada/one/a.ipynb', '../../ada/one/a.ipynb',\n"
        "             '../../../autograded/ada/one/a.ipynb', '../../source/one/a.ipynb',\n"
        "             '/tmp/" + MARK + "', '/var/tmp/" + MARK + "', '/dev/shm/" + MARK + "',\n"
        "             os.path.expanduser('~/" + MARK + "'), 'beside.csv', 'ROOT/gradebook.db',\n"
        "             'ROOT/submitted/ada/one/a.ipynb', 'ROOT/source/one/a.ipynb',\n"
        "             'ROOT/" + MARK + "', 'ROOT/.secret']:\n"
        "    attempt(path)\n"
        "found = []\n"
        "for path in ['ROOT/gradebook.db', 'ROOT/submitted/ada/one/a.ipynb',\n"
        "             'ROOT/source/one/a.ipynb', 'ROOT/.secret']:\n"
        "    try:\n        found.append(open(path, 'rb').read(100))\n"
        "    except OSError:\n        pass\n"
        "print('READ', found)\n",
        every="attempt('gradebook.db')\n    return attempt(str(args)[:20])",
    ),
    "ends-the-process": OrdinaryAttack(
        before="import atexit, os, signal, threading\n"
        "atexit.register(lambda: os.system('sleep 300 &'))\n",
        lies={
            "double": "def double(xs):\n    os._exit(0)",
            "biggest": "def biggest(n):\n    exit()",
            "valid": "def valid(word):\n    raise SystemExit(0)",
            "root": "def root(x):\n    raise KeyboardInterrupt",
            "refuse": "def refuse(x):\n    os.kill(os.getpid(), signal.SIGKILL)",
            "total": "def total(n):\n    raise GeneratorExit",
            "shout": "def shout(text):\n    os.kill(0, signal.SIGTERM)",
        },
    ),
    "stops-what-goes-on": OrdinaryAttack(every="raise StopIteration"),
    "takes-all-memory": OrdinaryAttack(
        every="return [bytearray(10 ** 9) for _ in range(1000)]",
    ),
    "no-number-for-a-part-mark": OrdinaryAttack(
        lies={
            "biggest": "def biggest(n):\n    return np.zeros(2)",
            "total": "def total(n):\n    return np.full(2, -1e9)",
        },
        earns=OTHERS
        - solving(
            *("largest", "by-helper", "part-mark", "faults", "all-hidden", "added", "added-up"),
            "mapped",
        ),
    ),
    "too-few-faults": OrdinaryAttack(
        lies={
            "biggest": "def biggest(n):\n    return np.int64(-7)",
            "total": "def total(n):\n    return 1e9",
        },
        earns=OTHERS
        - solving(
            *("largest", "by-helper", "part-mark", "faults", "all-hidden", "added", "added-up"),
            "mapped",
        ),
    ),
    "no-fault-is-a-number": OrdinaryAttack(
        lies={"total": "def total(n):\n    return float('nan')"},
        earns=OTHERS - solving("by-helper", "faults", "added", "added-up", "mapped"),
    ),
    "strips-asserts": OrdinaryAttack(
        before="import ast\n"
        "class Strip(ast.NodeTransformer):\n"
        "    def visit_Assert(self, node):\n"
        "        return ast.copy_location(ast.Pass(), node)\n"
        "get_ipython().ast_transformers.append(Strip())\n"
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['2.0\\n'])",
        every="return None",
    ),
}
"""By their names; the students hand in under these."""
