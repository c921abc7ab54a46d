"""What a person wrote, with the place where it stands: YAML read strictly, files named by it, mistakes gathered."""
