"""The causes, a file each, in rooms by what they are about."""
