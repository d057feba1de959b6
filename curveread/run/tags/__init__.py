"""What a curve's name says: its words, their grammar and meanings, the kind of training that they speak of, units."""
