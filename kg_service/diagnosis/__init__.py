"""Why a query has no rows: the data have none, or a pattern is broken, and which.

├── report      what is told of it, as JSON
├── case        the query under diagnosis, and how the engine is asked about it
├── questions   the query files that are asked
├── slices      rule: LIMIT and OFFSET that leave no row of those there are
├── datasets    rule: graphs of the dataset that hold nothing
├── places      rules: terms that are nowhere in the data at their place, or in other graphs alone
├── texts       rule: literals that differ from those in the data
├── directions  rule: relations turned round
├── instances   rule: a class where its instances are meant
├── naming      rule: another property for names
├── filters     rule: filters and bindings that would hold with another constant
├── constraints the filters and bindings of the query
├── constants   the constants of a filter or a binding
├── bounds      rules: bounds that leave nothing between them, values without an order
└── nearest     what may have been meant

A pattern is broken when it can never match, whatever is asked of the same kind: it names what is
not in the data, gives a text that differs from one in the data only in case, language, datatype or
a typing error, or turns a relation round. Where all that is asked exists and merely does not meet,
the data have none.
"""
