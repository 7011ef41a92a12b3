"""Numbers from formulas as the lessons write them: a small reader of LaTeX, and of its plain form.

Arrays with two axes multiply as matrices, all others entry by entry. A name with indices, as in
A1_{ij}, takes them from the environment; a sum runs its index over `sizes`.
"""

import re

import numpy as np

LAYOUT = re.compile(r"\\[;,!]|\\[bB]igg?[lr]?(?![a-z])|\\displaystyle|\\quad")
PLAIN = {r"ᵀ|\^T": r"^\top ", r"φ|\bphi\b": r"\varphi", r"\bsigma\b": r"\sigma", r"\*": r"\odot "}
TOKEN = re.compile(
    r"""\s*(?:(?P<slope>\\frac\{dL\}\{dw\}|dL/dw)
    |(?P<named>\\mathtt\{(?P<tt>\w+)\}|d?[zwWAZ](?:_(?:\{[12],(?P<index>\w)\}|[12])|[12]))
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<command>\\text\{\w+\}|\\[a-zA-Z]+)(?P<primes>'*)
    |(?P<letter>[a-zA-Z])(?P<letter_primes>'*)
    |(?P<sign>[-+=/^_(){}|,\[\]]))""",
    re.VERBOSE,
)
CLOSING = {"(": ")", "[": "]", "{": "}"}


def strip_boxes(text):
    """Return LaTeX without boxes and spaces of layout."""
    while (start := text.find(r"\boxed{")) >= 0:
        at, depth = start + 7, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        text = text[:start] + text[start + 7 : at - 1] + text[at:]
    return LAYOUT.sub(" ", text).strip()


def sides(text):
    """Return what stands between the signs = and <- of a formula."""
    found, depth = [""], 0
    for part in re.split(r"([{}=]|\\leftarrow)", strip_boxes(text)):
        depth += {"{": 1, "}": -1}.get(part, 0)
        if part in ("=", r"\leftarrow") and not depth:
            found.append("")
        else:
            found[-1] += part
    return [side.strip() for side in found]


def tokens(text):
    """Return (kind, value, index or None) of each token."""
    if "\\" not in text:
        for plain, latex in PLAIN.items():
            text = re.sub(plain, lambda _, latex=latex: latex, text)
    text = re.sub(r"\\[td]?frac\s*(\d)([a-z\d])", r"\\frac{\1}{\2}", strip_boxes(text)).strip()
    found, at = [], 0
    while at < len(text):
        m = TOKEN.match(text, at)
        if not m:
            raise ValueError(f"cannot read {text[at:]!r}")
        at = m.end()
        if m["slope"]:
            found.append(("name", "slope", None))
        elif m["named"]:
            name = m["tt"] or re.match(r"(d?[zwWAZ])[_{]*(\d)", m["named"]).expand(r"\1\2")
            found.append(("name", name.replace("w2", "W2"), m["index"]))
        elif m["number"]:
            found.append(("number", float(m["number"]), None))
        elif m["command"]:
            found.append(("name", m["command"].replace("tfrac", "frac") + m["primes"], None))
        elif m["letter"]:
            found.append(("name", m["letter"] + m["letter_primes"], None))
        else:
            found.append(("sign", m["sign"], None))
    return found


class Reader:
    """Evaluates tokens from left to right: sums of products of powers."""

    def __init__(self, text, env, sizes):
        self.tokens, self.at, self.env, self.sizes = tokens(text), 0, dict(env), sizes

    def peek(self, *values):
        return self.at < len(self.tokens) and self.tokens[self.at][1] in values

    def take(self, value=None):
        token = self.tokens[self.at]
        if value is not None and token[1] != value:
            raise ValueError(f"expected {value}, found {token[1]} in {self.tokens}")
        self.at += 1
        return token

    def sum(self):
        total = -self.product() if self.peek("-") and self.take() else self.product()
        while self.peek("+", "-"):
            sign = 1 if self.take()[1] == "+" else -1
            total = total + sign * (0 if self.peek(r"\dots") and self.take() else self.product())
        return total

    def product(self):
        value = self.run()
        while self.peek(r"\cdot", r"\odot", "/"):
            sign = self.take()[1]
            other = self.run()
            value = value / other if sign == "/" else value * other
        return value

    def run(self):
        """Factors side by side; they bind closer than the sign /."""
        value = self.power()
        while self.at < len(self.tokens) and not self.peek(
            "+", "-", "/", ")", "]", "}", ",", "|", r"\cdot", r"\odot"
        ):
            other = self.power()
            matrices = np.ndim(value) == np.ndim(other) == 2
            value = value @ other if matrices else value * other
        return value

    def power(self):
        value = self.atom()
        while self.peek("^", "_"):
            if self.take()[1] == "_":
                value = self.entry(value, self.letters())
            elif self.peek(r"\top"):
                self.take()
                value = value.T
            else:
                value = value ** (self.group() if self.peek("{") else self.atom())
        return value

    def letters(self):
        if not self.peek("{"):
            return self.take()[1]
        self.take()
        found = ""
        while not self.peek("}"):
            found += self.take()[1]
        self.take("}")
        return found

    def entry(self, array, indices):
        at = tuple(self.env[index] for index in indices)
        return np.ravel(array)[at[0]] if len(at) == 1 else array[at]

    def group(self):
        opening = self.take()[1]
        value = self.sum()
        self.take(CLOSING[opening])
        return value

    def atom(self):
        kind, value, index = self.take()
        if kind == "number":
            return value
        if kind == "sign":
            return self.between(value)
        if value == r"\frac":
            return self.group() / self.group()
        if value == r"\sum":
            return self.total()
        if value == r"\max":
            self.take("(")
            one = self.sum()
            self.take(",")
            other = self.sum()
            self.take(")")
            return np.maximum(one, other)
        found = self.env[value]
        if callable(found):
            return found(self.group() if self.peek("(") else self.power())
        return found if index is None else self.entry(found, index)

    def between(self, sign):
        if sign == "|":
            value = self.sum()
            self.take("|")
            return np.abs(value)
        self.at -= 1
        return self.group()

    def total(self):
        self.take("_")
        index = self.index_of_sum()
        start, total = self.at, 0
        for number in range(self.sizes[index]):
            self.at, self.env[index] = start, number
            total = total + self.product()
        return total

    def index_of_sum(self):
        """Read the index below a sum and pass over its bounds."""
        if not self.peek("{"):
            return self.take()[1]
        self.take("{")
        index = self.take()[1]
        while not self.peek("}"):
            self.take()
        self.take("}")
        if self.peek("^"):
            self.take("^")
            self.letters()
        return index


def evaluate(text, env, sizes=None):
    """Return the number of one side of a formula."""
    reader = Reader(text, env, sizes or {})
    value = reader.sum()
    if reader.at != len(reader.tokens):
        raise ValueError(f"not read to its end: {text!r} at {reader.tokens[reader.at]}")
    return value


def left_side(text):
    """Return (name, indices) of the left side of a formula in indices, or (name, '') of one without."""
    (_, name, index), *rest = tokens(text)
    return name, (index or "") + "".join(value for _, value, _ in rest if value not in ("_", "{", "}"))
