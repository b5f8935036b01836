"""The head of an import's file, and results in words."""

import pytest

from portal.operations.drafts import NewWorkspace
from portal.rules.errors import Refused
from portal.rules.imports import COLUMNS, REQUIRED, SYNONYMS, YES_NO, Outcome, head_of, summary, yes


def test_the_columns_are_the_fields_of_a_draft() -> None:
    assert set(COLUMNS) == set(NewWorkspace.__dataclass_fields__)
    assert {name for name in COLUMNS if NewWorkspace.__dataclass_fields__[name].type == "bool"} == set(YES_NO)
    assert set(REQUIRED) <= set(COLUMNS)


def test_a_synonym_names_a_column_and_is_none_itself() -> None:
    assert set(SYNONYMS.values()) <= set(COLUMNS) and not set(SYNONYMS) & set(COLUMNS)


def test_case_spaces_and_empty_heads_at_the_end_do_not_matter() -> None:
    assert head_of(["Name ", "Owner Email", "web-address", "", " "]) == ["name", "owner_email", "web_address"]


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (["name", "owner_email", "owner_emial"], "no column “owner_emial”: did you mean “owner_email”?"),
        (["name", "email"], "no column “email”: did you mean “owner_email”?"),
        (["Name", "E-Mail"], "no column “E-Mail”: did you mean “owner_email”?"),
        (["name", "owner_email", "Company"], "no column “Company”: did you mean “organization_name”?"),
        (["name", "owner_email", "compnay_name"], "no column “compnay_name”: did you mean “organization_name”?"),
        (["workspace", "owner_email"], "no column “workspace”: did you mean “name”?"),
        (["name", "owner_email", "email"], "There is no column “email”."),
        (["name", "owner_email", "shoe_size"], "There is no column “shoe_size”."),
        (["name"], "The column “owner_email” is missing."),
        (["owner_email", "plan"], "The column “name” is missing."),
        (["name", "owner_email", "Name"], "“name” stands there 2 times."),
        (["name", "", "owner_email"], "Column 2 has no name."),
        (["", " "], "first line is empty"),
        (["version", "name", "owner_email"], "There is no column “version”"),
    ],
)
def test_a_wrong_head_is_refused_by_name(head: list[str], words: str) -> None:
    with pytest.raises(Refused) as caught:
        head_of(head)
    assert words in caught.value.message


@pytest.mark.parametrize(("text", "value"), [("Yes", True), ("1", True), ("x", True), ("", False), ("NO", False)])
def test_yes_and_no(text: str, value: bool) -> None:
    assert yes(text, "seed_sample_data") is value


def test_a_maybe_is_refused() -> None:
    with pytest.raises(Refused, match="Write yes or no"):
        yes("maybe", "seed_sample_data")


def test_a_summary_counts_warned_rows_among_the_created() -> None:
    counts = {Outcome.CREATED: 7_990, Outcome.WARNED: 2, Outcome.EXISTS: 5, Outcome.FAILED: 3}
    assert summary(counts, trial=False) == "7,992 created (2 of them with a warning), 5 there already, 3 failed"
    assert summary({Outcome.FAILED: 1}, trial=True) == "1 would fail"
    assert summary({}, trial=False) == "none"
