"""Questions inside a lesson: choose an answer and hear at once what it is worth, or record a prediction.

Both are shown by the cell that ends in them, as radio buttons with what they say below. Where no
live widget can be shown, the same question stands there as text, and `.answer("b")` replaces a click.
"""

import html
import re
import string
import textwrap
import threading

import ipywidgets as widgets

from coursekit._validation import check_text, describe

RIGHT, WRONG = "#009E73", "#D55E00"
WIDTH = 100  # characters in a line of text
HOW = 'Without buttons, add .answer("a") at the end of this cell, with your letter, and run it.'
STYLE = """
.ck-question { max-width: 820px; padding: 4px 4px 6px 0.8em; border-left: 4px solid #767676; }
.ck-question .widget-html-content { font-size: 15px; line-height: 1.45; }
.ck-question .ck-asked { font-weight: 600; }
.ck-question .widget-radio { width: auto; }
.ck-question .widget-radio-box { padding: 0; margin-bottom: 0 !important; }
.ck-question .widget-radio-box label {
    display: flex; flex-direction: row-reverse; justify-content: flex-end; align-items: flex-start;
    width: fit-content; height: auto; padding: 3px 8px 3px 2px;
    font-size: 15px; line-height: 1.45; white-space: normal;
}
.ck-question .widget-radio-box input {
    flex: none; float: none; width: 15px; height: 15px; margin: 4px 10px 0 2px;
}
.ck-question label:has(:focus-visible) { outline: 3px solid #0072B2; }
.ck-question .ck-said { min-height: 1.5em; padding-left: 8px; white-space: pre-wrap; }
"""
# Without a shared name each radio button stands alone; without the other attribute of each, arrow
# keys would move to another cell. A status that stays in the page is heard when its content changes.
SCRIPT = """(image => {
    const root = image.closest('.ck-question');
    if (!root || root.dataset.ckReady) return;
    root.dataset.ckReady = 'yes';
    const name = 'ck-' + Math.random();
    const look = () => {
        const asked = root.querySelector('.ck-asked'), box = root.querySelector('.widget-radio-box');
        const said = root.querySelector('.ck-status .widget-html-content');
        if (box) box.setAttribute('role', 'radiogroup');
        if (box &amp;&amp; asked) box.setAttribute('aria-label', asked.textContent);
        if (said) said.setAttribute('role', 'status');
        root.querySelectorAll('[type=radio]').forEach(radio => {
            radio.name = name;
            radio.dataset.lmSuppressShortcuts = 'true';
        });
    };
    new MutationObserver(look).observe(root, {childList: true, subtree: true});
    look();
})(this)"""
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


