"""What the documents say about the code is so."""

from pathlib import Path

from api.settings import Settings

README = Path(__file__).parents[2] / "README.md"


def rows() -> list[str]:
    lines = []
    for field in Settings.model_fields.values():
        default = field.get_default(call_default_factory=True, validated_data={})
        # By its text, since 0.0 is equal to False.
        shown = {"None": "", "()": "", "True": "true", "False": "false"}.get(str(default), str(default))
        lines.append(f"| `{field.validation_alias}` | {f'`{shown}`' if shown else ''} | {field.description} |")
    return lines


def test_the_readme_lists_every_setting_with_its_default() -> None:
    text = README.read_text()
    missing = [row for row in rows() if row not in text]
    assert missing == [], "\n" + "\n".join(rows())


def test_the_limits_are_documented_with_their_defaults() -> None:
    lines = (README.parent / "docs" / "limits.md").read_text().splitlines()
    limits = {
        f"`{field.validation_alias}` |": f"| {field.default:,} |"
        for name, field in Settings.model_fields.items()
        if name.startswith(("query_", "person_", "address_"))
    }
    assert limits
    for name, default in limits.items():
        assert [default in line for line in lines if name in line] == [True], name
