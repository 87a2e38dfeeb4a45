/** A proxy as REST shows it. */
import { z } from 'zod';
import type { ProxyView } from '../fleet-view/fleet-view.ts';
import type { Position } from '../leader/fleet.ts';
import { uint64Schema, type Assignment } from '../model/index.ts';
import type { Sighting } from '../xds/health-view.ts';
import { shortType } from '../xds/resource-types.ts';
import { positionSchema } from './assignment-view.ts';

export const refusalSchema = z
  .strictObject({
    type: z.string().describe('Such as `LDS`.'),
    name: z.string(),
    message: z.string().describe('In Envoy’s words.'),
    agoMs: z.int(),
    count: z.int().describe('How often in a row.'),
  })
  .meta({ id: 'Refusal' });

export const proxySchema = z
  .strictObject({
    id: z.string(),
    replicas: z.array(z.string()).describe('Replicas that it has an ADS stream to.'),
    envoy: z.string().nullable(),
    workers: z.int().nullable(),
    connectedForMs: z.int().nullable(),
    applied: positionSchema.nullable().describe('The assignment that all of its workers route by.'),
    lag: uint64Schema
      .nullable()
      .describe(
        'Versions from there to the assignment in force; 0: it has it; null: it has none, or another epoch’s.',
      ),
    connections: z.int(),
    acks: z
      .array(
        z.strictObject({
          type: z.string().describe('Such as `EDS`.'),
          resources: z.int().describe('That it is to have.'),
          acked: z.int().describe('That it has acknowledged as they are now.'),
          missing: z.array(z.string()).describe('Names of those that it has not; the first ten.'),
        }),
      )
      .describe('What it has acknowledged (ACK), by type.'),
    refused: z.array(refusalSchema).describe('What it refuses (NACK) and goes on without.'),
    late: z
      .array(z.strictObject({ type: z.string(), name: z.string() }))
      .describe('What it has not answered in time.'),
    health: z
      .array(z.strictObject({ cluster: z.string(), server: z.string(), health: z.string(), forMs: z.int() }))
      .nullable()
      .optional()
      .describe('Its view of the servers; null: it has said nothing about them.'),
  })
  .meta({ id: 'Proxy' });

export type Proxy = z.infer<typeof proxySchema>;

export function positionView(position: Position | undefined): { epoch: string; version: string } | null {
  return position === undefined ? null : { epoch: String(position.epoch), version: String(position.version) };
}

/** How many versions a proxy is behind; null: it has no assignment, or one of another epoch. */
export function lagOf(applied: Position | undefined, assignment: Position | undefined): bigint | null {
  if (assignment === undefined) return 0n;
  if (applied === undefined || applied.epoch !== assignment.epoch) return null;
  return applied.version >= assignment.version ? 0n : assignment.version - applied.version;
}

/** @param sightings null: it has no view; undefined: not asked for */
export function proxyView(
  { id, applied, facts, replicas, connections }: ProxyView,
  assignment: Assignment | undefined,
  sightings: readonly Sighting[] | null | undefined,
  now: number,
): z.infer<typeof proxySchema> {
  const lag = lagOf(applied, assignment);
  return {
    id,
    replicas: [...replicas],
    envoy: facts?.version ?? null,
    workers: facts?.workers ?? null,
    connectedForMs: facts === undefined ? null : Math.round(facts.connectedForMs),
    applied: positionView(applied),
    lag: lag === null ? null : String(lag),
    connections,
    acks: (facts?.acks ?? []).map(({ typeUrl, resources, acked, missing }) => ({
      type: shortType(typeUrl),
      resources,
      acked,
      missing: [...missing],
    })),
    refused: (facts?.refused ?? []).map(({ typeUrl, name, message, agoMs, count }) => ({
      type: shortType(typeUrl),
      name,
      message,
      agoMs: Math.round(agoMs),
      count,
    })),
    late: (facts?.late ?? []).map(({ typeUrl, name }) => ({ type: shortType(typeUrl), name })),
    ...(sightings === undefined
      ? {}
      : {
          health:
            sightings?.map(({ cluster, server, health, since }) => ({
              cluster,
              server,
              health,
              forMs: Math.round(now - since),
            })) ?? null,
        }),
  };
}
