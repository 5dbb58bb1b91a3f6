"""Where a text leaves the grammar of SPARQL, and what could stand there.

A predictive parser (LL(1); Aho, Sethi and Ullman, Compilers, section 4.4) over the grammar of
SPARQL 1.1 section 19.8 with the triple terms, reifiers and annotations of 1.2, with a stack of its
own, so no depth of nesting can hurt it. It is asked only about queries that the engine refused; it
says nothing of scopes and of what is well-formed but means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from kg_service.syntax.tokens import Tokens
from kg_service.syntax.vocabulary import AGGREGATES, FUNCTIONS

# One production a line. 'x' is a sign, CAPITALS are words, small letters are kinds of tokens, and
# names are productions; ? * + ( ) | as in the specification.
PRODUCTIONS = """
Unit = Prologue ( Query | Update )
Query = ( Select Dataset* Where Modifiers | Construct | Describe | Ask ) Values?
Prologue = ( BASE iri | PREFIX name iri | VERSION string )*
Select = SELECT ( DISTINCT | REDUCED )? ( Column+ | '*' )
Column = variable | '(' Expression AS variable ')'
Construct = CONSTRUCT ( Template Dataset* Where | Dataset* WHERE Template ) Modifiers
Describe = DESCRIBE ( VarOrIri+ | '*' ) Dataset* Where? Modifiers
Ask = ASK Dataset* Where Modifiers
Dataset = FROM NAMED? Iri
Where = WHERE? Group
Modifiers = Grouping ( HAVING Constraint+ )? ( ORDER BY OrderCondition+ )? Slices
Grouping = ( GROUP BY GroupCondition+ )?
Slices = ( LIMIT number ( OFFSET number )? | OFFSET number ( LIMIT number )? )?
GroupCondition = BuiltIn | FunctionCall | '(' Expression ( AS variable )? ')' | variable
OrderCondition = ( ASC | DESC ) Bracketed | Constraint | variable
Values = VALUES DataBlock
Group = '{' ( SubSelect | Patterns ) '}'
SubSelect = Select Where Modifiers Values?
Patterns = Triples? ( Pattern '.'? Triples? )*
Triples = Same ( '.' Triples? )?
Same = VarOrTerm PropertyList | ( '(' Node* ')' | '[' PropertyList? ']' | Reified ) PropertyList?
PropertyList = Verb Objects ( ';' ( Verb Objects )? )*
Verb = variable | Path
Objects = Object ( ',' Object )*
Object = Node ( '~' ( VarOrIri | blank )? | '{|' PropertyList '|}' )*
Node = VarOrTerm | '(' Node* ')' | '[' PropertyList? ']' | Reified
Reified = '<<' Node Verb Node ( '~' ( VarOrIri | blank )? )* '>>'
TripleTerm = '<<(' Node Verb Node ')>>'
VarOrTerm = variable | Iri | Literal | blank | TripleTerm
VarOrIri = variable | Iri
Iri = iri | name
Literal = string ( language | '^^' Iri )? | number | signed | TRUE | FALSE
Path = Sequence ( '|' Sequence )*
Sequence = Step ( '/' Step )*
Step = '^'? Primary ( '?' | '*' | '+' )?
Primary = Iri | A | '!' Negated | '(' Path ')'
Negated = OneStep | '(' ( OneStep ( '|' OneStep )* )? ')'
OneStep = '^'? ( Iri | A )
Pattern = ( Group | OPTIONAL Group | MINUS Group | GRAPH VarOrIri Group | Service | LATERAL Group
  | FILTER Constraint | BIND '(' Expression AS variable ')' | VALUES DataBlock ) ( UNION Group )*
