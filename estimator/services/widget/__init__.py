"""What the widget needs beside the estimate: each clinic's settings, colors, counts."""
