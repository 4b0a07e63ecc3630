"""Shell texts inside a plan: read as a shell reads them, and followed command by command."""
