"""What a workbook says: its schema, its rows, the ladders over them, its releases."""
