"""
The way from any released schema to the present one.

A change of `schema` is a new file in `versions` (and `REVISION`), tried by the tests.
"""
