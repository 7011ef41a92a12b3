"""Every formula of a gradient in the lessons: in the table, verbatim, and with the right number.

The numbers come from the Python that the table writes beside each formula, and from the complex step through
the network written in complex numbers (`PHI`).
"""

import ast
import inspect
import re

import numpy as np
import pytest
from formulas import BACKWARD, FORMULAS, FORWARD, NUMERIC, SLOPES, STEPS, UPDATE, WHOLE, all_steps, numbers
from notebook_cells import cells, checks, lessons, solutions
from oracles import PHI

import coursekit as ck
from coursekit import network

GRADIENT = ("dz2", "dW2", "dA1", "dZ1", "dW1")
BY_NAME = {formula.name: formula for formula in FORMULAS}
WRITTEN = {latex: (formula, code, where) for formula in FORMULAS for latex, code, where in formula.lines}
LESSONS = {path.name[:2]: path for path in lessons()}
PASSES = [(a, bias, seed) for a in ck.ACTIVATIONS for bias in (False, True) for seed in range(3)]
SLOPE_SIGN = re.compile(
    r"\\partial|'|\\prime|\bd[zwWAZLp](?![a-z])|\\mathtt\{d|\\leftarrow|2h\b|\}\{h\}|slope"
)

# Formulas with the sign of a slope that are in no table, each with its reason.
OTHERS = {
    r"\text{change of the loss} \;\approx\; \text{slope} \times \text{small change of the weight}":
        "04: what a slope is, in words",
    r"0.001 \cdot \sum_{i=1}^{500} \text{slope of point } i \;=\; "
    r"0.5 \cdot \frac{1}{500} \sum_{i=1}^{500} \text{slope of point } i":
        "06: a sum and a mean of the same 500 numbers; its factors are multiplied out below",
}  # fmt: skip
WRONG_ON_PURPOSE = {
    "dZ1 = dA1": "05: a planted mistake",
}


# What the lessons say


def prose(number):
    """Return {cell id: what a lesson says there}: markdown without blocks of code, and its questions."""
    said = {}
    for name, cell in cells(LESSONS[number]).items():
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            said[name] = re.sub(r"```.*?```", "", source, flags=re.DOTALL)
        elif "predict(" in source:
            said[name] = "\n".join(asked(source))
    return said | {f"{number}-recall-check": "\n".join(asked(checks(LESSONS[number])["recall"]))}


