"""Questions inside a lesson: choose an answer and hear at once what it is worth, or record a prediction.

Both are radio buttons with what they say below. Where no live widget can be shown, the same question
stands there as text, and `.answer("b")` replaces a click.
"""

import html
import re
import string
import textwrap
import threading
from importlib.resources import files

import ipywidgets as widgets

from coursekit._validation import check_different, check_kind, check_text, describe
from coursekit.palette import GREEN, GREY, VERMILION, boxed

WIDTH = 100  # characters in a line of text
HOW = 'Without buttons, put .answer("a"), with your letter, right after predict(...), and run the cell.'
STYLE, SCRIPT = (
    files("coursekit.lesson").joinpath(f"questions.{kind}").read_text(encoding="utf-8")
    for kind in ("css", "js")
)
DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
LOADED = f'<style>{STYLE}</style><img alt="" hidden src="{DOT}" onload="{html.escape(SCRIPT)}">'


class Question(widgets.VBox):
    """A question with radio buttons, as `ask` makes it, or `predict` where no choice is right."""

    def __init__(self, question, choices, right=None):
        self.question, self.choices, self._right = question, tuple(choices), right
        self._feedback = dict(choices) if right else {}
        self.how = "" if right else HOW  # said below the text that stands in for buttons
        self._letters = string.ascii_lowercase[: len(self.choices)]
        self._lock = threading.Lock()  # a front end may run callbacks on two threads
        asked = widgets.HTML(f'<div class="ck-asked">{_as_html(question)}</div>')
        self._radio = widgets.RadioButtons(options=list(map(_label, self.choices)), index=None)
        self._status = widgets.HTML()
        self._status.add_class("ck-status")
        script = widgets.HTML(LOADED)
        script.layout.height = script.layout.margin = "0"
        super().__init__([asked, self._radio, self._status, script])
        self.add_class("ck-question")
        self._radio.observe(self._chosen, "index")

    @property
    def value(self):
        """The text of the choice; `...` until there is one."""
        return ... if self._radio.index is None else self.choices[self._radio.index]

    def answer(self, letter):
        """Choose by letter, "a" for the first choice; return what is said of it, or the prediction."""
        rule = f"one of {', '.join(self._letters)}"
        bare = check_kind(letter, "letter", str, f"{rule}, in quotes").strip(" ()").lower()
        if bare not in list(self._letters):
            raise ValueError(f"letter must be {rule}; got {describe(letter)}")
        self._radio.index = self._letters.index(bare)
        return textwrap.fill(" ".join(self._said()[:2]), WIDTH) if self._right else self

    def _said(self):
        """Return what is said about the choice: a mark, words, a colour."""
        if self._right is None:
            return "Recorded:", self.value, GREY
        mark, color = ("✓ Right.", GREEN) if self.value == self._right else ("✗ Not yet.", VERMILION)
        return mark, self._feedback[self.value], color

    def _chosen(self, _):
        with self._lock:
            self._status.value = ""
            if self.value is not ...:
                mark, words, color = self._said()
                said = boxed(f"<b>{mark}</b> {_as_html(words)}", color)
                self._status.value = f'<div class="ck-said">{said}</div>'

    def __repr__(self):
        lines = [textwrap.fill(self.question, WIDTH)]
        for letter, choice in zip(self._letters, self.choices, strict=True):
            start = f"  ({letter}) "
            lines += textwrap.wrap(choice, WIDTH, initial_indent=start, subsequent_indent=" " * len(start))
        recorded = [] if self._right or self.value is ... else [" ".join(self._said()[:2])]
        return "\n".join([*lines, *filter(None, [self.how]), *recorded])

    def _repr_mimebundle_(self, **kwargs):
        """Return the view, and all of the text, of which ipywidgets would show the beginning."""
        return {**(super()._repr_mimebundle_(**kwargs) or {}), "text/plain": repr(self)}


def ask(question, choices, right):
    """Return a `Question` whose choices are each answered at once; the learner may choose again.

    Parameters
    ----------
    question : str
        `words` between backticks look like code, here and in the feedback.
    choices : dict of str to str
        From 2 to 26. Choice -> what is said after it: why it is right, or a question that leads there.
    right : str
        The right choice.
    """
    _check(question, choices, dict, "a dict of choice -> feedback")
    for choice, feedback in choices.items():
        check_text(feedback, f"the feedback of {choice!r}")
    check_text(right, "right")
    if right not in choices:
        raise ValueError(f"right must be among the choices {', '.join(map(repr, choices))}; got {right!r}")
    return Question(question, choices, right)


def predict(question, choices):
    """Return a `Question` that records a prediction, unjudged; `exercises.reveal` shows it again.

    There are from 2 to 26 choices, a list or tuple of str; `words` between backticks look like code.
    """
    _check(question, choices, (list, tuple), "a list of texts")
    return Question(question, choices)


def _check(question, choices, *kind):
    check_text(question, "question")
    if not 2 <= len(check_kind(choices, "choices", *kind)) <= 26:
        raise ValueError(f"choices must have from 2 to 26 entries; got {len(choices)}")
    for choice in choices:
        check_text(choice, "each choice")
    check_different(map(_label, choices), "choices")


def _label(choice):
    """Return a choice as a radio button shows it: without the marks of code."""
    return " ".join(choice.replace("`", "").split())


def _as_html(text):
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(text))
