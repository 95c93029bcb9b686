"""People in files: tables and vCards read (pure), columns guessed and read (pure), vCards written."""
