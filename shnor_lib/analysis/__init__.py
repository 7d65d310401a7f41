"""What follows from the data under a method: pure functions, frames in, frames out."""
