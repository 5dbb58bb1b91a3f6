"""The words of SPARQL: every keyword and function, in upper case.

SPARQL 1.1 Query and Update, section 19.8; SPARQL 1.2 Query; and what the engine adds (LATERAL,
ADJUST). The engine reads keywords without a space between them (`SELECTDISTINCT`) and so would
read `SERVICESILENT`; a word that is not here is refused, so no keyword can hide in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})

UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"})

PROLOGUE = frozenset({"PREFIX", "BASE", "VERSION"})

CLAUSES = frozenset(
    {
        *("DISTINCT", "REDUCED", "AS", "FROM", "NAMED", "WHERE", "GROUP", "BY", "HAVING", "ORDER"),
        *("ASC", "DESC", "LIMIT", "OFFSET", "VALUES", "UNDEF", "OPTIONAL", "GRAPH", "SERVICE"),
        *("SILENT", "BIND", "MINUS", "UNION", "FILTER", "EXISTS", "NOT", "IN", "LATERAL"),
        *(
            "A",
            "TRUE",
            "FALSE",
            "SEPARATOR",
            "WITH",
            "USING",
            "DATA",
            "INTO",
            "TO",
            "DEFAULT",
            "ALL",
        ),
    }
)

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})

# Functions whose value changes from one evaluation to the next (SPARQL 1.1 Query, 17.4). BNODE is
# not here: its labels mean nothing.
VOLATILE = frozenset({"RAND", "NOW", "UUID", "STRUUID"})

FUNCTIONS = VOLATILE | {
    *("STR", "LANG", "LANGMATCHES", "LANGDIR", "DATATYPE", "BOUND", "IRI", "URI", "BNODE", "ABS"),
    *("CEIL", "FLOOR", "ROUND", "CONCAT", "STRLEN", "UCASE", "LCASE", "ENCODE_FOR_URI"),
    *("CONTAINS", "STRSTARTS", "STRENDS", "STRBEFORE", "STRAFTER", "YEAR", "MONTH", "DAY", "HOURS"),
    *("MINUTES", "SECONDS", "TIMEZONE", "TZ", "MD5", "SHA1", "SHA256", "SHA384", "SHA512"),
    *("COALESCE", "IF", "STRLANG", "STRLANGDIR", "STRDT", "SAMETERM", "ISIRI", "ISURI", "ISBLANK"),
    *("ISLITERAL", "ISNUMERIC", "HASLANG", "HASLANGDIR", "REGEX", "SUBSTR", "REPLACE", "ISTRIPLE"),
    *("TRIPLE", "SUBJECT", "PREDICATE", "OBJECT", "ADJUST"),
}

WORDS = FORMS | UPDATES | PROLOGUE | CLAUSES | AGGREGATES | FUNCTIONS

# Words of SQL that people write, and what SPARQL has for them.
OF_SQL: Mapping[str, str] = MappingProxyType(
    {
        "AND": "&&",
        "OR": "||",
        "TOP": "LIMIT behind the last }",
        "LIKE": "REGEX( … , … )",
        "ILIKE": 'REGEX( … , … , "i")',
        "BETWEEN": "?x >= … && ?x <= …",
        "NULL": "!BOUND(?x)",
    }
)

# Keywords that another keyword or a number follows; people leave out the space between them.
PAIRED = frozenset(
    {
        *(
            "SELECT",
            "FROM",
            "GROUP",
            "ORDER",
            "SERVICE",
            "NOT",
            "LIMIT",
            "OFFSET",
            "BIND",
            "FILTER",
        ),
        *("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "USING", "DESCRIBE"),
    }
)
