"""Example data: the lives that workspaces lead. A story says what happened; status and health follow by the rules."""

from __future__ import annotations

from dataclasses import dataclass

from portal.operations.demo.dice import Dice
from portal.rules.lifecycle import HoldKind

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Story:
    """One life. `singles`: of 50 organizations with one workspace, so many lead it; `children`: of 100 further
    workspaces of a multi organization. `age`: days since created, None for any over three years; `unseen`: days since
    somebody was last seen, None for never; `recent`: the last week's usage against the weeks before; `growth`: over
    90 days; `delivery`: delivered of sent; `month`: the part of a monthly limit that is used."""

    name: str
    singles: int
    children: int
    age: Range | None = None
    unseen: Range | None = (0.01, 3)
    recent: Range = (0.94, 1.06)
    growth: Range = (0.95, 1.05)
    delivery: Range = (0.945, 0.988)
    month: Range | None = None
    little: bool = False
    payment: str = ""
    hold: HoldKind | None = None
    trial: bool = False
    closed: bool = False

    @property
    def needs_volume(self) -> bool:
        """Whether it shows only in a workspace that sends a good deal."""
        return self.recent[1] < 0.9 or self.delivery[1] < 0.9 or self.month is not None


STORIES: tuple[Story, ...] = (
    # Good
    Story("steady", 12, 34, unseen=(0.01, 4)),
    Story("growing", 7, 16, growth=(1.25, 1.9)),
    Story("new", 3, 6, age=(8, 35)),
    Story("small", 5, 8, unseen=(0.2, 11), little=True),
    # Watch
    Story("fading", 1, 4, recent=(0.38, 0.5)),
    Story("absent", 1, 3, unseen=(15, 28)),
    Story("rejected", 1, 3, delivery=(0.79, 0.87)),
    Story("near a limit", 1, 4, month=(0.83, 0.96)),
    Story("late payer", 2, 0, payment="late"),
    Story("failed charge", 1, 2, payment="failed"),
    # Risk
    Story("collapsed", 1, 2, recent=(0.03, 0.2)),
    Story("gone quiet", 1, 2, unseen=(32, 80), recent=(0.72, 0.88)),
    Story("never seen", 1, 0, age=(40, 60), unseen=None, little=True),
    Story("blocked", 1, 2, delivery=(0.5, 0.7)),
    Story("over a limit", 1, 2, month=(1.02, 1.25)),
    Story("overdue", 2, 0, payment="overdue"),
    Story("failed twice", 1, 1, payment="failed twice"),
    # On trial
    Story("trial", 2, 2, age=(0.1, 3.4), unseen=(0.01, 0.08), trial=True, little=True),
    Story("trial ending", 1, 0, age=(4.3, 6.9), unseen=(0.01, 2), trial=True, little=True),
    # Suspended
    Story("held", 1, 2, hold=HoldKind.MANUAL),
    Story("past due", 1, 0, payment="overdue", hold=HoldKind.PAST_DUE),
    Story("trial ended", 1, 0, age=(8, 25), unseen=(1, 7), trial=True, little=True, hold=HoldKind.TRIAL_ENDED),
    Story("capped", 0, 1, hold=HoldKind.SPEND_CAP),
    Story("abuse", 0, 1, hold=HoldKind.ABUSE, delivery=(0.55, 0.7)),
    # In the trash
    Story("closed", 2, 5, closed=True),
)

BY_NAME = {story.name: story for story in STORIES}

# The organization whose people can be logged in as: everything works there, whatever the seed.
TOURED = ("steady", "growing", "near a limit", "steady", "new", "small")


def single_story(dice: Dice, index: int) -> Story:
    """The story of the `index`th organization with one workspace."""
    return BY_NAME[dice.card("single", index, [(story.name, story.singles) for story in STORIES])]


def child_story(dice: Dice, index: int) -> Story:
    """The story of the `index`th further workspace of multi organizations."""
    return BY_NAME[dice.card("child", index, [(story.name, story.children) for story in STORIES])]


def primary_story(dice: Dice, index: int) -> Story:
    """The story of a multi organization's first workspace, which is not closed while others remain. Every eighth
    such organization pays late."""
    return BY_NAME[dice.card("primary", index, [("steady", 4), ("growing", 3), ("late payer", 1)])]
