"""uvicorn's protocols, made to bound what a connection may send and keep, before the application hears of it."""
