"""Other systems' formats, one module each; a reader: it may SELECT across rooms."""