def asked(source):
    """Return the texts of questions in a cell, but for the answers to choose from: most are wrong."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in ("ask", "predict"):
            question, choices, *_ = [*node.args, *(keyword.value for keyword in node.keywords), None]
            said = [question, *(choices.values if isinstance(choices, ast.Dict) else [])]
            yield from (part.value for part in said if isinstance(part, ast.Constant))


def displayed(text):
    """Return the formulas set apart by $$; what stands apart in one line counts for itself."""
    for formula in re.findall(r"\$\$(.*?)\$\$", text, re.DOTALL):
        for part in re.split(r"\\qquad", formula):
            part = re.sub(r"^\s*(\\qquad)?\s*\\text\{[^}]*\}\s*\\quad", "", part).strip()
            if part and not part.startswith((r"\text{shape", r"\text{error in")):
                yield part


def inline(text):
    """Return the formulas within lines and in tables."""
    text = re.sub(r"\$\$.*?\$\$|`[^`]*`", "", text, flags=re.DOTALL)
    return [found.strip().removeprefix(r"\;") for found in re.findall(r"\$([^$]+)\$", text)]


def filled(latex):
    """Return a formula of lesson 04 with the answers that it gives for the gaps."""
    if "underline" not in latex:
        return latex
    given = prose("04")["04-hidden"].split("<summary>Answers")[1]
    answers = dict(re.findall(r"\((\w)\) \$(.*?)\$", given))
    return re.sub(r"\\underline\{\\;\((\w)\)\\;\}", lambda gap: answers[gap[1]], latex)


def formulas_in(number):
    """Return (all formulas of a lesson, those that state a slope)."""
    every, stated = set(), set()
    for text in prose(number).values():
        shown, within = set(map(filled, displayed(text))), set(inline(text))
        every |= shown | within
        stated |= {f for f in shown if SLOPE_SIGN.search(f)}
        stated |= {f for f in within if SLOPE_SIGN.search(f) and re.search(r"=|\\leftarrow|\}\{", f)}
    return every, stated


def code_lines():
    """Return {line of code in the prose that makes a step of the gradient: lessons}."""
    found = {}
    for number in LESSONS:
        for text in prose(number).values():
            for code in re.findall(r"`([^`\n]+)`", text):
                if re.match(rf"({'|'.join(GRADIENT)}) =", code):
                    found.setdefault(code, set()).add(number)
    return found


@pytest.mark.parametrize("number", LESSONS)
def test_the_formulas_of_the_table_stand_in_their_lessons(number):
    assert all(where for _, _, where in WRITTEN.values())
    wanted = {latex for latex, (_, _, where) in WRITTEN.items() if number in where.split()}
    assert wanted <= formulas_in(number)[0]


@pytest.mark.parametrize("number", LESSONS)
def test_every_formula_of_a_slope_is_in_the_table(number):
    missing = formulas_in(number)[1] - set(WRITTEN) - set(OTHERS)
    assert not missing, f"lesson {number}: put these in tests/formulas.py: {missing}"


def test_every_exception_is_needed():
    stated = set.union(*(formulas_in(number)[1] for number in LESSONS))
    assert set(OTHERS) <= stated
    assert set(WRONG_ON_PURPOSE) <= set(code_lines())
    assert np.isclose(0.001 * 500, 0.5)  # the factors of the sum and of the mean


def test_a_changed_or_a_new_formula_is_noticed():
    old = r"$$\boxed{\;\mathtt{dW2}_j = \sum_i \mathtt{dz2}_i\;\mathtt{A1}_{ij}\;}$$"
    (found,) = displayed(old)
    assert found in WRITTEN
    (changed,) = displayed(old.replace("A1", "Z1"))
    assert changed not in WRITTEN
    assert SLOPE_SIGN.search(changed)
    assert SLOPE_SIGN.search(r"\frac{\partial L}{\partial b} = 0")


@pytest.mark.parametrize("line", code_lines())
def test_every_line_of_code_in_the_prose_is_in_the_table(line):
    known = {code for formula in FORMULAS for code in (*formula.code, *formula.plain)}
    assert line in known | set(WRONG_ON_PURPOSE)


def test_the_five_lines_are_the_table():
    page = re.findall(r"^\| \$(.*?)\$ \| `(.*?)` \|", prose("04")["04-table"], re.MULTILINE)
    wanted = [f for f in BACKWARD if f.code]
    assert [latex for latex, _ in page] == [
        next(latex for latex, *_ in f.lines if latex in dict(page)) for f in wanted
    ]
    assert [code for _, code in page] == [f.code[0] for f in wanted]


def test_the_docstrings_of_the_network_are_the_table():
    for function, part in ((network.forward, FORWARD), (network.backward, BACKWARD)):
        line = next(line for line in inspect.getdoc(function).splitlines() if ",  " in line)
        assert line.split(",  ") == [formula.plain[0] for formula in part if formula.plain]


# The numbers


def problem(activation, bias, seed):
    rng = np.random.default_rng([seed, bias])
    data = ck.make_dataset(list(ck.PATTERNS)[seed], 7, rng=rng)
    params = ck.init_params(int(rng.integers(2, 6)), rng=rng, output_bias=bias)
    return params, data.X, data.y, activation


def onwards(c, activation, changed):
    """The network in complex numbers, from what was changed on to the losses."""
    q = {"X": c.X, "W1": c.W1, "W2": c.W2, **changed}
    q.setdefault("Z1", q["X"] @ q["W1"])
    hidden = PHI[activation](q["Z1"].astype(complex))
    if len(c.W2) > c.h:
        hidden = np.column_stack([hidden, np.ones(c.n)])
    q.setdefault("A1", hidden)
    q.setdefault("z2", q["A1"] @ q["W2"])
    q.setdefault("p", 1 / (1 + np.exp(-q["z2"])))
    q["losses"] = -c.y * np.log(q["p"]) - (1 - c.y) * np.log(1 - q["p"])
    q["L"] = q["losses"].mean()
    q["squared"] = (q["p"] - c.y) ** 2 / 2
    q["mean squared"] = q["squared"].mean()
    return q


def complex_step(of, by, c, activation):
    """d of / d by: an array as `by` where `of` is one number, else a slope at each point."""
    at = np.asarray(getattr(c, by), complex)

    def slope(step):
        return np.imag(onwards(c, activation, {by: at + step})[of]) / 1e-30

    if of in ("L", "mean squared"):
        units = (1e-30j * unit for unit in np.eye(at.size).reshape(-1, *at.shape))
        return np.reshape([slope(unit) for unit in units], at.shape)
    if by == "W2":
        return np.column_stack([slope(1e-30j * unit) for unit in np.eye(at.size)])
    return slope(1e-30j)


def is_close(one, other):
    return np.allclose(one, other, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(("activation", "bias", "seed"), PASSES)
def test_each_line_of_the_table_agrees_with_the_complex_step(activation, bias, seed):
    c = all_steps(*problem(activation, bias, seed))
    q, tried = onwards(c, activation, {}), 0
    for formula in FORWARD + BACKWARD:
        step = formula.by and complex_step(formula.of, formula.by, c, activation)
        wanted = step if formula.by else np.real(q[formula.name])
        if "A1" in (formula.by, formula.name):
            wanted = wanted[:, : c.h]  # the column of ones comes from no unit
        for latex, code, _ in formula.lines:
            for value in numbers(code, vars(c)):
                assert np.shape(value) == np.shape(wanted)
                assert is_close(value, wanted), latex
                tried += 1
    assert tried == 35


@pytest.mark.parametrize("seed", range(3))
def test_one_slope_written_out_agrees_with_the_complex_step(seed):
    c, ((_, code, _),) = all_steps(*problem("sigmoid", False, seed)), WHOLE.lines
    assert is_close(numbers(code, vars(c)), complex_step("L", "W1", c, "sigmoid")[0, 0])


@pytest.mark.parametrize(("activation", "bias", "seed"), PASSES)
def test_the_table_and_the_network_take_the_same_steps(activation, bias, seed):
    params, X, y, _ = problem(activation, bias, seed)
    c, given = all_steps(params, X, y, activation), ck.forward(params, X, activation)
    gradient = ck.backward(params, given, X, y, activation)
    for name in ("Z1", "A1", "z2", "p"):
        assert np.array_equal(getattr(c, name), getattr(given, name))
    assert np.array_equal(c.dW1, gradient.W1)
    assert np.array_equal(c.dW2, gradient.W2)
    assert is_close(c.L, ck.log_loss_from_logits(y, given.z2))


@pytest.mark.parametrize(("activation", "bias", "seed"), PASSES[::3])
@pytest.mark.parametrize("name", [name for name in STEPS if BY_NAME[name].code])
def test_the_lines_of_code_have_the_same_number(name, activation, bias, seed):
    c, formula = all_steps(*problem(activation, bias, seed)), BY_NAME[name]
    names = vars(c) | {"np": np, "sigmoid_derivative": c.phi_prime}
    if name == "dA1":
        names["W2"] = c.W2[: c.h]  # as the box on the output bias says
    for line in formula.code:
        left, right = line.split(" = ")
        assert left == name
        wanted = c.A1[:, : c.h] if name == "A1" else getattr(c, name)
        assert np.array_equal(numbers(right, names)[0], wanted)


SHORT_FORMS = {"dA1 * (1 - A1 ** 2)": "tanh"}  # a slope by the activation itself, without its name


def assigned(source):
    """Return (step of the gradient, its code) that a piece of code assigns."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) in GRADIENT:
            yield node.targets[0].id, ast.unparse(node.value)


