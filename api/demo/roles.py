"""The role profiles of the demo organisation and what they require."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Role:
    """A role profile. ``seniority`` is the level at which its people usually hold generic attributes;
    ``mentor_share`` is the part of them who are ready to mentor.
    """

    name: str
    titles: tuple[str, ...]
    seniority: int
    mentor_share: float
    required: Mapping[str, int]


JUNIOR_ENGINEER: Final = Role(
    name="Junior software engineer",
    titles=("Junior software engineer", "Graduate software engineer", "Software engineer"),
    seniority=3,
    mentor_share=0.0,
    required={"PROG": 3, "SWDN": 2, "SINT": 2, "TEST": 2, "RELM": 2, "COLL": 3, "LADV": 3, "PROB": 2},
)
SENIOR_ENGINEER: Final = Role(
    name="Senior software engineer",
    titles=("Senior software engineer", "Lead software engineer", "Senior software engineer"),
    seniority=4,
    mentor_share=0.3,
    required={
        "PROG": 5, "SWDN": 5, "SINT": 4, "TEST": 4, "NFTS": 4, "SLEN": 4, "DESN": 4, "COMM": 5, "DECM": 4,
    },
)  # fmt: skip
SOLUTION_ARCHITECT: Final = Role(
    name="Solution architect",
    titles=("Solution architect", "Senior solution architect"),
    seniority=5,
    mentor_share=0.5,
    required={
        "ARCH": 5, "DESN": 5, "SWDN": 5, "DTAN": 4, "REQM": 4, "STPL": 5, "SCTY": 4, "INFL": 5, "COMM": 5,
    },
)  # fmt: skip
TEST_ENGINEER: Final = Role(
    name="Test engineer",
    titles=("Test engineer", "Quality engineer", "Test automation engineer"),
    seniority=3,
    mentor_share=0.1,
    required={"TEST": 4, "NFTS": 4, "BPTS": 3, "REQM": 3, "PROG": 3, "PROB": 4, "COLL": 4},
)
DATA_ENGINEER: Final = Role(
    name="Data engineer",
    titles=("Data engineer", "Data platform engineer", "Analytics engineer"),
    seniority=4,
    mentor_share=0.12,
    required={"DENG": 4, "DATM": 4, "DTAN": 4, "DBDS": 4, "PROG": 4, "PROB": 4, "SCPE": 4},
)
SERVICE_DESK_ANALYST: Final = Role(
    name="Service desk analyst",
    titles=("Service desk analyst", "Support analyst"),
    seniority=3,
    mentor_share=0.04,
    required={"USUP": 3, "CSMG": 3, "PBMG": 2, "ASUP": 3, "ITOP": 2, "COMM": 3, "ADAP": 3},
)
BUSINESS_ANALYST: Final = Role(
    name="Business analyst",
    titles=("Business analyst", "Senior business analyst"),
    seniority=4,
    mentor_share=0.15,
    required={"BUSA": 4, "REQM": 4, "BSMO": 4, "BPTS": 4, "CIPM": 3, "RLMT": 4, "COMM": 4, "CRTY": 4},
)
PROJECT_MANAGER: Final = Role(
    name="Project manager",
    titles=("Project manager", "Senior project manager"),
    seniority=5,
    mentor_share=0.55,
    required={"PRMG": 5, "DEMG": 5, "BURM": 4, "BENM": 4, "CIPM": 4, "RLMT": 5, "LEAD": 5, "PLAN": 5},
)
SECURITY_ANALYST: Final = Role(
    name="Security analyst",
    titles=("Security analyst", "Security operations analyst"),
    seniority=4,
    mentor_share=0.15,
    required={"SCTY": 4, "VUAS": 4, "SCAD": 4, "BURM": 3, "USUP": 3, "KNGE": 4, "SCPE": 5},
)
UX_DESIGNER: Final = Role(
    name="UX designer",
    titles=("UX designer", "Senior UX designer", "Product designer"),
    seniority=4,
    mentor_share=0.15,
    required={"HCEV": 4, "UNAN": 4, "URCH": 4, "ACIN": 3, "REQM": 3, "COLL": 4, "CRTY": 5},
)
DEVOPS_ENGINEER: Final = Role(
    name="DevOps engineer",
    titles=("DevOps engineer", "Site reliability engineer", "Platform engineer"),
    seniority=4,
    mentor_share=0.15,
    required={
        "DEPL": 4, "RELM": 4, "ITOP": 4, "SINT": 4, "PROG": 4, "SLEN": 4, "SCTY": 3, "DIGI": 4, "IMPM": 4,
    },
)  # fmt: skip
ENGINEERING_MANAGER: Final = Role(
    name="Engineering manager",
    titles=("Engineering manager",),
    seniority=5,
    mentor_share=0.8,
    required={
        "DLMG": 5, "SLEN": 5, "PEMT": 5, "PRMG": 4, "BURM": 4, "RLMT": 5, "INFL": 5, "DECM": 5, "LEAD": 5,
    },
)  # fmt: skip
PRODUCT_MANAGER: Final = Role(
    name="Product manager",
    titles=("Product manager", "Senior product manager"),
    seniority=5,
    mentor_share=0.5,
    required={"PROD": 5, "BUSA": 5, "REQM": 5, "BENM": 5, "URCH": 4, "RLMT": 5, "INFL": 5, "CRTY": 5},
)
HEAD_OF_DEPARTMENT: Final = Role(
    name="Head of department",
    titles=("Head of department",),
    seniority=6,
    mentor_share=0.9,
    required={"ITSP": 6, "STPL": 6, "BURM": 6, "PEMT": 6, "RLMT": 6, "INFL": 6, "DECM": 6, "LEAD": 6},
)
ROLES: Final = (
    JUNIOR_ENGINEER,
    SENIOR_ENGINEER,
    SOLUTION_ARCHITECT,
    TEST_ENGINEER,
    DATA_ENGINEER,
    SERVICE_DESK_ANALYST,
    BUSINESS_ANALYST,
    PROJECT_MANAGER,
    SECURITY_ANALYST,
    UX_DESIGNER,
    DEVOPS_ENGINEER,
    ENGINEERING_MANAGER,
    PRODUCT_MANAGER,
    HEAD_OF_DEPARTMENT,
)
