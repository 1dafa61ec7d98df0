"""What is written: sources, spans, nodes and their parsers."""
