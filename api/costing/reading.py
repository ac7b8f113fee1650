"""From a text to a document, with an end to it."""

from graphql import DocumentNode, GraphQLSyntaxError, Source, TokenKind
from graphql.language import Lexer
from graphql.language.parser import Parser

from api.costing.bounds import Bounds, Exceeded

_OPENING = frozenset({TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L})
_ABORTED = "Parsing aborted."
_CLOSING = frozenset({TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R})


def read_document(text: str, bounds: Bounds) -> DocumentNode:
    """Raises ``Exceeded`` where it is longer than allowed, or nested deeper than can be read, and
    ``GraphQLSyntaxError`` where it is none.
    """
    bounds.check("characters", len(text))
    parser = Parser(Source(text), max_tokens=bounds.tokens or None)
    try:
        return parser.parse_document()
    except GraphQLSyntaxError as error:
        # Said by the lexer, too, where comments are too many: it stops before they are counted.
        if error.message.endswith(_ABORTED):
            raise Exceeded("tokens", asked=bounds.tokens + 1, allowed=bounds.tokens, at_least=True) from None
        raise
    except RecursionError:
        # From None: the frames that are left behind hold all that was read.
        raise Exceeded("depth", asked=_nesting(text), allowed=bounds.depth) from None


def _nesting(text: str) -> int:
    """How deep brackets of any kind lie within one another."""
    lexer = Lexer(Source(text))
    depth = deepest = 0
    while (token := lexer.advance()).kind is not TokenKind.EOF:
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        deepest = max(deepest, depth)
    return deepest