SOLVED = [
    pytest.param(step, code, id=f"{name}: {code}")
    for name, source in {
        "network.backward": inspect.getsource(network.backward),
        **{slug: code for path in lessons() for slug, code in solutions(path).items()},
    }.items()
    for step, code in assigned(source)
]


@pytest.mark.parametrize(("step", "code"), SOLVED)
def test_every_folded_solution_takes_the_steps_of_the_table(step, code):
    meant = f"{code} {SHORT_FORMS.get(code, '')}"
    activations = [name for name in ck.ACTIVATIONS if name in meant] or list(ck.ACTIVATIONS)
    for activation in activations:
        for bias in (False, True):
            params, X, y, _ = problem(activation, bias, 1)
            whole = code in SHORT_FORMS or re.search(r"\bW2\b", code)
            if bias and "W2[" not in code and whole:
                continue  # the lessons' networks have no output bias
            c = all_steps(params, X, y, activation)
            names = vars(c) | {"np": np, "ck": ck, "params": params, "activation": activation}
            names |= {"sigmoid_derivative": c.phi_prime, "my_tanh_derivative": c.phi_prime}
            names |= {"phi_derivative": c.phi_prime, "A1_h": c.A1, "errors": c.p - c.y}
            assert is_close(eval(code, names), getattr(c, step))


