"""From the content folder to the site: gather and check everything, compute, compose, write beside, swap in."""
