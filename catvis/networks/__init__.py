"""Networks: a traced graph of plain operations, its named layers, its preprocessing and its labels."""
