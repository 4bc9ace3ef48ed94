/** Just enough of RFC 6455 for the tests: Node 20 has neither a server nor a client of its own. */
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const accept = (key) => createHash('sha1').update(key + GUID).digest('base64');

function encode(opcode, payload, masked) {
  const body = Buffer.from(payload);
  const length = body.length < 126 ? [body.length] : body.length < 65536 ? [126, body.length >> 8, body.length & 255] : null;
  if (!length) throw new Error('too long for a test');
  const head = Buffer.from([0x80 | opcode, length[0] | (masked ? 0x80 : 0), ...length.slice(1)]);
  if (!masked) return Buffer.concat([head, body]);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, body.map((byte, i) => byte ^ mask[i % 4])]);
}

/** Feeds on bytes, calls back with `(opcode, payload)` for each whole frame. */
function decoder(emit) {
  let held = Buffer.alloc(0);
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 2) {
      const masked = held[1] & 0x80;
      let length = held[1] & 0x7f;
      let at = 2;
      if (length === 126) {
        if (held.length < 4) return;
        length = held.readUInt16BE(2);
        at = 4;
      }
      const start = at + (masked ? 4 : 0);
      if (held.length < start + length) return;
      const mask = held.subarray(at, at + 4);
      const body = Buffer.from(held.subarray(start, start + length));
      if (masked) for (let i = 0; i < body.length; i++) body[i] ^= mask[i % 4];
      const opcode = held[0] & 0x0f;
      held = held.subarray(start + length);
      emit(opcode, body);
    }
  };
}

/** One end of a connection, with the part of the browser's interface that the widget uses. */
class Peer {
  constructor(masked) {
    this.masked = masked;
    this.readyState = 0;
  }
  attach(socket, head) {
    this.socket = socket;
    this.readyState = 1;
    const feed = decoder((opcode, body) => {
      if (opcode === 1) this.onmessage?.({ data: body.toString() });
      if (opcode === 8) this.end(body.length ? body.readUInt16BE(0) : 1005);
    });
    socket.on('data', feed);
    socket.on('close', () => this.end(1006));
    socket.on('error', () => this.end(1006));
    if (head?.length) feed(head);
  }
  send(text) {
    if (this.readyState === 1) this.socket.write(encode(1, text, this.masked));
  }
  close(code = 1000) {
    if (this.readyState === 1) this.socket.end(encode(8, Buffer.from([code >> 8, code & 255]), this.masked));
    this.readyState = 2;
  }
  /** The line is cut: no close frame. */
  destroy() {
    this.socket?.destroy();
  }
  end(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.socket?.destroy();
    this.onclose?.({ code });
  }
}

/** The server's end of an `upgrade`. */
export function acceptSocket(req, socket, head) {
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept(req.headers['sec-websocket-key'])}\r\n\r\n`);
  const peer = new Peer(false);
  peer.attach(socket, head);
  return peer;
}

/** Takes the place of the browser's `WebSocket`. */
export class TestSocket extends Peer {
  constructor(url) {
    super(true);
    const key = randomBytes(16).toString('base64');
    const req = request(url.replace(/^ws/, 'http'), {
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13' },
    });
    req.on('upgrade', (_, socket, head) => {
      if (this.readyState) return socket.destroy();
      this.attach(socket, head);
      this.onopen?.({});
    });
    req.on('response', () => this.end(1006));
    req.on('error', () => this.end(1006));
    req.end();
    this.req = req;
  }
  close(code) {
    if (!this.readyState) this.req.destroy();
    super.close(code);
  }
}
