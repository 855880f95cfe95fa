/** A WebSocket echo on raw sockets: whatever frame arrives goes back, unmasked. Run as a process. */
const listener = Bun.listen<{ open: boolean }>({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    open(socket) {
      socket.data = { open: false };
      socket.setNoDelay(true);
    },
    data(socket, chunk) {
      if (socket.data.open) {
        socket.write(chunk);
        return;
      }
      const key = /sec-websocket-key:\s*(\S+)/i.exec(chunk.toString("latin1"))?.[1] ?? "";
      const accept = new Bun.CryptoHasher("sha1")
        .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.data.open = true;
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    },
  },
});
console.log(`listening ${listener.port}`);