Service = SERVICE SILENT? VarOrIri Group
DataBlock = variable '{' DataValue* '}' | '(' variable* ')' '{' ( '(' DataValue* ')' )* '}'
DataValue = Iri | Literal | UNDEF | TripleTerm
Constraint = Bracketed | BuiltIn | FunctionCall
FunctionCall = Iri Arguments
Arguments = '(' ( DISTINCT? Expression ( ',' Expression )* )? ')'
Bracketed = '(' Expression ')'
Expression = And ( '||' And )*
And = Comparison ( '&&' Comparison )*
Comparison = Sum ( Comparator Sum | NOT? IN Arguments )?
Comparator = '=' | '!=' | '<' | '>' | '<=' | '>='
Sum = Product ( ( '+' | '-' ) Product | signed ( ( '*' | '/' ) Unary )* )*
Product = Unary ( ( '*' | '/' ) Unary )*
Unary = '!'* ( '+' | '-' )? PrimaryExpression
PrimaryExpression = Bracketed | BuiltIn | Iri Arguments? | Literal | variable | TripleTerm
BuiltIn = ( NOT? EXISTS ) Group | Aggregate | function Arguments
Aggregate = aggregate '(' DISTINCT? ( '*' | Expression ( ',' Expression )* )? Separator? ')'
Separator = ';' SEPARATOR '=' string
Template = '{' Triples? '}'
Update = ( Operation ( ';' Prologue Operation? )* )?
Operation = LOAD SILENT? Iri ( INTO GRAPH Iri )? | ( CLEAR | DROP ) SILENT? Target
  | CREATE SILENT? GRAPH Iri | ( ADD | MOVE | COPY ) SILENT? Place TO Place
  | INSERT ( DATA Quads | Quads Using* WHERE Group )
  | DELETE ( DATA Quads | WHERE Quads | Quads ( INSERT Quads )? Using* WHERE Group )
  | WITH Iri ( DELETE Quads ( INSERT Quads )? | INSERT Quads ) Using* WHERE Group
