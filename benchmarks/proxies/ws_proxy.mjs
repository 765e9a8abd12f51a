// A proxy that passes texts through, on Node's `ws`. Usage: node ws_proxy.mjs LISTEN_PORT CSMS_PORT.
import { WebSocket, WebSocketServer } from "ws";

const [listenPort, csmsPort] = process.argv.slice(2).map(Number);
const server = new WebSocketServer({
  host: "127.0.0.1",
  port: listenPort,
  perMessageDeflate: false,
});

server.on("connection", (station, request) => {
  const offered = station.protocol ? [station.protocol] : [];
  const csms = new WebSocket(`ws://127.0.0.1:${csmsPort}${request.url}`, offered, {
    perMessageDeflate: false,
  });
  const early = []; // what the station says before its CSMS is there
  station.on("message", (text) => {
    if (csms.readyState === WebSocket.OPEN) csms.send(text, { binary: false });
    else early.push(text);
  });
  csms.on("open", () => {
    for (const text of early.splice(0)) csms.send(text, { binary: false });
  });
  csms.on("message", (text) => station.send(text, { binary: false }));
  for (const [side, other] of [[station, csms], [csms, station]]) {
    side.on("close", () => other.close());
    side.on("error", () => other.terminate());
  }
});
