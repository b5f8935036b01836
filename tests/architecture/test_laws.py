"""Every file keeps the laws of tests/architecture/laws.py, and every law finds a breach of it."""

import pytest

from tests.architecture.laws import LAWS, Law
from tests.architecture.trees import files, read


def name(law: Law) -> str:
    return law.name.replace(" ", "-")


@pytest.mark.parametrize("law", LAWS, ids=name)
def test_every_file_keeps_the_law(law: Law) -> None:
    checked = [path for path in files(*law.where) if path not in law.but]
    assert checked
    complaints = [complaint for path in checked for complaint in law.check(path, read(path))]
    assert not complaints, f"{law.name}:\n" + "\n".join(complaints)


@pytest.mark.parametrize("law", LAWS, ids=name)
def test_the_law_finds_a_breach(law: Law) -> None:
    assert list(law.check(law.at, law.broken))


@pytest.mark.parametrize("law", LAWS, ids=name)
def test_the_law_leaves_others_alone(law: Law) -> None:
    assert not list(law.check("portal/operations/holds.py", law.kept))


@pytest.mark.parametrize("law", LAWS, ids=name)
def test_exempt_files_exist_and_need_it(law: Law) -> None:
    for path in law.but:
        assert list(law.check(path, read(path))), f"{path} no longer needs its exemption from: {law.name}"
