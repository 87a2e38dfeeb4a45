/** mqtt.js, which comes back by itself (`reconnectPeriod`). */
import mqtt, { type MqttClient } from 'mqtt';
import { Notebook, type Client } from './client.ts';
import type { MqttDeviceOptions } from './mqtt-clients.ts';

export class MqttJs extends Notebook implements Client {
  private readonly client: MqttClient;

  constructor({ url, version, organization, id, tls }: MqttDeviceOptions) {
    super(`mqtt.js, MQTT ${version}, ${url}`);
    this.client = mqtt.connect(url, {
      ...(tls === undefined ? {} : { ...tls, rejectUnauthorized: false }),
      clientId: id,
      username: `${organization}/${id}`,
      protocolVersion: version === '5' ? 5 : 4,
      reconnectPeriod: 200,
      keepalive: 5,
    });
    this.client.on('connect', () => {
      this.note({ event: 'connected' });
      this.client.subscribe(`${organization}/#`, { qos: 1 });
    });
    this.client.on('message', (_topic, payload) => this.note({ event: 'message', text: payload.toString() }));
    this.client.on('disconnect', ({ reasonCode, properties }) =>
      this.note({ event: 'redirect', reasonCode, properties: { ...properties } }),
    );
    this.client.on('close', () => this.note({ event: 'ended' }));
    this.client.on('error', () => undefined);
  }

  async stop(): Promise<void> {
    this.client.removeAllListeners('close');
    await this.client.endAsync(true);
  }
}