def test_the_solutions_hold_enough_lines():
    assert len(SOLVED) >= 15


# Functions of one number


def of_one_number():
    """Return {name of a function: (the function, complex; where its slope is wanted; names of the lines)}."""
    z, c = np.array([-2.0, -0.5, 0.3, 1.7]), np.array([0.1, 0.25, 0.4, 0.9])
    names = {"z": z, "a": PHI["sigmoid"](z), "u": 1 + np.exp(-z)}
    names |= {"s": np.sinh(z), "c": np.cosh(z), "ds": np.cosh(z), "dc": np.sinh(z)}
    share = {"s": 0.25, "c": c}
    (entropy,) = (code for _, code, _ in BY_NAME["expected loss"].lines)
    found = {name: (f, z, names) for name, f in {**PHI, "sinh": np.sinh, "cosh": np.cosh}.items()}
    return found | {"expected loss": (lambda c: numbers(entropy, share | {"c": c})[0], c, share)}


@pytest.mark.parametrize("formula", SLOPES, ids=lambda formula: formula.name)
def test_a_function_of_one_number_and_its_slope(formula):
    function, at, names = of_one_number()[formula.of or formula.name]
    wanted = np.imag(function(at + 1e-30j)) / 1e-30 if formula.by else function(at)
    for latex, code, _ in formula.lines:
        for value in numbers(code, names):
            assert is_close(value, wanted), latex


def test_relu_has_the_slopes_that_the_lesson_says():
    assert "ReLU: 1 right of 0, else 0" in prose("04")["04-table"]
    z = np.array([-2.0, -1e-9, 0.0, 1e-9, 3.0])
    slope = ck.ACTIVATIONS["relu"].derivative(z)
    assert slope.tolist() == [0, 0, 0, 1, 1]
    wanted = np.imag(PHI["relu"](z + 1e-30j)) / 1e-30
    assert np.array_equal(slope[z != 0], wanted[z != 0])


def test_the_slope_of_an_expected_loss_is_zero_where_the_lesson_says():
    ((_, code, _),) = BY_NAME["slope of an expected loss"].lines
    assert numbers(code, {"s": 0.25, "c": 0.25}) == pytest.approx([0], abs=1e-15)
    assert "$c = s$" in prose("03")["03-baseline-explain"]


# Differences, for the network of one weight of lesson 06

WEIGHT = 0.2
INPUTS, CLASSES = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0, 1, 1, 1])


def loss_of(w):
    return np.mean(np.log(1 + np.exp(np.where(CLASSES == 1, -1, 1) * w * INPUTS)))


def derivatives(w):
    p = 1 / (1 + np.exp(-w * INPUTS))
    slope = p * (1 - p)
    inner = [INPUTS * (p - CLASSES), INPUTS**2 * slope, INPUTS**3 * slope * (1 - 2 * p)]
    return [values.mean() for values in inner]


