"""Preview: a site on this machine, built again whenever its content changes; the browser follows by itself."""
