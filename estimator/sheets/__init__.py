"""The only room that reads and writes workbooks and text tables, with every quirk they have."""