Target = GRAPH Iri | DEFAULT | NAMED | ALL
Place = DEFAULT | GRAPH? Iri
Using = USING NAMED? Iri
Quads = '{' Triples? ( GRAPH VarOrIri '{' Triples? '}' '.'? Triples? )* '}'
"""

# How what begins a production is told, where the single tokens would say less.
SAID = {
    "Expression": "an expression",
    "Bracketed": "an expression in brackets",
    "BuiltIn": "a function",
    "FunctionCall": "a function",
    "Path": "a property",
    "Verb": "a property",
    "Object": "an object",
    "Same": "a triple pattern",
    "Node": "a term",
    "VarOrTerm": "a term",
    "DataValue": "a value",
    "Literal": "a literal",
    "Iri": "an IRI",
    "iri": "an IRI in < >",
    "variable": "a variable",
    "name": "a prefix with its colon",
    "string": "a string",
    "number": "a whole number",
    "Comparator": "a comparison",
    "Pattern": "another pattern",
    "Unit": "a query",
    "Update": "",
    "Comparison": "an expression",
    "Group": "{",
    "signed": "",
    "LATERAL": "",
    "blank": "a blank node",
    "language": "a language",
}

Symbols = tuple[str, ...]
Rules = Mapping[str, tuple[Symbols, ...]]


@dataclass(frozen=True)
class Departure:
    """Where a text leaves the grammar: `at` is the index of the token, their number at the end.

    `expected` says in words what could stand there.
    """

    at: int
    expected: tuple[str, ...]


class _Notation:
    """Reads the right side of a production, and makes rules of its parts in brackets."""

    def __init__(
        self, name: str, symbols: list[str], rules: dict[str, tuple[Symbols, ...]]
    ) -> None:
        self.name, self.symbols, self.rules, self.at = name, symbols, rules, 0

    def choices(self) -> tuple[Symbols, ...]:
        found: list[Symbols] = []
        current: list[str] = []
        while self.at < len(self.symbols) and self.symbols[self.at] != ")":
            symbol = self.symbols[self.at]
            self.at += 1
            if symbol == "|":
                found.append(tuple(current))
                current = []
                continue
            if symbol == "(":
                symbol = self.rule(self.choices())
                self.at += 1
            elif len(symbol) > 1 and symbol[-1] in "?*+":
                current.append(self.repeated(symbol[:-1], symbol[-1]))
                continue
            if self.at < len(self.symbols) and self.symbols[self.at] in ("?", "*", "+"):
                symbol = self.repeated(symbol, self.symbols[self.at])
                self.at += 1
            current.append(symbol)
        return (*found, tuple(current))

    def rule(self, choices: tuple[Symbols, ...]) -> str:
        name = f"{self.name}.{len(self.rules)}"
        self.rules[name] = choices
        return name

    def repeated(self, symbol: str, how: str) -> str:
        if how == "?":
            return self.rule(((symbol,), ()))
        many = self.rule(())
        self.rules[many] = ((symbol, many), ())
        return many if how == "*" else self.rule(((symbol, many),))


@cache
def rules() -> Rules:
    """The productions with brackets and repetitions made rules of their own."""
    made: dict[str, tuple[Symbols, ...]] = {}
    spaced = PRODUCTIONS.replace("\n  ", " ").replace(")?", ") ?").replace(")*", ") *")
    for line in spaced.replace(")+", ") +").strip().split("\n"):
        name, _, right = line.partition(" = ")
        made[name] = _Notation(name, right.split(), made).choices()
    return made


@cache
def firsts() -> Mapping[str, frozenset[str]]:
    """The terminals that can begin each production; "" for one that can be empty."""
    found: dict[str, frozenset[str]] = {name: frozenset() for name in rules()}
    changed = True
    while changed:
        changed = False
        for name, choices in rules().items():
            merged = found[name].union(*(_first(choice, found) for choice in choices))
            changed |= merged != found[name]
            found[name] = merged
    return found


def _first(symbols: Symbols, found: Mapping[str, frozenset[str]]) -> frozenset[str]:
    terminals: frozenset[str] = frozenset()
    for symbol in symbols:
        first = found.get(symbol, frozenset({symbol}))
        terminals |= first - {""}
        if "" not in first:
            return terminals
    return terminals | {""}


def departure(tokens: Tokens) -> Departure | None:
    """Where the tokens leave the grammar; None when they do not."""
    stack = ["Unit"]
    expected: dict[str, None] = {}
    at, end = 0, len(tokens)
    terminal = _terminal(tokens, at)
    while stack:
        symbol = stack.pop()
        if symbol not in rules():
            if symbol == terminal:
                at += 1
                terminal = _terminal(tokens, at) if at < end else ""
                expected = {}
                continue
            return Departure(at, _said(symbol, expected))
        choice = _choice(symbol, terminal)
        if choice is None:
            return Departure(at, _said(symbol, expected))
        if terminal not in firsts()[symbol]:
            expected |= dict.fromkeys(_words(symbol))
        stack.extend(reversed(choice))
    return Departure(at, _said("", expected)) if at < end else None


def _choice(symbol: str, terminal: str) -> Symbols | None:
    """The alternative that the next terminal begins, else one that can be empty."""
    empty = None
    for choice in rules()[symbol]:
        first = _first(choice, firsts())
        if terminal and terminal in first:
            return choice
        if "" in first:
            empty = choice
    return empty


def _terminal(tokens: Tokens, at: int) -> str:
    if at >= len(tokens):
        return ""
    kind, raw = tokens.kinds[at], tokens.raws[at]
    if kind == "sign":
        return f"'{raw}'"
    if kind == "number" and raw[0] in "+-":
        return "signed"
    if kind != "word":
        return kind
    word = raw.upper()
    return "aggregate" if word in AGGREGATES else "function" if word in FUNCTIONS else word


def _words(symbol: str) -> list[str]:
    """What a production begins with, in words."""
    if symbol in SAID:
        return [SAID[symbol]] if SAID[symbol] else []
    if symbol not in rules():
        return [symbol.strip("'")]
    words: dict[str, None] = {}
    for choice in rules()[symbol]:
        for part in choice:
            words |= dict.fromkeys(_words(part))
            if "" not in firsts().get(part, ()):
                break
    return list(words)


def _said(symbol: str, expected: Mapping[str, None]) -> tuple[str, ...]:
    words = dict.fromkeys(_words(symbol)) if symbol else {}
    return tuple(words | dict.fromkeys(expected))
