"""MEASURE: questions, qrels and gold answers to runs, numbers and a report."""
