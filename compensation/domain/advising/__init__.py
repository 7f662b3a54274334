"""Which remedies a case calls for, and which of the catalog answer that best. Rules are data; nothing here writes."""
