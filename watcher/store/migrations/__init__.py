"""
The way from any released schema to the present one.

A change of `schema` is a new file in `versions` (and `REVISION`), tried by the tests on a dump
of each released schema. New databases take no step of it: they are made from `schema`.
"""
