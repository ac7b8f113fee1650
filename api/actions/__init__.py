"""The only writers: one verb a function, one transaction each; row, audit and events are written together."""
