/** The child's side of `server-process.ts`: one upstream server, told what to do over the IPC channel. */
import type { ServerOrder, ServerReply, ConnectionSummary } from './server-process.ts';
import { AedesBroker, MqttConnection, MqttServer } from './mqtt-server.ts';
import { EchoServer, TcpServer } from './server.ts';
import type { Upstream } from './server.ts';
import type { RecordedSocket } from './socket.ts';
import { WebSocketServerUpstream } from './websocket-server.ts';

const [, , kind = '', host = '', port = ''] = process.argv;

async function start(): Promise<Upstream> {
  const at = { host, port: Number(port) };
  switch (kind) {
    case 'echo':
      return EchoServer.start(at);
    case 'mqtt':
      return MqttServer.start(at);
    case 'aedes':
      return AedesBroker.start(at);
    case 'websocket':
      return WebSocketServerUpstream.start(at);
    default:
      throw new Error(`no server of kind ${JSON.stringify(kind)}`);
  }
}

function summaries(server: Upstream): ConnectionSummary[] {
  if (server instanceof WebSocketServerUpstream) {
    return server.sessions.map(({ url, messages, closeCode }) => ({
      bytesReceived: messages.reduce((sum, { data }) => sum + data.length, 0),
      closed: closeCode !== undefined,
      ended: closeCode !== undefined && closeCode !== 1006,
      reset: closeCode === 1006,
      url,
    }));
  }
  if (!(server instanceof TcpServer)) return [];
  return (server.connections as RecordedSocket[]).map((connection) => ({
    bytesReceived: connection.bytesReceived,
    closed: connection.closed,
    ended: connection.ended,
    reset: connection.reset,
    ...(connection instanceof MqttConnection && connection.connect
      ? { clientId: connection.connect.clientId, username: connection.connect.username ?? '' }
      : {}),
  }));
}

async function obey(server: Upstream, order: ServerOrder): Promise<ConnectionSummary[]> {
  switch (order.do) {
    case 'refuse':
      server.refuse({ destroyConnections: order.destroyConnections });
      return [];
    case 'reopen':
      await server.reopen();
      return [];
    case 'send':
      server.sendToAll(Buffer.from(order.base64, 'base64'));
      return [];
    case 'connections':
      return summaries(server);
  }
}

function reply(message: ServerReply): void {
  process.send?.(message);
}

try {
  const server = await start();
  process.on('message', (order: ServerOrder) => {
    obey(server, order).then(
      (connections) => reply({ id: order.id, connections }),
      (error: unknown) => reply({ id: order.id, error: String(error) }),
    );
  });
  // The test process is gone: so is this server's reason to be.
  process.on('disconnect', () => process.exit(0));
  reply({ listening: server.port });
} catch (error) {
  reply({ failed: String(error) });
  process.exitCode = 1;
}
