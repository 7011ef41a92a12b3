"""The formulas of the course in one table: as the lessons write them, and beside each the same in Python.

A test finds every text verbatim in its lessons, runs the Python beside it, and compares that with the complex
step. So a sign that changes in a lesson is missed in the table, and one that changes here is wrong.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from coursekit.activations import ACTIVATIONS, sigmoid


class Formula(NamedTuple):
    """One quantity, in all the ways in which the lessons write it.

    Attributes
    ----------
    name : str
        As in the code: "dW2" is the slope of the loss for W2.
    of, by : str
        What is differentiated, and by what; both empty where nothing is.
    lines : tuple of (str, str, str)
        LaTeX, verbatim; the same in Python, " == " between its sides; the lessons where it stands: "04 06".
    code, plain : tuple of str
        Lines of Python, and lines without LaTeX, that stand in the prose or in docstrings.
    remainder : int
        Where the LaTeX ends in dots: the power of h with which what they leave out shrinks.
    """

    name: str
    of: str
    by: str
    lines: tuple
    code: tuple = ()
    plain: tuple = ()
    remainder: int = 0


# `matrix(f, n, h)` and `vector(f, n)` are the arrays of f(i, j) and f(i). Where a lesson has the sigmoid in the
# place of any activation, as lesson 04 does in its indices, that is phi here. K counts the inputs, J the W2.
FORWARD = (
    Formula("Z1", "", "", (
        (r"Z_1 = X W_1", "X @ W1", "02"),
        (r"\mathtt{Z1}_{ij} = \sum_k \mathtt{X}_{ik}\,\mathtt{W1}_{kj}",
         "matrix(lambda i, j: sum(X[i, k] * W1[k, j] for k in K), n, h)", "04"),
    ), ("Z1 = X @ W1",), ("Z1 = X W1",)),
    Formula("A1", "", "", (
        (r"A_1 = \sigma(Z_1)", "phi(Z1)", "02"),
        (r"\mathtt{A1}_{ij} = \sigma(\mathtt{Z1}_{ij})", "matrix(lambda i, j: phi(Z1[i, j]), n, h)", "04"),
    ), ("A1 = phi(Z1)",), ("A1 = phi(Z1)",)),
    Formula("z2", "", "", (
        (r"z_2 = A_1 w_2", "A1 @ W2", "02"),
        (r"z_{2,i} = \sum_j \mathtt{A1}_{ij}\,\mathtt{W2}_j",
         "vector(lambda i: sum(A1[i, j] * W2[j] for j in J), n)", "04"),
    ), ("z2 = A1 @ W2",), ("z2 = A1 w2",)),
    Formula("p", "", "", (
        (r"p = \sigma(z_2)", "sigmoid(z2)", "02 04"),
    ), ("p = sigmoid(z2)",), ("p = sigma(z2)",)),
    Formula("losses", "", "", (
        (r"\ell = -y\log p - (1-y)\log(1-p)", "-y * log(p) - (1 - y) * log(1 - p)", "04"),
        (r"\text{loss} = \max(m, 0) + \log\big(1 + e^{-|m|}\big)", "maximum(m, 0) + log(1 + exp(-abs(m)))", "03"),
    )),
    Formula("L", "", "", (
        (r"L = -\frac{1}{n} \sum_{i=1}^{n} \Big[\, y_i \log p_i + (1 - y_i) \log (1 - p_i) \,\Big]",
         "-1 / n * sum(y[i] * log(p[i]) + (1 - y[i]) * log(1 - p[i]) for i in range(n))", "03"),
        (r"L = \frac1n\sum_i \ell_i", "1 / n * sum(losses[i] for i in range(n))", "04"),
    )),
)  # fmt: skip

BACKWARD = (
    Formula("dp", "losses", "p", (
        (r"\frac{\partial \ell}{\partial p} = -\frac{y}{p} + \frac{1-y}{1-p} = "
         r"\frac{-y(1-p) + (1-y)\,p}{p\,(1-p)} = \frac{p-y}{p\,(1-p)}",
         "-y / p + (1 - y) / (1 - p) == (-y * (1 - p) + (1 - y) * p) / (p * (1 - p)) == (p - y) / (p * (1 - p))",
         "04"),
    )),
    Formula("output slope", "p", "z2", ((r"\sigma'(z_2) = p\,(1-p)", "p * (1 - p)", "04"),)),
    Formula("error of a point", "losses", "z2", (
        (r"\frac{\partial \ell}{\partial z_2} = \frac{p-y}{p\,(1-p)} \cdot p\,(1-p) = \boxed{\,p - y\,}",
         "(p - y) / (p * (1 - p)) * p * (1 - p) == p - y", "04"),
    )),
    Formula("error of a point, squared", "squared", "z2", (
        (r"(p-y)\,p\,(1-p)", "(p - y) * p * (1 - p)", "04"),
    )),
    Formula("squared dz2", "mean squared", "z2", (
        (r"(p-y)\,p\,(1-p)/n", "(p - y) * p * (1 - p) / n", "04"),
    )),
    Formula("logit by weight", "z2", "W2", (
        (r"\partial z_{2,i}/\partial \mathtt{W2}_j = \mathtt{A1}_{ij}",
         "matrix(lambda i, j: A1[i, j], n, len(J))", "04"),
    )),
    Formula("dz2", "L", "z2", (
        (r"dz_2 = (p - y)/n", "(p - y) / n", "06"),
        (r"\mathtt{dz2}_i = (p_i - y_i)/n", "vector(lambda i: (p[i] - y[i]) / n, n)", "04"),
        (r"\boxed{\;\mathtt{dz2}_i = \frac{\partial L}{\partial z_{2,i}} = \frac{p_i - y_i}{n}\;}",
         "vector(lambda i: (p[i] - y[i]) / n, n)", "04"),
    ), ("dz2 = (p - y) / n",), ("dz2 = (p - y) / n",)),
    Formula("dW2", "L", "W2", (
        (r"dW_2 = A_1^\top dz_2", "A1.T @ dz2", "06"),
        (r"\boxed{\;\mathtt{dW2}_j = \sum_i \mathtt{dz2}_i\;\mathtt{A1}_{ij}\;}",
         "vector(lambda j: sum(dz2[i] * A1[i, j] for i in range(n)), len(J))", "04"),
        (r"\mathtt{dW2}_j = \sum_i \mathtt{A1}_{ij}\,\mathtt{dz2}_i",
         "vector(lambda j: sum(A1[i, j] * dz2[i] for i in range(n)), len(J))", "04"),
    ), ("dW2 = A1.T @ dz2",), ("dW2 = A1^T dz2",)),
    Formula("dA1", "L", "A1", (
        (r"dA_1 = dz_2\, w_2^\top", "outer(dz2, W2[:h])", "06"),
        (r"\mathtt{dA1}_{ij} = \mathtt{dz2}_i \cdot \mathtt{W2}_j",
         "matrix(lambda i, j: dz2[i] * W2[j], n, h)", "04"),
    ), ("dA1 = np.outer(dz2, W2)",), ("dA1 = dz2 w2^T", "dA1 = dz2 W2ᵀ")),
    Formula("dZ1", "L", "Z1", (
        (r"dZ_1 = dA_1 \odot \varphi'(Z_1)", "dA1 * phi_prime(Z1)", "06"),
        (r"\mathtt{dZ1}_{ij} = \mathtt{dA1}_{ij} \cdot \varphi'(\mathtt{Z1}_{ij})",
         "matrix(lambda i, j: dA1[i, j] * phi_prime(Z1[i, j]), n, h)", "04"),
        (r"\mathtt{dZ1}_{ij} = \mathtt{dA1}_{ij} \cdot \sigma'(\mathtt{Z1}_{ij})",
         "matrix(lambda i, j: dA1[i, j] * phi_prime(Z1[i, j]), n, h)", "04"),
    ), ("dZ1 = dA1 * phi_prime(Z1)", "dZ1 = dA1 * sigmoid_derivative(Z1)"),
        ("dZ1 = dA1 * phi'(Z1)", "dZ1 = dA1 * φ'(Z1)")),
    Formula("dW1", "L", "W1", (
        (r"dW_1 = X^\top dZ_1", "X.T @ dZ1", "06"),
        (r"\mathtt{dW1}_{kj} = \sum_i \mathtt{X}_{ik} \cdot \mathtt{dZ1}_{ij}",
         "matrix(lambda k, j: sum(X[i, k] * dZ1[i, j] for i in range(n)), 3, h)", "04"),
    ), ("dW1 = X.T @ dZ1",), ("dW1 = X^T dZ1",)),
    Formula("dX", "L", "X", (
        (r"dX = dZ_1 W_1^\top", "dZ1 @ W1.T", "09"),
        (r"\mathtt{dX}_{ik} = \sum_j \mathtt{dZ1}_{ij}\,\mathtt{W1}_{kj}",
         "matrix(lambda i, k: sum(dZ1[i, j] * W1[k, j] for j in range(h)), n, 3)", "04"),
    )),
)  # fmt: skip

# Of one hidden weight, with the sigmoid and without an output bias.
WHOLE = Formula("one slope, written out", "L", "W1", (
    (r"\frac{\partial L}{\partial \mathtt{W1}_{00}} = \frac1n \sum_i \left( \frac{1}{1 + e^{-\sum_j \mathtt{W2}_j / "
     r"(1 + e^{-\sum_k \mathtt{X}_{ik} \mathtt{W1}_{kj}})}} - y_i \right) \mathtt{W2}_0\, \frac{e^{-\sum_k "
     r"\mathtt{X}_{ik} \mathtt{W1}_{k0}}}{\bigl(1 + e^{-\sum_k \mathtt{X}_{ik} \mathtt{W1}_{k0}}\bigr)^2}\, "
     r"\mathtt{X}_{i0}",
     "1 / n * sum((1 / (1 + exp(-sum(W2[j] / (1 + exp(-sum(X[i, k] * W1[k, j] for k in K))) for j in J))) - y[i])"
     " * W2[0] * exp(-sum(X[i, k] * W1[k, 0] for k in K)) / (1 + exp(-sum(X[i, k] * W1[k, 0] for k in K)))**2"
     " * X[i, 0] for i in range(n))", "04"),
))  # fmt: skip

UPDATE = Formula("updated", "", "", (
    (r"w \leftarrow w - \eta\, \frac{dL}{dw}", "w - eta * slope", "06"),
    (r"w \leftarrow w - \eta\, dL/dw", "w - eta * slope", "06"),
))  # fmt: skip

# Functions of one number z, with a = sigmoid(z), u = 1 + exp(-z), s = sinh(z) and c = cosh(z), ds and dc their
# slopes; in lesson 03 s is a share and c a constant answer.
SLOPES = (
    Formula("sigmoid", "", "", (
        (r"a = \sigma(z) = \frac{1}{1 + e^{-z}}", "a == sigmoid(z) == 1 / (1 + exp(-z))", "02"),
    )),
    Formula("sigmoid'", "sigmoid", "z", (
        (r"\sigma'(z) = -u^{-2}\cdot(-e^{-z}) = \frac{e^{-z}}{(1+e^{-z})^2} = "
         r"\frac{1}{1+e^{-z}}\cdot\frac{e^{-z}}{1+e^{-z}}",
         "-u**-2 * -exp(-z) == exp(-z) / (1 + exp(-z))**2 == 1 / (1 + exp(-z)) * (exp(-z) / (1 + exp(-z)))", "04"),
        (r"\boxed{\sigma'(z) = \sigma(z)\,\bigl(1 - \sigma(z)\bigr)}", "sigmoid(z) * (1 - sigmoid(z))", "04"),
    )),
    Formula("expected loss", "", "", (
        (r"-s \log c - (1 - s) \log(1 - c)", "-s * log(c) - (1 - s) * log(1 - c)", "03"),
    )),
    Formula("slope of an expected loss", "expected loss", "c", (
        (r"-s/c + (1 - s)/(1 - c) = 0", "-s / c + (1 - s) / (1 - c)", "03"),
    )),
    Formula("tanh'", "tanh", "z", (
        (r"\tanh' = (c^2 - s^2)/c^2 = 1 - \tanh^2", "(c**2 - s**2) / c**2 == 1 - tanh(z)**2", "04"),
        (r"(s/c)' = (s'c - s\,c')/c^2", "(ds * c - s * dc) / c**2", "04"),
    )),
    Formula("s'", "sinh", "z", ((r"s' = c", "c", "04"),)),
    Formula("c'", "cosh", "z", ((r"c' = s", "s", "04"),)),
)  # fmt: skip

# Slopes of a function L of one number w, with a step h; L1, L2 and L3 are its derivatives there.
NUMERIC = (
    Formula("forward difference", "L", "w", (
        (r"\frac{L(w+h)-L(w)}{h}", "(L(w + h) - L(w)) / h", "05"),
        (r"\frac{L(w+h)-L(w)}{h} = L'(w) + \tfrac{h}{2} L''(w) + \dots",
         "(L(w + h) - L(w)) / h == L1 + h / 2 * L2", "05"),
    ), remainder=2),
    Formula("central difference", "L", "w", (
        (r"\frac{L(w+h)-L(w-h)}{2h}", "(L(w + h) - L(w - h)) / (2 * h)", "05"),
        (r"(L(w+h)-L(w-h))/2h", "(L(w + h) - L(w - h)) / (2 * h)", "05"),
        (r"\frac{L(w+h)-L(w-h)}{2h} = L'(w) + \tfrac{h^2}{6} L'''(w) + \dots",
         "(L(w + h) - L(w - h)) / (2 * h) == L1 + h**2 / 6 * L3", "05"),
    ), remainder=4),
    Formula("step to the right", "", "", (
        (r"L(w+h) = L(w) + h\,L'(w) + \tfrac{h^2}{2} L''(w) + \tfrac{h^3}{6} L'''(w) + \dots",
         "L(w + h) == L(w) + h * L1 + h**2 / 2 * L2 + h**3 / 6 * L3", "05"),
    ), remainder=4),
    Formula("step to the left", "", "", (
        (r"L(w-h) = L(w) - h\,L'(w) + \tfrac{h^2}{2} L''(w) - \tfrac{h^3}{6} L'''(w) + \dots",
         "L(w - h) == L(w) - h * L1 + h**2 / 2 * L2 - h**3 / 6 * L3", "05"),
    ), remainder=4),
)  # fmt: skip

FORMULAS = (*FORWARD, *BACKWARD, WHOLE, UPDATE, *SLOPES, *NUMERIC)
STEPS = ("Z1", "A1", "z2", "p", "losses", "L", "dz2", "dW2", "dA1", "dZ1", "dW1")
NUMPY = {name: getattr(np, name) for name in ("log", "exp", "maximum", "outer", "tanh", "sinh", "cosh")}


def numbers(code, names):
    """Return the numbers of the sides of a line of the table."""
    return [eval(side, NUMPY | {"sigmoid": sigmoid} | names) for side in code.split(" == ")]


def all_steps(params, X, y, activation="sigmoid"):
    """Return a namespace with the steps of a pass, each by the first line of the table that makes it."""
    chosen, (n, h) = ACTIVATIONS[activation], (len(y), params.W1.shape[1])
    c = SimpleNamespace(X=X, y=y, W1=params.W1, W2=params.W2, n=n, h=h, K=range(3), J=range(len(params.W2)))
    c.phi, c.phi_prime = chosen.value, chosen.derivative
    c.matrix = lambda f, rows, columns: np.array([[f(i, j) for j in range(columns)] for i in range(rows)])
    c.vector = lambda f, length: np.array([f(i) for i in range(length)])
    by_name = {formula.name: formula for formula in FORMULAS}
    for name in STEPS:
        value = numbers(by_name[name].lines[0][1], vars(c))[0]
        if name == "A1" and len(c.W2) > h:
            value = np.column_stack([value, np.ones(n)])  # the output bias
        setattr(c, name, value)
        c.m = (1 - 2 * y) * c.z2 if name == "z2" else getattr(c, "m", None)
    return c
