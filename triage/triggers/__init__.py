"""What goes with twitching in one person's diary: pure statistics, standard library only, no clock, no chance."""