def sides(line, h):
    """Return the numbers of the sides of a line about the loss of one weight."""
    L1, L2, L3 = derivatives(WEIGHT)
    return numbers(line[1], {"L": loss_of, "w": WEIGHT, "h": h, "L1": L1, "L2": L2, "L3": L3})


def test_the_derivatives_of_the_one_weight_are_right():
    below, above = derivatives(WEIGHT - 1e-4), derivatives(WEIGHT + 1e-4)
    steps = [(b - a) / 2e-4 for a, b in zip(below, above, strict=True)][:2]
    assert derivatives(WEIGHT)[0] == pytest.approx(np.imag(loss_of(WEIGHT + 1e-30j)) / 1e-30, rel=1e-12)
    assert derivatives(WEIGHT)[1:] == pytest.approx(steps, rel=1e-6)


@pytest.mark.parametrize("formula", NUMERIC, ids=lambda formula: formula.name)
def test_a_difference_and_its_expansion(formula):
    for line in formula.lines:
        if r"\dots" not in line[0]:
            assert sides(line, 0.1) == sides(formula.lines[0], 0.1)[:1], line
        else:
            gaps = [abs(left - right) for left, right in (sides(line, h) for h in (0.04, 0.02))]
            assert np.log2(gaps[0] / gaps[1]) == pytest.approx(formula.remainder, abs=0.1), line


def test_the_differences_are_slopes_up_to_the_error_that_the_lesson_names():
    text = prose("05")["05-differences"]
    for name, power in (("forward difference", 1), ("central difference", 2)):
        gaps = [abs(sides(BY_NAME[name].lines[0], h)[0] - derivatives(WEIGHT)[0]) for h in (0.04, 0.02)]
        assert np.log2(gaps[0] / gaps[1]) == pytest.approx(power, abs=0.1)
        exponent = "" if power == 1 else f"^{power}"
        assert rf"\text{{error in proportion to }} h{exponent}." in text


def test_check_gradient_takes_the_central_difference_of_the_table():
    found = ck.check_gradient(
        lambda params: loss_of(params[0][0]), (np.array([WEIGHT]),), (np.array([0.0]),), step=1e-3
    )
    wanted = sides(BY_NAME["central difference"].lines[0], 1e-3)[0]
    assert found.numeric[0][0] == pytest.approx(wanted, rel=1e-12)


def test_the_update_is_that_of_training():
    params, X, y, _ = problem("tanh", False, 0)
    steps = all_steps(params, X, y, "tanh")
    data = ck.Dataset("here", X, y)
    after = ck.train(data, params=params, activation="tanh", learning_rate=0.3, iterations=1).params
    for w, slope, wanted in ((params.W1, steps.dW1, after.W1), (params.W2, steps.dW2, after.W2)):
        for _, code, _ in UPDATE.lines:
            assert is_close(numbers(code, {"w": w, "slope": slope, "eta": 0.3})[0], wanted)


# Shapes in the prose

SIZES = [(5, 4), (7, 2), (1, 6), (3, 3)]
SHAPE = r"\((?:[0-9nh]|hidden_size)[0-9nh+ ]*,[0-9nh+ a-z_]*\)"
CODE_NAMES = {"x_mat_full": "X", "W_1": "W1", "W_2": "W2", "params.W1": "W1", "params.W2": "W2"}


def arrays(n, h, bias=False):
    rng = np.random.default_rng([n, h])
    data = ck.make_dataset("circle", n, rng=rng)
    return vars(all_steps(ck.init_params(h, rng=rng, output_bias=bias), data.X, data.y))


def shape_rows():
    """Return (lesson, formula or code, shapes) of the rows of tables that have both."""
    for number in LESSONS:
        for text in prose(number).values():
            for row in text.splitlines():
                if not row.startswith("|"):
                    continue
                row_cells = [cell.strip() for cell in row.strip("|").split("|")]
                shaped = [cell for cell in row_cells if re.fullmatch(rf"[`@→ a-z]*{SHAPE}.*", cell)]
                stated = [cell for cell in row_cells if re.fullmatch(r"[`$]\w+ = .*[`$]", cell)]
                if shaped and stated:
                    yield number, stated[-1].strip("`$"), re.findall(SHAPE, shaped[0])


