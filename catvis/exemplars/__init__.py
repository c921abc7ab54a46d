"""What each unit likes to see: the strongest places of a collection of pictures, their crops, and a store."""
