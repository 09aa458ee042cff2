"""What goes wrong in drawing."""


class CannotDraw(Exception):
    """The picture cannot be drawn; the message goes out in words alone."""
