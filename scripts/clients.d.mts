/** Other people's clients and brokers on this machine; null where they cannot be had. */
export interface Clients {
  /** A Python, and PYTHONPATH with paho-mqtt and websockets. */
  python: { program: string; path: string } | null;
  /** Paths of `mosquitto` and `mosquitto_sub`. */
  mosquitto: { broker: string; subscriber: string } | null;
  /** Paths of `prometheus` and `promtool`. */
  prometheus: { server: string; promtool: string } | null;
  /** Path of `chromium`. */
  chromium: { browser: string } | null;
  /** One line for what is not there, and why. */
  missing: string[];
}

/** Finds them, or installs them where that can be done: see `setup/clients.mjs`. Never rejects for what cannot be had. */
export function findClients(env?: NodeJS.ProcessEnv): Promise<Clients>;
