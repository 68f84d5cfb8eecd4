"""What a preview shows: the last state of the bank that could be read, and what is wrong with it now.

A session lives as long as its process, so that the layout engine is loaded once. It is used by one thread at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from qexport.bank.lock import Edition
from qexport.common.errors import InputRefused, QexportError, UsageError
from qexport.outputs.declaration import parse_options
from qexport.outputs.registry import OUTPUTS
from qexport.pipeline import plan
from qexport.preview.cards import draw_card, make_card_page

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.layout.scheduler import Scheduler
    from qexport.pipeline import Plan
    from qexport.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Shown:
    """One problem, or one question in the list, as plain values for the page."""

    place: str
    message: str
    hint: str = ""

    def as_list(self) -> list[str]:
        """Return it as the page reads it."""
        return [self.place, self.message, self.hint]


@dataclass(slots=True)
class PreviewSession:
    """A bank that is being written."""

    recipe: Callable[[], Recipe]
    """Reads the recipe again: a `qexport.toml` may change, too."""
    scheduler: Scheduler
    version: int = 0
    """How often it was read."""
    plan: Plan | None = None
    problems: tuple[Shown, ...] = ()
    changed: str = ""
    """The id of the question that the last edit changed, if it was one."""
    _digests: dict[str, str] = field(default_factory=dict)
    _engine: threading.Lock = field(default_factory=threading.Lock)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def refresh(self) -> None:
        """Read everything again; if something is wrong, the last good state stays, beside the problems."""
        made = None
        problems: tuple[Shown, ...] = ()
        with self._engine:
            self.scheduler.settle()
        try:
            (made,) = plan({"": self.recipe()}, scheduler=self.scheduler)
        except QexportError as error:
            problems = problems_of(error)
        with self._news:
            if made is not None:
                digests = {each.id: each.digest() for each in made.choice.questions}
                moved = [key for key, digest in digests.items() if self._digests.get(key) != digest]
                self.changed = moved[0] if self._digests and len(moved) == 1 else ""
                self.plan, self._digests = made, digests
                problems = tuple(
                    Shown(str(each.location), each.message, each.hint) for each in made.choice.warnings
                )
            self.problems = problems
            self.version += 1
            self._news.notify_all()

    def wait(self, version: int, seconds: float) -> int:
        """Wait until there is another version than this one, or the time is over; return the version there is."""
        with self._news:
            self._news.wait_for(lambda: self.version != version, seconds)
            return self.version

    def state(self) -> dict[str, object]:
        """Return what the page lists."""
        questions = self.plan.choice.questions if self.plan else ()
        return {
            "version": self.version,
            "title": self.plan.title if self.plan else "",
            "changed": self.changed,
            "problems": [each.as_list() for each in self.problems],
            "questions": [[each.id, " ".join(each.question.split("\n")[0].split())] for each in questions],
        }

    def card(self, key: str, *, back: bool, night: bool) -> str:
        """Return a side of a question's card as a page."""
        made, question = self._find(key)
        with self._engine:
            sides = draw_card(made.choice.bank, question, made.tools.templates)
        return make_card_page(sides[back], night=night)

    def page(self, key: str) -> tuple[bytes, int]:
        """Return the handbook of one question as PDF, and the page that the question is on, counted from 1."""
        made, question = self._find(key)
        edition = Edition(
            bank=made.choice.bank,
            questions=(question,),
            title=made.title,
            scope=question.id,
            retired=(),
            lock=None,
        )
        output = OUTPUTS["handbook"]
        options = parse_options(output.options, made.recipe.all_options)
        with self._engine:
            document = output.load()(edition, options, replace(made.tools, scheduler=self.scheduler))
        return document.data, document.folios.get(key, 1)

    def _find(self, key: str) -> tuple[Plan, Question]:
        if self.plan is not None:
            for question in self.plan.choice.questions:
                if question.id == key:
                    return self.plan, question
        raise UsageError(f"no question {key!r}")


def problems_of(error: QexportError) -> tuple[Shown, ...]:
    """Return each problem that an error is about."""
    if isinstance(error, InputRefused):
        return tuple(Shown(str(each.location), each.message, each.hint) for each in error.problems)
    return (Shown("", error.message, error.hint),)
