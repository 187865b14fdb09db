"""What will this cost me? Payer rules from a workbook, applied to one patient or a thousand."""

__version__ = "0.1.0"
