"""What a verifier must reject: cases that are driven through an adapter, and a report of what was wrongly accepted."""
