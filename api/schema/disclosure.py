"""How much of the schema is told to a client that does not know it."""

import re
from dataclasses import dataclass
from typing import Final

from graphql import ASTValidationRule, DocumentNode, GraphQLError, GraphQLSchema, validate
from graphql.validation import NoSchemaIntrospectionCustomRule

# graphql-core says it whatever it is told to hide. It names nothing new; but what looks for names looks for it.
_OWN_WORD: Final = re.compile(r" Did you mean '\w+ \{ \.\.\. \}'\?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """``introspection`` says whether clients may ask for the schema, ``suggestions`` whether an error names what a
    client may have meant.

    Whoever knows a name learns all the same of which type it is, and what it requires. Where no more than certain
    operations is to be known, these are made trusted documents, and run alone.
    """

    introspection: bool = True
    suggestions: bool = True

    def wrong(
        self, schema: GraphQLSchema, document: DocumentNode, rules: tuple[type[ASTValidationRule], ...], *, most: int
    ) -> list[GraphQLError]:
        """Why a document cannot be run, by these rules; the first reasons, where there are more than ``most``."""
        if not self.introspection:
            rules = (*rules, NoSchemaIntrospectionCustomRule)
        errors = validate(schema, document, rules, max_errors=most, hide_suggestions=not self.suggestions)
        if not self.suggestions:
            for error in errors:
                error.message = _OWN_WORD.sub("", error.message)
        return errors


TOLD_ALL: Final = Disclosure()
