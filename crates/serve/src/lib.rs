//! Faces of the server: JSON-RPC over WebSocket, sign-in, static files.
