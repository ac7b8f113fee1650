"""People from a CSV file of a row a person."""

from pathlib import Path

import pytest

from api.frameworks.errors import BadFile
from api.frameworks.people import read_people
from api.frameworks.rows import HeldRow, PersonRow
from tests.frameworks import write_csv

HEADERS = [
    "Email",
    "Name",
    "Subject",
    "Job title",
    "Location",
    "Time zone",
    "Line manager",
    "Role profile",
    "Required levels",
    "Held levels",
    "Endorsed",
]


def test_a_row_says_everything_of_a_person(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "people.csv",
        [
            HEADERS,
            ["Ada@Example.com", "Ada Löf 🙂", "idp|7", "Engineer", "Porto", "Europe/Lisbon", "boss@example.com",
             "Senior engineer", "PROG 5; desn:4", "PROG 3; DESN=2", "prog"],
        ],
    )  # fmt: skip
    assert read_people(file) == (
        PersonRow(
            row=2,
            email="ada@example.com",
            name="Ada Löf 🙂",
            subject="idp|7",
            job_title="Engineer",
            location="Porto",
            time_zone="Europe/Lisbon",
            line_manager_email="boss@example.com",
            role_profile="Senior engineer",
            required={"PROG": 5, "DESN": 4},
            held={"PROG": HeldRow(level=3, endorsed=True), "DESN": HeldRow(level=2)},
        ),
    )


def test_a_column_that_is_not_there_says_nothing_and_a_blank_cell_says_none(tmp_path: Path) -> None:
    (person,) = read_people(write_csv(tmp_path / "a.csv", [["Name", "EMAIL"], ["Ada", "ada@example.com"]]))
    assert (person.job_title, person.required, person.held) == (None, None, None)
    row = ["ada@example.com", "Ada", *[""] * 9]
    (person,) = read_people(write_csv(tmp_path / "b.csv", [HEADERS, row]))
    assert (person.job_title, person.line_manager_email, person.required, person.held) == ("", "", {}, {})


def test_a_role_may_state_its_levels_once(tmp_path: Path) -> None:
    rows = [
        ["Email", "Name", "Role profile", "Required levels"],
        ["a@example.com", "A", "Engineer", "PROG 5"],
        ["b@example.com", "B", "Engineer", ""],
        ["c@example.com", "C", "Engineer", "PROG 5"],
    ]
    assert len(read_people(write_csv(tmp_path / "people.csv", rows))) == 3


GOOD = dict.fromkeys(HEADERS, "") | {"Email": "ada@example.com", "Name": "Ada"}


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"Email": ""}, "Email"),
        ({"Email": "ada"}, "Email"),
        ({"Email": "a b@example.com"}, "Email"),
        ({"Email": f"{'a' * 320}@example.com"}, "Email"),
        ({"Name": ""}, "Name"),
        ({"Name": "x" * 201}, "Name"),
        ({"Time zone": "Mars/Olympus"}, "Time zone"),
        ({"Time zone": "../../etc/passwd"}, "Time zone"),
        ({"Line manager": "boss"}, "Line manager"),
        ({"Line manager": "ADA@example.com"}, "Line manager"),
        ({"Held levels": "PROG"}, "Held levels"),
        ({"Held levels": "PROG 8"}, "Held levels"),
        ({"Held levels": "PROG 0"}, "Held levels"),
        ({"Held levels": "PROG ٣"}, "Held levels"),
        ({"Held levels": "PROG 3; PROG 4"}, "Held levels"),
        ({"Held levels": "PROG 3", "Endorsed": "DESN"}, "Endorsed"),
        ({"Required levels": "PROG 5"}, "Role profile"),
        ({"Role profile": "Engineer", "Required levels": "PROG five"}, "Required levels"),
    ],
    ids=str,
)
def test_a_bad_row_names_its_row_and_column(tmp_path: Path, changes: dict[str, str], column: str) -> None:
    row = GOOD | changes
    file = write_csv(tmp_path / "people.csv", [HEADERS, [row[header] for header in HEADERS]])
    with pytest.raises(BadFile) as bad:
        read_people(file)
    assert str(bad.value).startswith(f"people.csv, row 2, column '{column}': ")


@pytest.mark.parametrize(
    "rows",
    [
        [["Email"], ["ada@example.com"]],
        [["Email", "Name"]],
        [["Email", "Name", "Colour"], ["ada@example.com", "Ada", "blue"]],
        [["Email", "Name"], ["ada@example.com", "Ada"], ["ADA@example.com", "Ada"]],
        [["Email", "Name", "Subject"], ["a@example.com", "A", "b@example.com"], ["b@example.com", "B", ""]],
        [
            ["Email", "Name", "Role profile", "Required levels"],
            ["a@example.com", "A", "Engineer", "PROG 5"],
            ["b@example.com", "B", "Engineer", "PROG 6"],
        ],
    ],
    ids=["no name", "nobody", "unknown column", "somebody twice", "a subject twice", "a role with two sets of levels"],
)
def test_a_file_that_contradicts_itself_is_told_so(tmp_path: Path, rows: list[list[str]]) -> None:
    with pytest.raises(BadFile, match=r"people\.csv, row"):
        read_people(write_csv(tmp_path / "people.csv", rows))
