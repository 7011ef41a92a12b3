"""The formulas of the course in one table: as they stand in the lessons, and as numbers.

Lessons, documentation and tests share it. `all_steps` takes the steps of a pass in the table's order;
a test finds each LaTeX string in the lessons, evaluates it, and compares it with the complex step.
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from coursekit._validation import check_choice, check_params, check_X, check_y
from coursekit.activations import ACTIVATIONS, sigmoid
from coursekit.losses import point_losses


class Formula(NamedTuple):
    """One formula: what it is the derivative of, its number, and how the lessons write it.

    Attributes
    ----------
    name : str
        As in the code: "dW2" is the slope of the loss for W2.
    of, by : str
        What is differentiated, and by what; both empty where nothing is.
    value : callable
        Takes the pass so far, a namespace of arrays, and returns the number.
    written : dict of str to str
        LaTeX, verbatim -> the numbers of the lessons where it stands, as in "04 06".
    code : tuple of str
        The same as lines of Python.
    plain : tuple of str
        The same without LaTeX, as docstrings and inline code write it.
    remainder : int
        Where the LaTeX ends in dots: the power of h with which what they leave out shrinks.
    """

    name: str
    of: str
    by: str
    value: Callable
    written: dict
    code: tuple = ()
    plain: tuple = ()
    remainder: int = 0


def _hidden(c):
    A1 = c.phi(c.Z1)
    return np.column_stack([A1, np.ones(c.n)]) if len(c.W2) > c.h else A1


def _squared_error_slope(c):
    return (c.p - c.y) * c.p * (1 - c.p)


FORWARD = (
    Formula("Z1", "", "", lambda c: c.X @ c.W1,
            {r"Z_1 = X W_1": "02 04",
             r"\mathtt{Z1}_{ij} = \sum_k \mathtt{X}_{ik}\,\mathtt{W1}_{kj}": "04"},
            code=("Z1 = X @ W1",), plain=("Z1 = X W1",)),
    Formula("A1", "", "", _hidden,
            {r"A_1 = \varphi(Z_1)": "04", r"A_1 = \sigma(Z_1)": "02",
             r"\mathtt{A1}_{ij} = \sigma(\mathtt{Z1}_{ij})": "04"},
            code=("A1 = phi(Z1)",), plain=("A1 = phi(Z1)",)),
    Formula("z2", "", "", lambda c: c.A1 @ c.W2,
            {r"z_2 = A_1 w_2": "02 04",
             r"z_{2,i} = \sum_j \mathtt{A1}_{ij}\,\mathtt{W2}_j": "04"},
            code=("z2 = A1 @ W2",), plain=("z2 = A1 w2",)),
    Formula("p", "", "", lambda c: sigmoid(c.z2),
            {r"p = \sigma(z_2)": "02 04"},
            code=("p = sigmoid(z2)",), plain=("p = sigma(z2)",)),
    Formula("losses", "", "", lambda c: point_losses(c.y, c.z2),
            {r"\ell = -y\log p - (1-y)\log(1-p)": "04",
             r"\text{loss} = \max(m, 0) + \log\big(1 + e^{-|m|}\big)": "03"}),
    Formula("L", "", "", lambda c: c.losses.sum() / c.n,
            {r"L = -\frac{1}{n} \sum_{i=1}^{n} \Big[\, y_i \log p_i + (1 - y_i) \log (1 - p_i) \,\Big]": "03",
             r"L = \frac1n\sum_i \ell_i": "04"}),
)  # fmt: skip

BACKWARD = (
    Formula("dp", "losses", "p", lambda c: (c.p - c.y) / (c.p * (1 - c.p)),
            {r"\frac{\partial \ell}{\partial p} = -\frac{y}{p} + \frac{1-y}{1-p} = "
             r"\frac{-y(1-p) + (1-y)\,p}{p\,(1-p)} = \frac{p-y}{p\,(1-p)}": "04"}),
    Formula("output slope", "p", "z2", lambda c: c.p * (1 - c.p),
            {r"\sigma'(z_2) = p\,(1-p)": "04"}),
    Formula("error of a point", "losses", "z2", lambda c: c.p - c.y,
            {r"\frac{\partial \ell}{\partial z_2} = \frac{p-y}{p\,(1-p)} \cdot p\,(1-p) = \boxed{\,p - y\,}":
             "04"}),
    Formula("error of a point, squared", "squared", "z2", _squared_error_slope,
            {r"(p-y)\,p\,(1-p)": "04"}),
    Formula("squared dz2", "mean squared", "z2", lambda c: _squared_error_slope(c) / c.n,
            {r"(p-y)\,p\,(1-p)/n": "04"}),
    Formula("logit by weight", "z2", "W2", lambda c: c.A1,
            {r"\partial z_{2,i}/\partial \mathtt{W2}_j = \mathtt{A1}_{ij}": "04"}),
    Formula("dz2", "L", "z2", lambda c: (c.p - c.y) / c.n,
            {r"dz_2 = (p - y)/n": "04 06",
             r"\boxed{\;\mathtt{dz2}_i = \frac{\partial L}{\partial z_{2,i}} = \frac{p_i - y_i}{n}\;}": "04"},
            code=("dz2 = (p - y) / n",), plain=("dz2 = (p - y) / n",)),
    Formula("dW2", "L", "W2", lambda c: c.A1.T @ c.dz2,
            {r"dW_2 = A_1^\top dz_2": "04 06",
             r"\boxed{\;\mathtt{dW2}_j = \sum_i \mathtt{dz2}_i\;\mathtt{A1}_{ij}\;}": "04",
             r"\mathtt{dW2}_j = \sum_i \mathtt{A1}_{ij}\,\mathtt{dz2}_i": "04",
             r"\mathtt{dW2}_j = \sum_i (\mathtt{A1}^\top)_{ji}\,\mathtt{dz2}_i = "
             r"(\mathtt{A1}^\top \mathtt{dz2})_j": "04"},
            code=("dW2 = A1.T @ dz2",), plain=("dW2 = A1^T dz2",)),
    Formula("dA1", "L", "A1", lambda c: np.outer(c.dz2, c.W2[: c.h]),
            {r"dA_1 = dz_2\, w_2^\top": "04 06",
             r"\mathtt{dA1}_{ij} = \mathtt{dz2}_i \cdot \underline{\;(b)\;}": "04"},
            code=("dA1 = np.outer(dz2, W2)",), plain=("dA1 = dz2 w2^T", "dA1 = dz2 W2ᵀ")),
    Formula("dZ1", "L", "Z1", lambda c: c.dA1 * c.phi_prime(c.Z1),
            {r"dZ_1 = dA_1 \odot \varphi'(Z_1)": "04 06",
             r"\mathtt{dZ1}_{ij} = \mathtt{dA1}_{ij} \cdot \underline{\;(c)\;}": "04"},
            code=("dZ1 = dA1 * phi_prime(Z1)", "dZ1 = dA1 * sigmoid_derivative(Z1)"),
            plain=("dZ1 = dA1 * phi'(Z1)", "dZ1 = dA1 * φ'(Z1)")),
    Formula("dW1", "L", "W1", lambda c: c.X.T @ c.dZ1,
            {r"dW_1 = X^\top dZ_1": "04 06",
             r"\mathtt{dW1}_{kj} = \sum_i \underline{\;(e)\;} \cdot \mathtt{dZ1}_{ij}": "04"},
            code=("dW1 = X.T @ dZ1",), plain=("dW1 = X^T dZ1",)),
    Formula("updated", "", "", lambda c: c.w - c.learning_rate * c.slope,
            {r"w \leftarrow w - \eta\, \frac{dL}{dw}": "06", r"w \leftarrow w - \eta\, dL/dw": "06"}),
)  # fmt: skip

# Functions of one number z, with s and c the hyperbolic sine and cosine.
SLOPES = (
    Formula("sigmoid", "", "", lambda c: sigmoid(c.z),
            {r"a = \sigma(z) = \frac{1}{1 + e^{-z}}": "02"}),
    Formula("sigmoid'", "sigmoid", "z", lambda c: ACTIVATIONS["sigmoid"].derivative(c.z),
            {r"\sigma'(z) = -u^{-2}\cdot(-e^{-z}) = \frac{e^{-z}}{(1+e^{-z})^2} = "
             r"\frac{1}{1+e^{-z}}\cdot\frac{e^{-z}}{1+e^{-z}}": "04",
             r"\boxed{\sigma'(z) = \sigma(z)\,\bigl(1 - \sigma(z)\bigr)}": "04",
             r"\sigma' = \sigma(1-\sigma)": "04"}),
    Formula("slope of an expected loss", "expected loss", "c",
            lambda c: -c.s / c.c + (1 - c.s) / (1 - c.c),
            {r"-s/c + (1 - s)/(1 - c) = 0": "03"}),
    Formula("tanh'", "tanh", "z", lambda c: ACTIVATIONS["tanh"].derivative(c.z),
            {r"\tanh' = (c^2 - s^2)/c^2 = 1 - \tanh^2": "04",
             r"\tanh' = 1 - \tanh^2": "04", r"(s/c)' = (s'c - s\,c')/c^2": "04"}),
    Formula("s'", "sinh", "z", lambda c: np.cosh(c.z), {r"s' = c": "04"}),
    Formula("c'", "cosh", "z", lambda c: np.sinh(c.z), {r"c' = s": "04"}),
)  # fmt: skip

# Slopes of a function L of one number w, with a step h; `loss` is the same of one logit z2.
NUMERIC = (
    Formula("forward difference", "L", "w", lambda c: (c.L(c.w + c.h) - c.L(c.w)) / c.h,
            {r"\frac{L(w+h)-L(w)}{h}": "05",
             r"\frac{L(w+h)-L(w)}{h} = L'(w) + \tfrac{h}{2} L''(w) + \dots": "05"}, remainder=2),
    Formula("central difference", "L", "w", lambda c: (c.L(c.w + c.h) - c.L(c.w - c.h)) / (2 * c.h),
            {r"\frac{L(w+h)-L(w-h)}{2h}": "05", r"(L(w+h)-L(w-h))/2h": "05",
             r"\frac{\text{loss}(z_2 + h) - \text{loss}(z_2 - h)}{2h}": "03",
             r"\frac{L(w+h)-L(w-h)}{2h} = L'(w) + \tfrac{h^2}{6} L'''(w) + \dots": "05"}, remainder=4),
    Formula("step to the right", "", "", lambda c: c.L(c.w + c.h),
            {r"L(w+h) = L(w) + h\,L'(w) + \tfrac{h^2}{2} L''(w) + \tfrac{h^3}{6} L'''(w) + \dots": "05"},
            remainder=4),
    Formula("step to the left", "", "", lambda c: c.L(c.w - c.h),
            {r"L(w-h) = L(w) - h\,L'(w) + \tfrac{h^2}{2} L''(w) - \tfrac{h^3}{6} L'''(w) + \dots": "05"},
            remainder=4),
    Formula("complex step", "", "", lambda c: c.L(c.w + 1j * c.h),
            {r"L(w+ih) = L(w) + ih\,L'(w) - \tfrac{h^2}{2}L''(w) - \dots": "05"}, remainder=3),
)  # fmt: skip

FORMULAS = FORWARD + BACKWARD + SLOPES + NUMERIC
STEPS = ("Z1", "A1", "z2", "p", "losses", "L", "dz2", "dW2", "dA1", "dZ1", "dW1")


def all_steps(params, X, y, activation="sigmoid"):
    """Take the steps of a pass in the order of the table, forward and backward.

    Parameters
    ----------
    params : Params
    X : ndarray of float64, shape (n, 3)
    y : ndarray of 0 and 1, shape (n,)
    activation : {"sigmoid", "tanh", "relu"}

    Returns
    -------
    types.SimpleNamespace
        The inputs X, y, W1 and W2, the sizes n and h, and each step by its name: Z1 (n, h), A1 (n, h),
        or (n, h + 1) with an output bias, z2 (n,), p (n,), losses (n,) in nats, their mean L, and the
        slopes of L: dz2 (n,), dW2 as W2, dA1 and dZ1 (n, h), dW1 (3, h).

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule.
    """
    W1, W2 = check_params(params)
    y = check_y(y, len(check_X(X)))
    chosen = check_choice(activation, ACTIVATIONS, "activation")
    c = SimpleNamespace(X=X, y=y, W1=W1, W2=W2, n=len(y), h=W1.shape[1])
    c.phi, c.phi_prime = chosen.value, chosen.derivative
    by_name = {formula.name: formula for formula in FORMULAS}
    for name in STEPS:
        setattr(c, name, by_name[name].value(c))
    return c
