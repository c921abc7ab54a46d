"""The drawn world: numpy and OpenCV paint it; it knows nothing of networks."""
