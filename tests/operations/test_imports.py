"""The import: what becomes of every row, again and again, by one worker at a time."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.base.db import db
from portal.models import Change, Domain, Organization, Task, TaskResult, TaskState, User, Workspace
from portal.operations import imports, tasks
from portal.operations.import_sources import Source, inspect
from portal.operations.tasks import Claim, Ended, Result
from portal.operations.unit import unit
from portal.operations.workspaces import create
from portal.rules.access import StaffRole
from portal.rules.errors import Forbidden, Refused
from tests import factories
from tests.support.creation import BY, NOW, actions, add_plan, add_user, check_platform, count, draft, one
from tests.support.mails import Mailbox

HEAD = "name,owner_email,web_address,custom_domain,plan,seed_sample_data,organization"
MIXED = [
    "Acme,maya@acme.example,,chat.acme.example,,,",
    "Acme,MAYA@acme.example,,,,,",  # the same again
    "Beta,maya@acme.example,,CHAT.acme.example,,yes,",  # its domain is Acme's
    "Gamma,g@gamma.example,acme,,,,",  # its address is Acme's
    '"Open,x@x.example,,,,,',  # a quotation mark that is never closed
    "Delta,d@delta.example,,,,,,,,",  # empty cells too many
    "Epsilon,e@epsilon.example",  # too short
    "Zeta,z@zeta.example,,,,,,more",  # too long
    ",nobody@x.example,,,,,",
    "Nul\0l,n@x.example,,,,,",
    "Eta,nowhere,,,,,",
    "Theta,t@x.example,,,Nonesuch,,",
    "Iota,i@x.example,,,,perhaps,",
    "Net,n@net.example,,,Network,,",
    "Net East,n@net.example,,,,,net",  # joins the organization that the row before makes
    "Acme,other@acme.example,,,,,",  # a namesake of another owner
    ",,,,,,",
    "=1+1,f@x.example,,,,,",
]
OUTCOMES = [
    *("created", "exists", "created_with_warning", "failed", "failed", "created", "failed", "failed", "failed"),
    *("failed", "failed", "failed", "failed", "created", "created", "created", "created"),
]
LINES = [*range(2, 18), 19]


def source_of(folder: Path, rows: list[str], head: str = HEAD, name: str = "rows.csv") -> Source:
    path = folder / name
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return inspect(path, 10_000_000)


def simple(folder: Path, number: int) -> Source:
    rows = [f"Workspace {n % 40},owner{n}@many.example" for n in range(number)]
    return source_of(folder, rows, "name,owner_email")


def run(source: Source, *, send_mail: bool = False) -> list[Result]:
    """The whole import, as the command does it."""
    found: list[Result] = []
    claim = imports.start_here("rows.csv", source, BY, send_mail=send_mail)
    imports.run(claim, source, BY, lambda: NOW, lambda done, results: found.extend(results))
    tasks.finish(claim, BY)
    return found


def rehearsed(source: Source) -> list[Result]:
    found: list[Result] = []
    imports.rehearse(source, BY, lambda done, results: found.extend(results))
    return found


@pytest.fixture
def mixed(app: Flask, tmp_path: Path) -> Source:
    add_plan("Network", multi_workspace=True)
    return source_of(tmp_path, MIXED)


def test_every_row_has_an_outcome_and_no_bad_row_stops_another(mixed: Source) -> None:
    results = run(mixed)
    assert [result.line for result in results] == LINES
    assert [result.outcome for result in results] == OUTCOMES
    assert count(Workspace) == OUTCOMES.count("created") + 1
    check_platform()


def test_the_reasons_say_what_is_wrong_where(mixed: Source) -> None:
    said = {result.line: result.message for result in run(mixed)}
    for line, words in {
        3: "The same name and owner as line 2.",
        4: "chat.acme.example is in use already and was left out",
        5: "web_address: “acme” is taken by another workspace. Try acme-2",
        6: "never closed",
        8: "2 values for 7 columns",
        9: "8 values for 7 columns",
        10: "name: Enter a name",
        11: "name: There is a control character (U+0000)",
        12: "owner_email: Enter a full e-mail address",
        13: "plan: There is no plan “Nonesuch”. Plans are: Network",
        14: "seed_sample_data: Write yes or no",
    }.items():
        assert words in said[line], (line, said[line])


def test_a_trial_run_says_the_same_and_writes_nothing(mixed: Source) -> None:
    before = [count(kind) for kind in (Workspace, Organization, User, Task, TaskResult, Change)]
    tried = rehearsed(mixed)
    assert [count(kind) for kind in (Workspace, Organization, User, Task, TaskResult, Change)] == before
    real = run(mixed)
    assert [(each.line, each.outcome, each.label) for each in tried] == [
        (each.line, each.outcome, each.label) for each in real
    ]
    assert [each.message for each in tried] == [each.message for each in real]


def test_the_same_file_again_makes_nothing(mixed: Source) -> None:
    first = run(mixed)
    rows = [count(kind) for kind in (Workspace, Organization, User, Domain, Change)]
    again = run(mixed)
    assert [count(kind) for kind in (Workspace, Organization, User, Domain, Change)] == rows
    made = {result.line: result.subject for result in first if result.outcome.startswith("created")}
    assert {each.line: each.subject for each in again if each.line in made} == made
    assert all(each.outcome == "exists" for each in again if each.line in made)


def test_a_row_that_stands_in_the_file_twice_names_the_first(app: Flask, tmp_path: Path) -> None:
    rows = ["Acme,nowhere", "Beta,b@x.example", "Acme,a@x.example", "Beta,B@x.example", "Acme,a@x.example"]
    source = source_of(tmp_path, rows, "name,owner_email")
    for results in (rehearsed(source), run(source)):
        said = {each.line: each.message for each in results}
        assert said[5] == "The same name and owner as line 3. Nothing is made of it again."
        assert said[6] == "The same name and owner as line 4. Nothing is made of it again.", "line 2 failed"
    again = {each.line: each.message for each in run(source)}
    assert again[3] == imports.THERE and "as line 3" in again[5]


def test_who_takes_an_import_over_knows_the_lines_before(app: Flask, tmp_path: Path) -> None:
    rows = ["Acme,nowhere", "Acme,a@x.example", *(f"Other {n},o@x.example" for n in range(60)), "Acme,a@x.example"]
    source = source_of(tmp_path, rows, "name,owner_email")
    first = imports.start_here("rows.csv", source, BY, send_mail=False)

    def dies(done: int, results: list[Result]) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        imports.run(first, source, BY, lambda: NOW, dies)
    taken = tasks.claim(first.public_id, NOW + timedelta(minutes=5))
    assert taken and 0 < taken.done < len(rows)
    found: list[Result] = []
    imports.run(taken, source, BY, lambda: NOW, lambda done, results: found.extend(results))
    assert (found[-1].line, found[-1].message) == (64, imports.REPEATED.format(line=3))


def test_accents_without_end_are_refused_before_anybody_sorts_them(app: Flask, tmp_path: Path) -> None:
    """Bringing 60,000 of them into one order takes 10 seconds, six times 9,000 of them a few."""
    rows = ["a" + "\u0315\u0300" * 29_900 + ",a@x.example,,,,", ",".join(["a" + "\u0315\u0300" * 4_500] * 6)]
    source = source_of(tmp_path, rows, "name,owner_email,organization_name,industry,state,owner_name")
    began = time.thread_time()  # what a busy machine does meanwhile does not count
    for found in (rehearsed(source), run(source)):
        assert [(each.line, each.outcome) for each in found] == [(2, "failed"), (3, "failed")]
        assert "name: At most 1,000 characters fit here; this has 59,801." in found[0].message
    assert time.thread_time() - began < 3


def test_a_row_that_exists_is_left_as_it_is(app: Flask, tmp_path: Path) -> None:
    create(draft(name="Técnica", cnam="OLD"), BY, send_mail=False)
    source = source_of(tmp_path, ["  Técnica ,MAYA@Acme.Example,NEW"], "name,owner_email,cnam")
    (result,) = run(source)
    assert (result.outcome, result.subject) == ("exists", one(Workspace).public_id)
    assert one(Workspace).cnam == "OLD"


def test_a_known_owner_gets_another_workspace_and_no_second_account(app: Flask, tmp_path: Path) -> None:
    alice = add_user("alice@acme.example")
    run(source_of(tmp_path, ["One,Alice@acme.example", "Two,alice@acme.example"], "name,owner_email"))
    assert count(User) == 1 and count(Workspace) == 2
    assert {row.owner_id for row in db.session.scalars(select(Workspace))} == {one(User, public_id=alice).id}


def test_the_same_domain_written_in_two_ways_is_one_address(app: Flask, tmp_path: Path) -> None:
    rows = ["One,a@xn--tcnica-bva.example", "One,a@técnica.example"]
    assert [each.outcome for each in run(source_of(tmp_path, rows, "name,owner_email"))] == ["created", "exists"]


def test_nobody_hears_of_an_import_unless_asked(app: Flask, tmp_path: Path) -> None:
    run(simple(tmp_path, 3))  # the fixture fails the test if a mail was written


def test_owners_are_invited_if_asked(app: Flask, tmp_path: Path, mailbox: Mailbox) -> None:
    run(simple(tmp_path, 3), send_mail=True)
    assert {each.recipient for each in mailbox.messages} == {f"owner{n}@many.example" for n in range(3)}


def test_the_task_tells_how_far_it_is_and_the_audit_log_who_began_it(app: Flask, tmp_path: Path) -> None:
    run(simple(tmp_path, 60))
    task = one(Task)
    assert (task.state, task.done, task.total, task.counts) == (TaskState.DONE, 60, 60, {"created": 60})
    assert count(TaskResult) == 60
    assert (actions()[0], actions()[-1]) == ("import.started", "import.finished")


def stop_after(rows: int, act: Callable[[], None]) -> imports.Progress:
    """Does `act` once so many rows are done."""
    acted: list[int] = []

    def progress(done: int, results: list[Result]) -> None:
        if done >= rows and not acted:
            acted.append(done)
            act()

    return progress


def test_a_stopped_import_keeps_what_is_done_and_begins_no_further_row(app: Flask, tmp_path: Path) -> None:
    source = simple(tmp_path, 120)
    claim = imports.start_here("rows.csv", source, BY, send_mail=False)
    with pytest.raises(Ended):
        imports.run(claim, source, BY, lambda: NOW, stop_after(10, lambda: tasks.stop(claim.public_id, BY)))
    task = one(Task)
    assert task.state is TaskState.STOPPED and 10 <= task.done < 120
    assert count(Workspace) == count(TaskResult) == task.done
    tasks.finish(claim, BY)
    assert one(Task).state is TaskState.STOPPED and actions()[-1] == "import.stopped"
    check_platform()


def test_nobody_else_gets_a_task_before_its_lease_is_over(app: Flask, tmp_path: Path) -> None:
    claim = imports.start_here("rows.csv", simple(tmp_path, 3), BY, send_mail=False)
    assert tasks.claim(claim.public_id, NOW + tasks.LEASE - timedelta(seconds=1)) is None
    taken = tasks.claim(claim.public_id, NOW + tasks.LEASE)
    assert taken is not None and taken.fence == claim.fence + 1


def test_a_worker_that_lost_its_task_writes_nothing_more_and_the_next_goes_on(app: Flask, tmp_path: Path) -> None:
    source = simple(tmp_path, 120)
    late = imports.start_here("rows.csv", source, BY, send_mail=False)
    found: list[Claim | None] = []

    def take() -> None:
        found.append(tasks.claim(late.public_id, NOW + 2 * tasks.LEASE))

    with pytest.raises(Ended):
        imports.run(late, source, BY, lambda: NOW, stop_after(10, take))
    (taken,) = found
    assert taken is not None and taken.done == count(Workspace) == taken.last_line - 1
    imports.run(taken, source, BY, lambda: NOW)
    tasks.finish(late, BY, error="too late")
    tasks.finish(taken, BY)
    assert one(Task).state is TaskState.DONE and one(Task).done == 120
    assert count(Workspace) == count(TaskResult) == 120
    check_platform()


def test_two_imports_of_one_file_at_once_make_no_double(app: Flask, tmp_path: Path) -> None:
    add_user("owner0@many.example")  # known owners leave no unique account to trip over
    rows = [f"Workspace {n},owner{n % 5}@many.example" for n in range(60)]
    source = source_of(tmp_path, rows, "name,owner_email")

    def work(_: int) -> list[Result]:
        with app.app_context():
            return run(source)

    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        one_run, other_run = pool.map(work, range(2))
    both = [*one_run, *other_run]
    assert [each.outcome for each in both].count("created") == 60 and len(both) == 120
    assert count(Workspace) == 60 and count(User) == 5
    check_platform()


@pytest.mark.parametrize("content", ["name,owner_email\n", "name,owner_email\n\n,\n"])
def test_a_file_without_rows_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(content)
    with pytest.raises(Refused, match="no rows below it"):
        inspect(path, 1000)


def test_a_file_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("name,owner_email\n" + "A,a@x\n" * 200_001)
    with pytest.raises(Refused, match="200,001 rows"):
        inspect(path, 10_000_000)


def test_an_import_of_somebody_who_was_suspended_meanwhile_goes_no_further(app: Flask, tmp_path: Path) -> None:
    source, eve = simple(tmp_path, 3), factories.staff(StaffRole.OWNER)
    by = factories.acting(eve)
    claim = imports.start_here("rows.csv", source, by, send_mail=True)
    with unit() as session:
        session.merge(eve).suspended_at = NOW
    with pytest.raises(Forbidden):
        imports.run(claim, source, by, lambda: NOW)
    assert count(Workspace) == 0
