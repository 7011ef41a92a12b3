"""Bad values of each argument, with the rule that the error must name. Shared by all tests."""

import numpy as np

import coursekit as ck

RNG = np.random.default_rng(7)
X = ck.add_bias(RNG.uniform(-1, 1, (6, 2)))
Y = np.array([0, 1, 0, 1, 1, 0])
PARAMS = ck.init_params(4, rng=RNG)

NAN_X, INF_X, NO_BIAS = X.copy(), X.copy(), X.copy()
NAN_X[2, 1], INF_X[3, 0], NO_BIAS[:, 2] = np.nan, np.inf, 0.5

BAD_X = {
    "without the bias column": (X[:, :2], ValueError, "X must have 3 columns.*add_bias"),
    "bias column not of ones": (NO_BIAS, ValueError, r"X must have a last column of ones.*0\.5 in row 0"),
    "NaN": (NAN_X, ValueError, r"X must be finite; got nan at index \(2, 1\)"),
    "infinite": (INF_X, ValueError, r"X must be finite; got inf at index \(3, 0\)"),
    "too wide": (np.ones((6, 4)), ValueError, r"X must have shape \(n, 3\); got shape \(6, 4\)"),
    "empty": (np.ones((0, 3)), ValueError, r"X must not be empty; got shape \(0, 3\)"),
    "list": (X.tolist(), TypeError, "X must be a numpy array.*list"),
    "float32": (X.astype(np.float32), TypeError, "X must have dtype float64; got float32"),
    "integer": (np.ones((6, 3), dtype=int), TypeError, "X must have dtype float64; got int64"),
    "one point as a row": (X[0], ValueError, r"X must have shape \(n, 3\); got shape \(3,\)"),
    "None": (None, TypeError, "X must be a numpy array.*None"),
}
BAD_Y = {
    "column": (Y[:, None], ValueError, r"y must have shape \(n,\); got shape \(6, 1\).*ravel"),
    "other values": (Y * 2, ValueError, "y must hold only 0 and 1; got 2 at index 1"),
    "minus one": (Y - 1, ValueError, "y must hold only 0 and 1; got -1 at index 0"),
    "NaN": (np.full(6, np.nan), ValueError, "y must hold only 0 and 1; got nan at index 0"),
    "other length": (Y[:5], ValueError, "y must have one class for each point; got 5 classes for 6"),
    "strings": (Y.astype(str), TypeError, "y must hold the numbers 0 and 1; got dtype <U"),
    "list": (Y.tolist(), TypeError, "y must be a numpy array"),
    "empty": (Y[:0], ValueError, "y must not be empty"),
}
NAN_W1 = np.full((3, 4), np.nan)
BAD_PARAMS = {
    "W1 transposed": (ck.Params(PARAMS.W1.T, PARAMS.W2), ValueError, r"params\.W1 must have shape \(3, h\)"),
    "W2 column": (
        ck.Params(PARAMS.W1, PARAMS.W2[:, None]),
        ValueError,
        r"params\.W2 must have shape \(h,\); got shape \(4, 1\)",
    ),
    "mixed sizes": (ck.Params(PARAMS.W1, np.ones(7)), ValueError, r"params\.W2 must have one weight.*\(7,\)"),
    "NaN": (
        ck.Params(NAN_W1, PARAMS.W2),
        ValueError,
        r"params\.W1 must be finite; got nan",
    ),
    "float32": (
        ck.Params(PARAMS.W1.astype(np.float32), PARAMS.W2),
        TypeError,
        r"params\.W1 must have dtype float64",
    ),
    "lists": (ck.Params(PARAMS.W1.tolist(), PARAMS.W2), TypeError, r"params\.W1 must be a numpy array"),
    "no units": (ck.Params(np.ones((3, 0)), np.ones(0)), ValueError, r"params\.W1 must not be empty"),
    "one array": (PARAMS.W1, TypeError, r"params must be Params\(W1, W2\)"),
    "None": (None, TypeError, r"params must be Params\(W1, W2\).*None"),
}
BAD_COUNTS = {
    "zero": (0, ValueError, "must be between 1 and [0-9]+; got 0"),
    "negative": (-3, ValueError, "must be between 1 and [0-9]+; got -3"),
    "fractional": (2.5, TypeError, r"must be a whole number \(int\); got 2\.5 \(float\)"),
    "boolean": (True, TypeError, r"must be a whole number \(int\); got True \(bool\)"),
    "text": ("4", TypeError, r"must be a whole number \(int\); got '4' \(str\)"),
    "huge": (10**12, ValueError, "must be between 1 and [0-9]+; got 1000000000000"),
}
BAD_POSITIVE = {
    "zero": (0.0, ValueError, "must be finite and above 0; got 0.0"),
    "negative": (-0.5, ValueError, "must be finite and above 0; got -0.5"),
    "NaN": (float("nan"), ValueError, "must be finite and above 0; got nan"),
    "infinite": (float("inf"), ValueError, "must be finite and above 0; got inf"),
    "boolean": (True, TypeError, r"must be a number above 0; got True \(bool\)"),
    "text": ("0.5", TypeError, r"must be a number above 0; got '0\.5' \(str\)"),
}
BAD_RNG = {
    "missing": (None, TypeError, "rng must be a numpy.random.Generator; got None.*default_rng"),
    "seed": (3, TypeError, r"rng must be a numpy.random.Generator; got 3 \(int\).*default_rng"),
    "legacy": (np.random.RandomState(3), TypeError, "rng must be a numpy.random.Generator"),
}
NAMES = ", ".join(ck.ACTIVATIONS)
BAD_ACTIVATION = {
    "misspelt": ("sigmod", ValueError, f"one of {NAMES}; got 'sigmod'.*'sigmoid'"),
    "unlike any": ("xyz", ValueError, f"activation must be one of {NAMES}; got 'xyz'"),
    "function": (np.tanh, TypeError, "activation must be one of the names"),
    "None": (None, TypeError, "activation must be one of the names.*None"),
}


def cases(table):
    """Return (values, ids) for pytest.mark.parametrize."""
    return {"argvalues": list(table.values()), "ids": list(table)}
