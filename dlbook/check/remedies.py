"""What to do about an error, where its words show that: one question or remark for each kind.

Patterns take time linear in the text, since a stranger may have written it.
"""

from dlbook.i18n import N_

_WIDE = r"(?:FF[0-6E]|30[0-3]|201|202)[0-9A-F]"  # code points of marks typed in Chinese
REMEDIES = (  # pattern of an error, and what to do
    (
        r"NoneType",
        N_(
            "Something is None: is a `return` missing? What prints, or works in place, such as "
            "shuffle, sort and append, gives None too."
        ),
    ),
    (r"StdinNotImplemented", N_("Nobody is there to answer input(): use the arguments.")),
    (r"CUDA|NVIDIA", N_("There is no GPU here: leave `.cuda()` and `device=` out.")),
    (
        r"ModuleNotFoundError",
        N_("Graded, a notebook runs without other files, and without some packages."),
    ),
    # ---- what Python cannot read ----
    (
        rf"invalid (?:non-printable )?character (?:'.{{1,3}}' \()?U\+{_WIDE}",
        N_("Python reads English marks: switch the keyboard to English and type that mark anew."),
    ),
    (
        r"' was never closed|unmatched '[])}]'|does not match opening parenthesis",
        N_("Each opening bracket needs a closing one of its kind: which one has none?"),
    ),
    (
        r"Error: incomplete input",  # what IPython says of brackets, texts and bodies
        N_(
            "Something is begun and not ended: which bracket or quotation mark has no partner, or "
            "which `def` no lines below it?"
        ),
    ),
    (
        r"unterminated .{0,20}string literal",
        N_(
            "A text ends with the quotation mark that it begins with: is it there, and is it an "
            "English one?"
        ),
    ),
    (
        r"IndentationError|TabError|'return' outside function",
        N_(
            "Lines that belong together begin equally far to the right, those inside `def`, `for` "
            "or `if` four spaces further: which line does not?"
        ),
    ),
    (
        r"SyntaxError: expected ':'",
        N_("A line with `def`, `for`, `while`, `if` or `else` ends with a colon: is it there?"),
    ),
    (
        r"invalid (?:decimal|hexadecimal|imaginary) literal",
        N_("A name begins with a letter, and a product needs its *, as in 2 * x."),
    ),
    (
        r"Maybe you meant '==' or ':=' instead of '='|cannot assign to .{1,60} here",
        N_("Two values are compared with ==, and a single = gives a value to a name on its left."),
    ),
    (
        r"SyntaxError: invalid syntax(?: \(.{0,80}\))?$",
        N_(
            "Python's ^ marks where it could not read on: is a mark missing there or on the line "
            "before, or is a word of Python such as lambda used as a name?"
        ),
    ),
    # ---- names and calls ----
    (
        r"name '.{1,80}' is not defined",
        N_(
            "Which cell defines this name: was it run since the kernel started, and is the name "
            "spelt the same there?"
        ),
    ),
    (
        r"UnboundLocalError",
        N_(
            "The function reads a name before giving it a value: what should it be at first, "
            "before any loop, and does each `if` give it one?"
        ),
    ),
    (
        r"missing \d{1,3} required (?:positional|keyword-only) argument"
        r"|takes (?:from \d{1,3} to )?\d{1,3} positional arguments? but \d",
        N_(
            "Compare the call with the line that begins with `def`: does each name in its brackets "
            "get one value? (Python itself passes `self`.)"
        ),
    ),
    (
        r"object is not callable",
        N_(
            "Round brackets behind a name call it, and this is no function: are they meant as "
            "[square] ones, is a * missing, or has the name of a function been given to a value?"
        ),
    ),
    (
        r"RecursionError",
        N_("The function calls itself without an end: is it meant to, and in which case not?"),
    ),
    (
        r"'list' object has no attribute|'tuple' object has no attribute",
        N_(
            "A list or tuple is no array and lacks its methods: np.array(...) makes an array of it."
        ),
    ),
    (
        r"'numpy\.ndarray' object has no attribute",
        N_("An array has no such method: is it spelt right, or is it one of lists or of np?"),
    ),
    (
        r"module 'numpy' has no attribute",
        N_(
            "NumPy has no function of this name: is it spelt right, and what is the name of the "
            "one that does this?"
        ),
    ),
    # ---- values of the wrong kind ----
    (
        r"values to unpack|cannot unpack non-iterable",
        N_(
            "Names side by side take as many values: what stands on the right, or what does the "
            "function return? Two lists are gone through together with zip, a dict with .items()."
        ),
    ),
    (
        r"'(?:int|float|bool|numpy\.\w{1,20})' object is not (?:iterable|subscriptable)"
        r"|object of type '(?:int|float|numpy\.\w{1,20})' has no len",
        N_(
            "This is a single number and is used as if it were several: is range(...) missing, or "
            "has the array fewer axes than you think?"
        ),
    ),
    (
        r"IndexError: (?:list|tuple|string) index out of range",
        N_(
            "There are fewer values than this index needs: the first is number 0, so the last of n "
            "is number n - 1."
        ),
    ),
    (
        r"list indices must be integers or slices, not tuple",
        N_(
            "A list takes one index at a time, as in rows[i][j]; an array takes rows[i, j] as well."
        ),
    ),
    (
        r"slice indices must be integers|object cannot be interpreted as an integer",
        N_("A whole number is needed here, and / always gives a float: int(...) or // makes one."),
    ),
    (
        r"Cannot interpret '.{1,20}' as a data type",
        N_("Several sizes are one argument, a tuple: np.zeros((2, 3)) with two pairs of brackets."),
    ),
    (
        r"ufunc 'bitwise_xor'|unsupported operand type\(s\) for \^",
        N_("A power is written with **, as in x ** 2, and ^ means something else in Python."),
    ),
    (
        r"unsupported operand type\(s\)|can't multiply sequence by non-int"
        r"|can only concatenate",
        N_(
            "These two kinds of values do not go together in this way: is one of them a list, a "
            "tuple, a text or a function where an array or a number is meant?"
        ),
    ),
    (
        r"KeyError",
        N_("The dict has no such entry: is it spelt the same there, and does something put it in?"),
    ),
    (
        r"^NotImplementedError",
        N_("A line that raises this error marks where your code belongs: write it in its place."),
    ),
)
