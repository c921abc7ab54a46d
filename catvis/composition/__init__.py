"""Figures as they were written, and answers, become figures as they are drawn: plain functions that ask."""
