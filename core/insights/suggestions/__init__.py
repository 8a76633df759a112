"""From work to knowledge: what people wrote that knowledge lacks, to be accepted, changed or rejected."""
