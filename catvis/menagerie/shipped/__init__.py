"""What training left behind for everybody to use: files, and where and how they are written."""
