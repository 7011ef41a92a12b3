"""Results of a sweep on named axes: select, reduce, write a table."""

from dataclasses import dataclass, replace

import numpy as np

from coursekit._validation import check_choice, describe

MISSING = {  # quantity -> its value, and with it its dtype, where a network was not trained
    "final_loss": np.nan,
    "best_loss": np.nan,
    "final_accuracy": np.nan,
    "best_accuracy": np.nan,
    "reached": False,
    "first_iteration": -1,
    "stayed": False,
    "diverged": False,
    "dead_units": 0,
    "fresh_accuracy": np.nan,
    "loss": np.nan,
    "accuracy": np.nan,
}
CURVES = ("loss", "accuracy")
NOT_HELD = {"fail": "reached", "success": "reached", "arriv": "reached", "iter": "first_iteration"}


def is_list(value):
    """Whether a value stands for several: a list, tuple, range or array."""
    return isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray) and value.ndim > 0)


class SweepStopped(RuntimeError):
    """A sweep could not go on. `.partial` is the SweepResult with what was finished."""

    def __init__(self, message, partial):
        super().__init__(message)
        self.partial = partial


@dataclass(frozen=True, repr=False)
class SweepResult:
    """What `sweep` found, on named axes.

    Attributes
    ----------
    axes : dict
        Name of an axis -> tuple of its values, in the order of the axes of the arrays.
    settings : dict
        What all networks share: arguments given as one value, and those that are no axis.
    values : dict
        Name of a quantity -> ndarray; `result["final_loss"]` is short for it. Of shape (axes...):
        final_loss, best_loss (float64, nats), final_accuracy, best_accuracy, fresh_accuracy
        (float64, shares), reached, stayed, diverged (bool), first_iteration (int64, -1: never),
        dead_units (int64). Curves, loss and accuracy, have a last axis `recorded`.
    done : ndarray of bool, shape (axes...)
        Which networks were trained: all, unless the sweep was stopped.
    """

    axes: dict
    settings: dict
    values: dict
    done: np.ndarray

    @property
    def partial(self):
        """Whether some networks are missing."""
        return not self.done.all()

    @property
    def recorded(self):
        """The iterations of the entries of a curve."""
        return np.arange(0, self.settings["iterations"], self.settings["record_every"])

    def __getitem__(self, quantity):
        meant = [held for piece, held in NOT_HELD.items() if piece in str(quantity).lower()]
        if meant and quantity not in self.values:
            hint = "'reached' is True where a run reached the threshold, and False where it failed."
            hint = hint if meant[0] == "reached" else f"Did you mean {meant[0]!r}?"
            raise ValueError(f"quantity must be one of {', '.join(self.values)}; got {quantity!r}. {hint}")
        return check_choice(quantity, self.values, "quantity")

    def select(self, *unnamed, **chosen):
        """Return the part of the results at some values of some axes.

        Parameters
        ----------
        **chosen
            Name of an axis = one of its values (the axis becomes a setting), or a list of values.

        Returns
        -------
        SweepResult

        Raises
        ------
        ValueError
            Where an axis or a value on it does not exist.
        """
        if unnamed:
            call = ", ".join(f"{name}={value!r}" for name, value in zip(self.axes, unnamed, strict=False))
            raise TypeError(
                f"select must be told the axis of each value, as in select({call}); got {unnamed}"
            )
        result = self
        for name, wanted in chosen.items():
            values = check_choice(name, result.axes, "axis")
            if is_list(wanted):
                result = result._take(name, [place_of(value, values, name) for value in wanted])
            else:
                result = result._take(name, place_of(wanted, values, name))
        return result

    def _take(self, name, where):
        axis = list(self.axes).index(name)
        axes, settings = dict(self.axes), dict(self.settings)
        if isinstance(where, list):
            if not where:
                raise ValueError(f"axis {name} must be selected by at least one value; got none")
            axes[name] = tuple(axes[name][i] for i in where)
        else:
            settings[name] = axes.pop(name)[where]
        values = {quantity: array.take(where, axis) for quantity, array in self.values.items()}
        return replace(self, axes=axes, settings=settings, values=values, done=self.done.take(where, axis))

    def reduce(self, function, quantity, over):
        """Sum up a quantity over some axes.

        Parameters
        ----------
        function : callable
            Takes a 1-d array, the values over those axes, and returns one number: np.median, say.
        quantity : str
        over : str or list of str
            Names of the axes that disappear.

        Returns
        -------
        ndarray, shape of the axes that stay, in their order
            With a last axis `recorded` if the quantity is a curve.
        """
        if not callable(function):
            order = ": function, then quantity" if callable(quantity) else ""
            raise TypeError(f"function must be callable; got {describe(function)}{order}")
        over = [over] if isinstance(over, str) else list(over)
        for name in over:
            check_choice(name, self.axes, "axis")
            if over.count(name) > 1:
                raise ValueError(f"over must not name an axis twice; got {over}")
        array, names = self[quantity], list(self.axes)
        places = [names.index(name) for name in over]
        array = np.moveaxis(array, places, range(len(places)))
        flat = array.reshape(-1, *array.shape[len(places) :])
        return np.apply_along_axis(function, 0, flat)

    def rows(self):
        """Yield a dict for each trained network: its settings, then its quantities without curves."""
        quantities = [name for name in self.values if name not in CURVES]
        for place in np.ndindex(self.done.shape):
            if self.done[place]:
                own = {name: values[i] for (name, values), i in zip(self.axes.items(), place, strict=True)}
                yield self.settings | own | {name: self.values[name][place].item() for name in quantities}

    def to_csv(self, path):
        """Write `rows` as a table of comma-separated values with a header."""
        import csv

        with open(path, "w", newline="", encoding="utf-8") as file:
            rows = self.rows()
            first = next(rows, {})
            writer = csv.DictWriter(file, first)
            writer.writeheader()
            writer.writerows([first, *rows] if first else [])

    def to_frame(self):
        """Return `rows` as a pandas DataFrame, where pandas is installed."""
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_frame needs pandas, which is not installed; to_csv does not") from error
        return pandas.DataFrame(list(self.rows()))

    def __repr__(self):
        size = " x ".join(f"{len(values)} {name}" for name, values in self.axes.items())
        networks = f"{size + ': ' * bool(size)}{self.done.size} network{'s' * (self.done.size != 1)}"
        text = f"SweepResult({networks}, {self.settings['iterations']} iterations"
        if self.partial:
            text += f", partial: {self.done.sum()} trained"
        text += f"; {self['reached'].sum()} reached accuracy {self.settings['threshold']:g}"
        return text + f", {self['diverged'].sum()} diverged)"


def place_of(value, values, name):
    """Return where a value stands on an axis."""
    for i, known in enumerate(values):
        same_kind = isinstance(value, (bool, np.bool_)) == isinstance(known, bool)  # True is not 1 here
        if same_kind and np.ndim(value) == 0 and value == known:
            return i
    known = ", ".join(map(repr, values[:8])) + (", ..." if len(values) > 8 else "")
    raise ValueError(f"axis {name} must be selected by a value on it: {known}; got {describe(value)}")
