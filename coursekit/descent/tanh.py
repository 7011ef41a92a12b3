"""tanh of many numbers in place: numpy's own where it is vectorised, else a table and the addition theorem.

Numbers come and go in units of 1/S: from S x to tanh(x) / S. With k the whole number nearest to
S x, a = k / S and b the small rest,

    tanh(a + b) = (tanh a + tanh b) / (1 + tanh a tanh b),   tanh b = b - b^3 / 3 + ...,

and |b| is so small that b stands for tanh b: the error is below 1e-14. With G = S tanh a from the
table, the result is (G + S b) / (S^2 + G S b): nine calls of 0.2 to 0.3 ns a number each.
"""

from functools import cache

import numpy as np

S = 2.0**14  # a power of two: scaling is exact
END = 19.1  # beyond, tanh is 1 in float64
MAGIC = 1.5 * 2**52  # added and taken off again, it rounds; its bits then hold the whole number
WORTH = 1500  # for fewer numbers, nine calls cost more than they save


def is_vectorised():
    """Whether numpy's float64 tanh is compiled for many numbers at a time on this processor."""
    try:
        from numpy.lib.introspect import opt_func_info
    except ImportError:  # numpy before 2.1
        return False
    chosen = opt_func_info(func_name="^tanh$", signature="float64")["tanh"]["dd"]["current"]
    return "AVX512" in chosen or "X86_V4" in chosen


def wants_table():
    """Whether a table is the faster way here: it needs places of 64 bits, which Python in a browser lacks."""
    return np.dtype(np.intp).itemsize == 8 and not is_vectorised()


def tanh_for(z):
    """Return the S for arrays like this one, contiguous and of one axis, and tanh(z, out)."""
    if z.dtype != np.float64 or z.size < WORTH or not wants_table():
        return 1.0, np.tanh
    return S, _from_table(z.size)


@cache
def _table():
    last = int(END * S)
    return S * np.tanh(np.arange(-last, last + 1) / S)


def _from_table(size):
    table, rounded, spare = _table(), np.empty(size), np.empty(size)
    places, bits = spare.view(np.int64), rounded.view(np.int64)
    magic, square = np.array(MAGIC), np.array(S**2)
    shift = np.array(len(table) // 2 - int(magic.view(np.int64)))
    add, subtract, multiply, divide = np.add, np.subtract, np.multiply, np.divide

    def tanh(z, out):
        add(z, magic, rounded)
        add(bits, shift, places)
        subtract(rounded, magic, rounded)
        subtract(z, rounded, out)  # S b
        table.take(places, out=rounded, mode="clip")  # G; an end of the table beyond it
        add(rounded, out, spare)
        multiply(rounded, out, out)
        add(out, square, out)
        divide(spare, out, out)

    return tanh
