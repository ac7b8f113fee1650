"""How the demo organisation is put together: one head, eight departments, teams of six to nine."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from api.demo.roles import (
    BUSINESS_ANALYST,
    DATA_ENGINEER,
    DEVOPS_ENGINEER,
    ENGINEERING_MANAGER,
    HEAD_OF_DEPARTMENT,
    JUNIOR_ENGINEER,
    PRODUCT_MANAGER,
    PROJECT_MANAGER,
    SECURITY_ANALYST,
    SENIOR_ENGINEER,
    SERVICE_DESK_ANALYST,
    SOLUTION_ARCHITECT,
    TEST_ENGINEER,
    UX_DESIGNER,
    Role,
)

TEAM_MEMBER: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """``members`` are the roles of a team in the order of its seats, begun again in larger teams."""

    name: str
    lead: Role
    lead_title: str
    members: tuple[Role, ...]
    team_sizes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A place in the organisation. ``manager`` is the number of the post that it reports to, ``trades`` are the roles
    whose work its holder has come up through, ``rank`` counts the steps down from the head,
    ``TEAM_MEMBER`` for those who lead nobody.
    """

    role: Role
    title: str | None = None
    manager: int | None = None
    trades: tuple[Role, ...] = ()
    rank: int


DEPARTMENTS: Final = (
    Department(
        name="product engineering",
        lead=ENGINEERING_MANAGER,
        lead_title="Engineering manager",
        members=(JUNIOR_ENGINEER, SENIOR_ENGINEER, JUNIOR_ENGINEER, TEST_ENGINEER, SENIOR_ENGINEER, JUNIOR_ENGINEER),
        team_sizes=(8, 7, 9, 6, 8, 7, 7),
    ),
    Department(
        name="platform engineering",
        lead=ENGINEERING_MANAGER,
        lead_title="Platform engineering manager",
        members=(DEVOPS_ENGINEER, DEVOPS_ENGINEER, SENIOR_ENGINEER, DEVOPS_ENGINEER, JUNIOR_ENGINEER),
        team_sizes=(7, 8, 6, 8),
    ),
    Department(
        name="data and architecture",
        lead=ENGINEERING_MANAGER,
        lead_title="Data engineering manager",
        members=(DATA_ENGINEER, DATA_ENGINEER, SOLUTION_ARCHITECT, DATA_ENGINEER),
        team_sizes=(7, 6, 8, 7, 9),
    ),
    Department(
        name="quality",
        lead=ENGINEERING_MANAGER,
        lead_title="Quality engineering manager",
        members=(TEST_ENGINEER,),
        team_sizes=(7, 8, 6),
    ),
    Department(
        name="security",
        lead=ENGINEERING_MANAGER,
        lead_title="Security engineering manager",
        members=(SECURITY_ANALYST,),
        team_sizes=(6, 7, 8),
    ),
    Department(
        name="service operations",
        lead=PROJECT_MANAGER,
        lead_title="Service delivery manager",
        members=(SERVICE_DESK_ANALYST, SERVICE_DESK_ANALYST, SERVICE_DESK_ANALYST, DEVOPS_ENGINEER),
        team_sizes=(9, 8, 7, 9, 8),
    ),
    Department(
        name="product and design",
        lead=PRODUCT_MANAGER,
        lead_title="Group product manager",
        members=(UX_DESIGNER, PRODUCT_MANAGER, UX_DESIGNER, BUSINESS_ANALYST),
        team_sizes=(7, 6, 7, 6),
    ),
    Department(
        name="business change",
        lead=PROJECT_MANAGER,
        lead_title="Programme manager",
        members=(BUSINESS_ANALYST, PROJECT_MANAGER, BUSINESS_ANALYST, UX_DESIGNER, BUSINESS_ANALYST),
        team_sizes=(8, 7, 8, 6),
    ),
)


def posts() -> tuple[Post, ...]:
    """Every post, each after the one that it reports to."""
    chart = [Post(role=HEAD_OF_DEPARTMENT, title="Chief technology officer", rank=0)]
    for department in DEPARTMENTS:
        head = len(chart)
        title = f"Head of {department.name}"
        chart.append(Post(role=HEAD_OF_DEPARTMENT, title=title, manager=0, trades=(department.lead,), rank=1))
        for size in department.team_sizes:
            chart.extend(_team(department, size=size, head=head, lead=len(chart)))
    return tuple(chart)


def _team(department: Department, *, size: int, head: int, lead: int) -> Iterator[Post]:
    trades = tuple(dict.fromkeys(department.members))
    yield Post(role=department.lead, title=department.lead_title, manager=head, trades=trades, rank=2)
    for seat in range(size):
        yield Post(role=department.members[seat % len(department.members)], manager=lead, rank=TEAM_MEMBER)
