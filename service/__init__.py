"""ASK: a question to a cited, verbatim answer; over HTTP and in the terminal."""
