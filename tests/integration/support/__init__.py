"""What the integration tests stand on: the server as a process, REST and WebSocket clients, people and rooms."""
