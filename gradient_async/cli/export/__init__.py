"""Exports of jobs to a file, which a later run can finish."""
