"""The way back: gradients of units on a picture, carried down paths by a rule; edge weights; ablation."""
