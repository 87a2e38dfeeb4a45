import { z } from 'zod';
import { jsonKind, type Kind } from './kind.ts';
import { idSchema } from './text.ts';

/** As Envoy's API names it; only `HEALTHY` is alive. */
const healthStatusSchema = z.enum(['UNKNOWN', 'HEALTHY', 'UNHEALTHY', 'DRAINING', 'TIMEOUT', 'DEGRADED']);

/** One server, as a proxy sees it. */
const seenServerSchema = z.object({
  /** At every port that the proxy checks. */
  healthy: z.boolean(),
  /** Since when it is so: milliseconds since 1970, by the replica's clock. */
  sinceMs: z.int().min(0),
  /** By the cluster in which the port is checked; empty where the view would have been too large with them. */
  ports: z.record(z.string().max(128), healthStatusSchema),
});
export type SeenServer = z.infer<typeof seenServerSchema>;

/**
 * What a proxy sees of the servers' health, under the lease of the replica that hears it. Stored under `views/<proxy>`.
 * A server that is left out is one of which the proxy cannot say anything (yet).
 */
export const viewSchema = z.object({
  proxy: idSchema,
  /** The replica that has its HDS stream. */
  replica: idSchema,
  /** Drawn anew at every start of the replica. */
  run: z.string().min(1).max(128),
  /** When the proxy was first heard on this stream: milliseconds since 1970, by the replica's clock. */
  sinceMs: z.int().min(0),
  servers: z.record(idSchema, seenServerSchema),
});
export type View = z.infer<typeof viewSchema>;

/** Bytes beyond which a view is stored without its ports: etcd takes 1.5 MiB in one request. */
const MOST_VIEW_BYTES = 1024 * 1024;

const kind = jsonKind<View>({ name: 'view', prefix: 'views/', schema: viewSchema, id: ({ proxy }) => proxy });

/**
 * 2,000 servers with ids of 20 characters and two ports have 300 KB. What would be over 1 MiB is stored without the ports,
 * first of the healthy servers and then of all; without ports, 5,000 servers with the longest ids fit. More than etcd takes
 * is refused by etcd, and the proxy abstains.
 */
export const views: Kind<View> = {
  ...kind,
  encode: (view) => {
    const whole = kind.encode(view);
    if (whole.length <= MOST_VIEW_BYTES) return whole;
    const short = kind.encode(withoutPorts(view, ({ healthy }) => healthy));
    return short.length <= MOST_VIEW_BYTES ? short : kind.encode(withoutPorts(view, () => true));
  },
};

function withoutPorts(view: View, isBare: (server: SeenServer) => boolean): View {
  const servers = Object.entries(view.servers).map(
    ([id, server]) => [id, isBare(server) ? { ...server, ports: {} } : server] as const,
  );
  return { ...view, servers: Object.fromEntries(servers) };
}
