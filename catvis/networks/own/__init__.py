"""Networks that an author describes in the content folder's `networks.yaml`; nothing there runs unless allowed."""