class Choices(widgets.VBox):
    """A question with radio buttons; `Question` and `Prediction` say what follows a choice.

    Attributes
    ----------
    value : str or ...
        The text of the choice; `...` until there is one.
    """

    def __init__(self, question, choices):
        self.question, self.choices = question, tuple(choices)
        self._lock = threading.Lock()  # a front end may run callbacks on two threads
        asked = widgets.HTML(f'<div class="ck-asked">{_as_html(question)}</div>')
        self._radio = widgets.RadioButtons(options=list(map(_label, self.choices)), index=None)
        self._status = widgets.HTML()
        self._status.add_class("ck-status")
        script = widgets.HTML(f'<style>{STYLE}</style><img alt="" hidden src="{DOT}" onload="{SCRIPT}">')
        script.layout.height = script.layout.margin = "0"
        super().__init__([asked, self._radio, self._status, script])
        self.add_class("ck-question")
        self._radio.observe(self._chosen, "index")

    @property
    def value(self):
        """The text of the choice, or `...`."""
        return ... if self._radio.index is None else self.choices[self._radio.index]

    def answer(self, letter):
        """Choose by letter, as a click does.

        Parameters
        ----------
        letter : str
            "a" for the first choice, and so on.
        """
        letters = _letters(self.choices)
        if not isinstance(letter, str):
            raise TypeError(f"letter must be one of {', '.join(letters)}, in quotes; got {describe(letter)}")
        if letter.strip(" ()").lower() not in letters:
            raise ValueError(f"letter must be one of {', '.join(letters)}; got {describe(letter)}")
        self._radio.index = letters.index(letter.strip(" ()").lower())

    def _chosen(self, _):
        with self._lock:
            self._status.value = "" if self.value is ... else self._said_as_html()

    def __repr__(self):
        lines = [textwrap.fill(self.question, WIDTH)]
        for letter, choice in zip(_letters(self.choices), self.choices, strict=True):
            start = f"  ({letter}) "
            lines += textwrap.wrap(choice, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
        return "\n".join([*lines, HOW])

    def _repr_mimebundle_(self, **kwargs):
        """Return the view, and all of the text, of which ipywidgets would show the beginning."""
        return {**(super()._repr_mimebundle_(**kwargs) or {}), "text/plain": repr(self)}


class Question(Choices):
    """What `ask` returns."""

    def __init__(self, question, choices, right):
        self._feedback, self._right = dict(choices), right
        super().__init__(question, choices)

    def _verdict(self):
        return ("✓ Right.", RIGHT) if self.value == self._right else ("✗ Not yet.", WRONG)

    def _said_as_html(self):
        mark, color = self._verdict()
        feedback = _as_html(self._feedback[self.value])
        return f'<div class="ck-said" style="border-left: 6px solid {color}"><b>{mark}</b> {feedback}</div>'

    def answer(self, letter):
        """Choose by letter, as a click does, and return what is said about it.

        Parameters
        ----------
        letter : str
            "a" for the first choice, and so on.

        Returns
        -------
        Said
            The feedback: a str that a cell shows without quotes.
        """
        super().answer(letter)
        return Said(textwrap.fill(f"{self._verdict()[0]} {self._feedback[self.value]}", WIDTH))


class Prediction(Choices):
    """What `predict` returns."""

    def _said_as_html(self):
        return f'<div class="ck-said">Recorded: <b>{_as_html(self.value)}</b></div>'

    def answer(self, letter):
        """Choose by letter, as a click does, and return the prediction itself.

        Parameters
        ----------
        letter : str
            "a" for the first choice, and so on.

        Returns
        -------
        Prediction
        """
        super().answer(letter)
        return self

    def __repr__(self):
        return super().__repr__() + ("" if self.value is ... else f"\nRecorded: {self.value}")


class Said(str):
    """Text that a cell shows as it is."""

    __repr__ = str.__str__


def ask(question, choices, right):
    """Ask a question with choices; each choice is answered at once, and the learner may choose again.

    Parameters
    ----------
    question : str
        `words` between backticks look like code, here and in the feedback.
    choices : dict of str to str
        From 2 to 26. Choice -> what is said after it: why it is right, or what it overlooks. The
        feedback of a wrong choice asks or points, and leaves the right one open.
    right : str
        The right choice.

    Returns
    -------
    Question
        A widget; `.answer("b")` chooses without it and returns the feedback.

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule.
    """
    check_text(question, "question")
    if not isinstance(choices, dict):
        raise TypeError(f"choices must be a dict of choice -> feedback; got {describe(choices)}")
    _check_choices(tuple(choices))
    for choice, feedback in choices.items():
        check_text(feedback, f"the feedback of {choice!r}")
    check_text(right, "right")
    if right not in choices:
        raise ValueError(f"right must be among the choices {', '.join(map(repr, choices))}; got {right!r}")
    return Question(question, choices, right)


def predict(question, choices):
    """Ask for a prediction, and record it without judging it.

    Show it beside the outcome with `coursekit.lesson.exercises.reveal`.

    Parameters
    ----------
    question : str
        `words` between backticks look like code.
    choices : list or tuple of str
        From 2 to 26, all different.

    Returns
    -------
    Prediction
        A widget; `.value` is the chosen text, `...` until there is one, and `.answer("b")` chooses
        without it.

    Raises
    ------
    TypeError, ValueError
        Where an argument breaks its rule.
    """
    check_text(question, "question")
    if not isinstance(choices, (list, tuple)):
        raise TypeError(f"choices must be a list of texts; got {describe(choices)}")
    _check_choices(choices)
    return Prediction(question, choices)


def _check_choices(choices):
    if not 2 <= len(choices) <= 26:
        raise ValueError(f"choices must have from 2 to 26 entries; got {len(choices)}")
    for choice in choices:
        check_text(choice, "each choice")
    labels = [_label(choice) for choice in choices]
    for label in labels:
        if labels.count(label) > 1:
            raise ValueError(f"choices must be different; got {label!r} twice")


def _letters(choices):
    return list(string.ascii_lowercase[: len(choices)])


def _label(choice):
    """Return a choice as a radio button shows it: without the marks of code."""
    return " ".join(choice.replace("`", "").split())


def _as_html(text):
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))