ROWS = list(shape_rows())


def operands(right, names):
    """Return the arrays that meet in a product, an outer product or a call; else the array itself."""
    if "\\" in right or "_" in right.replace("phi_prime", ""):
        return [
            np.transpose(names[a + b if a != "w" else "W" + b])
            if top
            else names[a + b if a != "w" else "W" + b]
            for a, b, top in re.findall(
                r"(d?[XZAWzwp])_?(\d?)(\^\\top)?", re.sub(r"\\[a-z]+(?=\()", "", right)
            )
        ]
    node = ast.parse(right, mode="eval").body
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        parts = [node.left, node.right]
    else:
        parts = node.args if isinstance(node, ast.Call) else []
    return [eval(ast.unparse(part), dict(names)) for part in parts]


def test_the_shape_ledgers_are_there():
    assert [number for number, *_ in ROWS].count("02") == 4
    assert [number for number, *_ in ROWS].count("04") == 5


@pytest.mark.parametrize(("number", "stated", "shapes"), ROWS, ids=lambda value: str(value))
def test_a_shape_ledger_agrees_with_the_arrays(number, stated, shapes):
    name, right = stated.split(" = ", 1)
    name = re.sub(r"^w", "W", name.replace("_", ""))
    for n, h in SIZES:
        names = arrays(n, h)
        said = [eval(shape, {"n": n, "h": h}) for shape in shapes]
        assert names[name].shape == said[-1]
        met = [array.shape for array in operands(right, names)]
        assert len(said) == 1 or met == said[:-1], (stated, met, said)
        if "@" in right:
            assert len(said) == 3  # both factors and the result are written down


# Shapes that the prose gets wrong on purpose: questions about a column in place of a vector.
SHAPES_ASKED = {("00", "y", "(500, 1)"), ("03", "p", "(n, 1)")}
NAMED_SHAPE = re.compile(
    rf"[`$]([\w.]+)[`$](?:,? (?:has|of|have) shapes? | is | with | |: [a-z0-9 ]+, shape )`?({SHAPE})"
)


def named_shapes():
    """Return (lesson, cell, name, shape) of each array whose shape the prose tells."""
    known = {*GRADIENT, "X", "y", "W1", "W2", "Z1", "A1", "z2", "p"}
    for number in LESSONS:
        for cell, text in prose(number).items():
            for written, shape in NAMED_SHAPE.findall(text):
                name = CODE_NAMES.get(written) or written.replace("_", "").replace("dw", "dW")
                if name in known and (number, name, shape) not in SHAPES_ASKED:
                    yield number, cell, name, shape


NAMED = {}
for _number, _cell, _name, _shape in named_shapes():
    NAMED.setdefault(_cell, []).append((_name, _shape))


def fits(pairs, n, h, bias):
    names = arrays(n, h, bias)
    where = {"n": n, "h": h, "hidden_size": h}
    return all(names[name].shape == eval(shape, dict(where)) for name, shape in pairs)


def test_the_prose_names_enough_shapes():
    assert sum(map(len, NAMED.values())) >= 30
    assert {cell[:2] for cell in NAMED} >= {"02", "04", "06"}


@pytest.mark.parametrize("cell", NAMED)
def test_shapes_in_the_prose_agree_with_the_arrays(cell):
    letters = [(name, shape) for name, shape in NAMED[cell] if re.search("[nh]", shape)]
    digits = [pair for pair in NAMED[cell] if pair not in letters]
    with_bias = any("+" in shape for _, shape in letters)
    for n, h in SIZES:
        assert fits(letters, n, h, with_bias), letters
    if digits:  # the numbers of points and units come from the shapes themselves
        numbers = {name: eval(shape) for name, shape in digits}
        n = next((numbers[name][0] for name in ("X", "Z1", "A1", "z2", "p", "y") if name in numbers), 5)
        h = next((numbers[name][1] for name in ("W1", "Z1", "A1") if name in numbers), 4)
        assert any(fits(digits, n, h, bias) for bias in (False, True)), digits
