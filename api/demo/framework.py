"""The skills framework of the demo organisation.

The Skills Framework for the Information Age (SFIA) is the property of the SFIA Foundation, https://sfia-online.org.
The demo refers to a part of SFIA 9: of some professional skills and of the generic attributes it repeats the codes,
the names, the categories and the levels, and of the seven levels the names. Nothing else of SFIA is contained here;
what the skills mean, and on what terms SFIA may be used, is to be read with the Foundation itself, which has neither
reviewed nor endorsed this demo.
"""

from collections.abc import Iterator
from typing import Final

from api.frameworks.rows import FrameworkRows, SkillRow
from api.models import SkillKind

# By category and subcategory: code, name, lowest and highest level.
_SKILLS: Final = {
    ("Strategy and architecture", "Strategy and planning"): (
        ("ITSP", "Strategic planning", 4, 7),
        ("STPL", "Enterprise and business architecture", 5, 7),
        ("ARCH", "Solution architecture", 4, 6),
    ),
    ("Strategy and architecture", "Financial and value management"): (("BENM", "Benefits management", 3, 6),),
    ("Strategy and architecture", "Security and privacy"): (("SCTY", "Information security", 2, 7),),
    ("Strategy and architecture", "Governance, risk and compliance"): (("BURM", "Risk management", 2, 7),),
    ("Change and transformation", "Change implementation"): (
        ("PRMG", "Project management", 4, 7),
        ("DEMG", "Delivery management", 3, 6),
    ),
    ("Change and transformation", "Change analysis"): (
        ("BUSA", "Business situation analysis", 2, 6),
        ("REQM", "Requirements definition and management", 2, 6),
        ("BSMO", "Business modelling", 2, 6),
        ("BPTS", "User acceptance testing", 2, 6),
    ),
    ("Change and transformation", "Change planning"): (("CIPM", "Organisational change management", 2, 6),),
    ("Development and implementation", "Systems development"): (
        ("PROD", "Product management", 2, 6),
        ("DLMG", "Systems development management", 4, 7),
        ("SLEN", "Systems and software lifecycle engineering", 3, 7),
        ("DESN", "Systems design", 2, 6),
        ("SWDN", "Software design", 2, 6),
        ("PROG", "Programming/software development", 2, 6),
        ("SINT", "Systems integration and build", 2, 6),
        ("TEST", "Functional testing", 1, 6),
        ("NFTS", "Non-functional testing", 1, 6),
    ),
    ("Development and implementation", "Data and analytics"): (
        ("DATM", "Data management", 2, 6),
        ("DTAN", "Data modelling and design", 2, 5),
        ("DBDS", "Database design", 2, 5),
        ("DENG", "Data engineering", 2, 6),
    ),
    ("Development and implementation", "User centred design"): (
        ("URCH", "User research", 2, 6),
        ("ACIN", "Accessibility and inclusion", 2, 6),
        ("UNAN", "User experience analysis", 2, 5),
        ("HCEV", "User experience design", 2, 6),
    ),
    ("Delivery and operation", "Technology management"): (
        ("ASUP", "Application support", 2, 5),
        ("ITOP", "Infrastructure operations", 1, 5),
        ("RELM", "Release management", 2, 6),
        ("DEPL", "Deployment", 2, 6),
    ),
    ("Delivery and operation", "Service management"): (
        ("USUP", "Incident management", 1, 6),
        ("PBMG", "Problem management", 2, 5),
    ),
    ("Delivery and operation", "Security services"): (
        ("SCAD", "Security operations", 1, 6),
        ("VUAS", "Vulnerability assessment", 2, 5),
    ),
    ("People and skills", "People management"): (("PEMT", "Performance management", 4, 6),),
    ("Relationships and engagement", "Stakeholder management"): (
        ("RLMT", "Stakeholder relationship management", 4, 7),
        ("CSMG", "Customer service support", 1, 6),
    ),
}

# By type: code and name; each is defined at every level.
_ATTRIBUTES: Final = {
    "Attributes": (
        ("AUTO", "Autonomy"),
        ("INFL", "Influence"),
        ("COMP", "Complexity"),
        ("KNGE", "Knowledge"),
    ),
    "Business skills/Behavioural factors": (
        ("COLL", "Collaboration"),
        ("COMM", "Communication"),
        ("IMPM", "Improvement mindset"),
        ("CRTY", "Creativity"),
        ("DECM", "Decision-making"),
        ("DIGI", "Digital mindset"),
        ("LEAD", "Leadership"),
        ("LADV", "Learning and development"),
        ("PLAN", "Planning"),
        ("PROB", "Problem-solving"),
        ("ADAP", "Adaptability"),
        ("SCPE", "Security, privacy and ethics"),
    ),
}

_LEVELS: Final = (
    "Follow",
    "Assist",
    "Apply",
    "Enable",
    "Ensure, advise",
    "Initiate, influence",
    "Set strategy, inspire, mobilise",
)


def _professional_skills() -> Iterator[SkillRow]:
    for (category, subcategory), skills in _SKILLS.items():
        for code, name, lowest, highest in skills:
            yield SkillRow(
                kind=SkillKind.PROFESSIONAL,
                code=code,
                name=name,
                category=category,
                subcategory=subcategory,
                levels=tuple(range(lowest, highest + 1)),
            )


def _attributes() -> Iterator[SkillRow]:
    levels = tuple(range(1, len(_LEVELS) + 1))
    for category, attributes in _ATTRIBUTES.items():
        for code, name in attributes:
            yield SkillRow(kind=SkillKind.ATTRIBUTE, code=code, name=name, category=category, levels=levels)


FRAMEWORK: Final = FrameworkRows(
    skills=(*_professional_skills(), *_attributes()),
    level_names=dict(enumerate(_LEVELS, start=1)),
)
