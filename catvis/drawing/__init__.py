"""Figures, from facts to something that can be looked at: pixels, boxes and lines, HTML, one picture."""
